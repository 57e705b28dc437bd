//! Looking: a question, and the view that answers it, from the store or from a running server.
//!
//! The data directory belongs to one process. While `opcx serve` has it, questions go through its
//! read API, which answers with the same views as JSON.

pub mod address;
mod server;
mod source;

pub use server::{Server, ServerError};
pub use source::{OpenError, Source, open, open_for_disclosure};

use opcx_core::definitions::Definitions;
use opcx_insight::{
    Brief, Carried, Cases, CasesQuestion, Customer, Decisions, DecisionsQuestion, Deliveries,
    DeliveriesQuestion, Erasures, ErasuresQuestion, Export, ExportQuestion, Found, InsightError, Journeys,
    JourneysQuestion, Moment, MomentQuestion, Overview, Places, Playbooks, PlaybooksQuestion, Promises,
    PromisesQuestion, Pulse, PulseQuestion, PulseSeries, RejectedInputs, RejectedQuestion, SearchQuestion,
    SeriesQuestion, Timeline, TimelineQuestion, Trust, TrustQuestion, WentThrough, WentThroughQuestion,
};
use opcx_store::Store;
use serde::Serialize;
use serde_json::Value;

/// What can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// How customers fare everywhere.
    Pulse(PulseQuestion),
    /// How customers fared as time passed.
    Series(SeriesQuestion),
    /// The maps, and how customers fare along them.
    Journeys(JourneysQuestion),
    /// Everything about the customer of that name.
    Customer(String),
    /// What the moment of that name is about, and how it goes.
    Moment(String, MomentQuestion),
    /// Who went through the moment of that name, and what they said.
    WentThrough(String, WentThroughQuestion),
    /// How far promises are kept.
    Promises(PromisesQuestion),
    /// What humans have to do.
    Cases(CasesQuestion),
    /// Who has an identifier that begins so.
    Search(SearchQuestion),
    /// What happened to the customer of that name.
    Timeline(String, TimelineQuestion),
    /// What playbooks did.
    Playbooks(PlaybooksQuestion),
    /// Which words carried what was read in the text of that record.
    Carried(String),
    /// Inputs that could not be understood.
    Rejected(RejectedQuestion),
    /// One case, with what whoever takes it needs to know.
    Brief(String),
    /// What was decided, and why.
    Decisions(DecisionsQuestion),
    /// Whose trust broke, and why.
    Trust(TrustQuestion),
    /// What waits to be sent, and what was given up.
    Deliveries(DeliveriesQuestion),
    /// Who was erased, and how far that has come.
    Erasures(ErasuresQuestion),
    /// A page of everything that is held about the customer of that name.
    Export(String, ExportQuestion),
}

/// An answer. In JSON it is the view alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "each variant is the view of its name")]
pub enum View {
    Pulse(Box<Pulse>),
    Series(Box<PulseSeries>),
    Journeys(Box<Journeys>),
    Customer(Box<Customer>),
    Moment(Box<Moment>),
    WentThrough(Box<WentThrough>),
    Promises(Box<Promises>),
    Cases(Box<Cases>),
    Brief(Box<Brief>),
    Found(Box<Found>),
    Timeline(Box<Timeline>),
    Carried(Box<Carried>),
    Playbooks(Box<Playbooks>),
    Rejected(Box<RejectedInputs>),
    Decisions(Box<Decisions>),
    Trust(Box<Trust>),
    Deliveries(Box<Deliveries>),
    Erasures(Box<Erasures>),
    Export(Box<Export>),
}

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Looking<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// What the company's folder says.
    pub definitions: &'a Definitions,
    /// Where that is said.
    pub places: &'a Places,
    /// What a running engine has at hand; without it, whole tables are read for some questions.
    pub overview: Option<&'a Overview>,
}

impl Looking<'_> {
    /// Answers with the overview, which is counted now where there is none.
    fn with_overview<T>(
        self,
        answer: impl FnOnce(&Overview) -> Result<T, InsightError>,
    ) -> Result<Box<T>, InsightError> {
        let answered = match self.overview {
            Some(overview) => answer(overview),
            None => answer(&Overview::of(self.store)?),
        };
        answered.map(Box::new)
    }

    /// The same, for questions about trust.
    fn with_trust<T>(
        self,
        answer: impl FnOnce(&Overview) -> Result<T, InsightError>,
    ) -> Result<Box<T>, InsightError> {
        let answered = match self.overview {
            Some(overview) => answer(overview),
            None => answer(&Overview::of_trust(self.store)?),
        };
        answered.map(Box::new)
    }

    /// The same, for questions that need more than promises and cases.
    fn with_whole_overview<T>(
        self,
        answer: impl FnOnce(&Overview) -> Result<T, InsightError>,
    ) -> Result<Box<T>, InsightError> {
        let answered = match self.overview {
            Some(overview) => answer(overview),
            None => answer(&Overview::whole(self.store)?),
        };
        answered.map(Box::new)
    }
}

impl Question {
    /// Whether many people ask the very same: what everybody's pages show, and not somebody whom one of them looks at.
    #[must_use]
    pub fn is_everybodys(&self) -> bool {
        match self {
            Question::Pulse(_)
            | Question::Series(_)
            | Question::Journeys(_)
            | Question::Moment(..)
            | Question::Promises(_)
            | Question::Cases(_)
            | Question::Playbooks(_)
            | Question::Decisions(_)
            | Question::Trust(_) => true,
            Question::Customer(_)
            | Question::WentThrough(..)
            | Question::Search(_)
            | Question::Timeline(..)
            | Question::Carried(_)
            | Question::Rejected(_)
            | Question::Brief(_)
            | Question::Deliveries(_)
            | Question::Erasures(_)
            | Question::Export(..) => false,
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// The question cannot be answered, or the store cannot be read.
    pub fn answer(&self, looking: Looking<'_>) -> Result<View, InsightError> {
        let Looking { store, definitions, .. } = looking;
        Ok(match self {
            Question::Pulse(question) => View::Pulse(
                looking
                    .with_overview(|overview| opcx_insight::pulse(store, overview, definitions, question))?,
            ),
            Question::Series(question) => View::Series(looking.with_whole_overview(|overview| {
                opcx_insight::series(store, overview, definitions, question)
            })?),
            Question::Journeys(question) => View::Journeys(looking.with_overview(|overview| {
                opcx_insight::journeys(store, overview, definitions, looking.places, question)
            })?),
            Question::Customer(who) => {
                View::Customer(Box::new(opcx_insight::customer(store, definitions, who)?))
            }
            Question::Moment(name, question) => View::Moment(looking.with_overview(|overview| {
                opcx_insight::moment(store, overview, definitions, looking.places, name, question)
            })?),
            Question::WentThrough(name, question) => {
                View::WentThrough(Box::new(opcx_insight::went_through(store, definitions, name, question)?))
            }
            Question::Promises(question) => {
                View::Promises(looking.with_overview(|overview| {
                    opcx_insight::promises(store, overview, definitions, question)
                })?)
            }
            Question::Cases(question) => View::Cases(
                looking
                    .with_overview(|overview| opcx_insight::cases(store, overview, definitions, question))?,
            ),
            Question::Search(question) => {
                View::Found(Box::new(opcx_insight::search(store, definitions, question)?))
            }
            Question::Timeline(who, question) => {
                let told = opcx_insight::timeline(store, definitions, looking.places, who, question)?;
                View::Timeline(Box::new(told))
            }
            Question::Carried(id) => {
                View::Carried(Box::new(opcx_insight::carried(store, definitions, id, crate::weighed::weigh)?))
            }
            Question::Playbooks(question) => View::Playbooks(looking.with_whole_overview(|overview| {
                opcx_insight::playbooks(store, overview, definitions, looking.places, question)
            })?),
            Question::Rejected(question) => {
                View::Rejected(Box::new(opcx_insight::rejected(store, question)?))
            }
            Question::Brief(id) => View::Brief(Box::new(opcx_insight::brief(store, definitions, id)?)),
            Question::Decisions(question) => {
                View::Decisions(Box::new(opcx_insight::decisions(store, definitions, question)?))
            }
            Question::Trust(question) => View::Trust(
                looking.with_trust(|overview| opcx_insight::trust(store, overview, definitions, question))?,
            ),
            Question::Deliveries(question) => {
                View::Deliveries(Box::new(opcx_insight::deliveries(store, definitions, question)?))
            }
            Question::Erasures(question) => {
                View::Erasures(Box::new(opcx_insight::erasures(store, question)?))
            }
            Question::Export(who, question) => {
                View::Export(Box::new(opcx_insight::export(store, definitions, who, question)?))
            }
        })
    }

    /// Where the read API answers it: the path's segments after `/v1`, and the query.
    fn address(&self) -> (Vec<&str>, Value) {
        match self {
            Question::Pulse(question) => (vec!["pulse"], json(question)),
            Question::Series(question) => (vec!["pulse", "series"], json(question)),
            Question::Journeys(question) => (vec!["journeys"], json(question)),
            Question::Customer(who) => (vec!["customers", who], Value::Null),
            Question::Moment(name, question) => (vec!["moments", name], json(question)),
            Question::WentThrough(name, question) => (vec!["moments", name, "customers"], json(question)),
            Question::Promises(question) => (vec!["promises"], json(question)),
            Question::Cases(question) => (vec!["cases"], json(question)),
            Question::Search(question) => (vec!["customers"], json(question)),
            Question::Timeline(who, question) => (vec!["customers", who, "timeline"], json(question)),
            Question::Carried(id) => (vec!["events", id, "reading"], Value::Null),
            Question::Playbooks(question) => (vec!["playbooks"], json(question)),
            Question::Rejected(question) => (vec!["rejected"], json(question)),
            Question::Brief(id) => (vec!["cases", id], Value::Null),
            Question::Decisions(question) => (vec!["decisions"], json(question)),
            Question::Trust(question) => (vec!["trust"], json(question)),
            Question::Deliveries(question) => (vec!["deliveries"], json(question)),
            Question::Erasures(question) => (vec!["erasures"], json(question)),
            Question::Export(who, question) => (vec!["customers", who, "export"], json(question)),
        }
    }

    /// The view out of the read API's answer.
    fn read(&self, body: &[u8]) -> Result<View, serde_json::Error> {
        Ok(match self {
            Question::Pulse(_) => View::Pulse(serde_json::from_slice(body)?),
            Question::Series(_) => View::Series(serde_json::from_slice(body)?),
            Question::Journeys(_) => View::Journeys(serde_json::from_slice(body)?),
            Question::Customer(_) => View::Customer(serde_json::from_slice(body)?),
            Question::Moment(..) => View::Moment(serde_json::from_slice(body)?),
            Question::WentThrough(..) => View::WentThrough(serde_json::from_slice(body)?),
            Question::Promises(_) => View::Promises(serde_json::from_slice(body)?),
            Question::Cases(_) => View::Cases(serde_json::from_slice(body)?),
            Question::Search(_) => View::Found(serde_json::from_slice(body)?),
            Question::Timeline(..) => View::Timeline(serde_json::from_slice(body)?),
            Question::Carried(_) => View::Carried(serde_json::from_slice(body)?),
            Question::Playbooks(_) => View::Playbooks(serde_json::from_slice(body)?),
            Question::Rejected(_) => View::Rejected(serde_json::from_slice(body)?),
            Question::Brief(_) => View::Brief(serde_json::from_slice(body)?),
            Question::Decisions(_) => View::Decisions(serde_json::from_slice(body)?),
            Question::Trust(_) => View::Trust(serde_json::from_slice(body)?),
            Question::Deliveries(_) => View::Deliveries(serde_json::from_slice(body)?),
            Question::Erasures(_) => View::Erasures(serde_json::from_slice(body)?),
            Question::Export(..) => View::Export(serde_json::from_slice(body)?),
        })
    }
}

fn json(question: &impl Serialize) -> Value {
    serde_json::to_value(question).expect("questions are plain data")
}
