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
    Cases, CasesQuestion, Customer, Decisions, DecisionsQuestion, Erasures, ErasuresQuestion, Export,
    ExportQuestion, InsightError, Moment, MomentQuestion, Promises, PromisesQuestion, Pulse, PulseQuestion,
    Trust, TrustQuestion,
};
use opcx_store::Store;
use serde::Serialize;
use serde_json::Value;

/// What can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// How customers fare everywhere.
    Pulse(PulseQuestion),
    /// Everything about the customer of that name.
    Customer(String),
    /// What the moment of that name is about, and how it goes.
    Moment(String, MomentQuestion),
    /// How far promises are kept.
    Promises(PromisesQuestion),
    /// What humans have to do.
    Cases(CasesQuestion),
    /// What was decided, and why.
    Decisions(DecisionsQuestion),
    /// Whose trust broke, and why.
    Trust(TrustQuestion),
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
    Customer(Box<Customer>),
    Moment(Box<Moment>),
    Promises(Box<Promises>),
    Cases(Box<Cases>),
    Decisions(Box<Decisions>),
    Trust(Box<Trust>),
    Erasures(Box<Erasures>),
    Export(Box<Export>),
}

impl Question {
    /// The answer out of a store.
    ///
    /// # Errors
    /// The question cannot be answered, or the store cannot be read.
    pub fn answer(&self, store: &dyn Store, definitions: &Definitions) -> Result<View, InsightError> {
        Ok(match self {
            Question::Pulse(question) => {
                View::Pulse(Box::new(opcx_insight::pulse(store, definitions, question)?))
            }
            Question::Customer(who) => {
                View::Customer(Box::new(opcx_insight::customer(store, definitions, who)?))
            }
            Question::Moment(name, question) => {
                View::Moment(Box::new(opcx_insight::moment(store, definitions, name, question)?))
            }
            Question::Promises(question) => {
                View::Promises(Box::new(opcx_insight::promises(store, definitions, question)?))
            }
            Question::Cases(question) => View::Cases(Box::new(opcx_insight::cases(store, question)?)),
            Question::Decisions(question) => {
                View::Decisions(Box::new(opcx_insight::decisions(store, definitions, question)?))
            }
            Question::Trust(question) => View::Trust(Box::new(opcx_insight::trust(store, question)?)),
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
            Question::Customer(who) => (vec!["customers", who], Value::Null),
            Question::Moment(name, question) => (vec!["moments", name], json(question)),
            Question::Promises(question) => (vec!["promises"], json(question)),
            Question::Cases(question) => (vec!["cases"], json(question)),
            Question::Decisions(question) => (vec!["decisions"], json(question)),
            Question::Trust(question) => (vec!["trust"], json(question)),
            Question::Erasures(question) => (vec!["erasures"], json(question)),
            Question::Export(who, question) => (vec!["customers", who, "export"], json(question)),
        }
    }

    /// The view out of the read API's answer.
    fn read(&self, body: &[u8]) -> Result<View, serde_json::Error> {
        Ok(match self {
            Question::Pulse(_) => View::Pulse(serde_json::from_slice(body)?),
            Question::Customer(_) => View::Customer(serde_json::from_slice(body)?),
            Question::Moment(..) => View::Moment(serde_json::from_slice(body)?),
            Question::Promises(_) => View::Promises(serde_json::from_slice(body)?),
            Question::Cases(_) => View::Cases(serde_json::from_slice(body)?),
            Question::Decisions(_) => View::Decisions(serde_json::from_slice(body)?),
            Question::Trust(_) => View::Trust(serde_json::from_slice(body)?),
            Question::Erasures(_) => View::Erasures(serde_json::from_slice(body)?),
            Question::Export(..) => View::Export(serde_json::from_slice(body)?),
        })
    }
}

fn json(question: &impl Serialize) -> Value {
    serde_json::to_value(question).expect("questions are plain data")
}
