//! Definitions: everything that a company's folder says, checked, and indexed for the hot path.

mod index;
mod looks;

pub use index::{Concerned, Index, Listening};
pub use looks::{FieldNumber, Look, Looks, LooksNumber};

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendars, QuietHours, Zone};
use crate::condition::{Declared, FactType, Field};
use crate::customer::Fired;
use crate::event::{Category, Name};
use crate::identity::Limits;
use crate::map::{Journey, Moment, MomentIndex};
use crate::playbook::{Cap, Piece, Playbook, PlaybookIndex, Template, TemplateIndex};
use crate::promise::{PromiseDefinition, PromiseIndex};
use crate::time::Timestamp;

/// A hash that names one state of a company's folder; every receipt carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub [u8; 16]);

impl core::fmt::Display for Version {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for byte in self.0.iter().take(6) {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// What a company's folder says. All names are resolved to places in these lists, all types agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Definitions {
    /// Names this state of the folder.
    pub version: Version,
    /// The words that events use.
    pub vocabulary: Vocabulary,
    /// The journeys.
    pub journeys: Vec<Journey>,
    /// The moments of all journeys.
    pub moments: Vec<Moment>,
    /// The promises of all moments.
    pub promises: Vec<PromiseDefinition>,
    /// The playbooks.
    pub playbooks: Vec<Playbook>,
    /// The templates.
    pub templates: Vec<Template>,
    /// The calendars.
    pub calendars: Calendars,
    /// Rules for everybody.
    pub house: House,
    index: Index,
    facts_about_customers: Vec<Name>,
    promise_facts: Vec<Declared>,
}

/// The words that events use: kinds and facts, each with its category.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Kinds of event and what each is about. A kind not listed is about `service`.
    pub kinds: BTreeMap<Name, Category>,
    /// Facts that conditions may read.
    pub facts: BTreeMap<Name, Fact>,
    /// Facts by which live figures are split (airline, branch), at most [`DIMENSIONS_MAX`].
    pub dimensions: Vec<Declared>,
}

/// Most dimensions that live figures are split by.
pub const DIMENSIONS_MAX: usize = 8;

/// A declared fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its type.
    pub kind: FactType,
    /// What it is about.
    pub category: Category,
    /// Whether it says something about the person that is remembered: read as `customer.NAME`.
    pub about_customer: bool,
    /// What it means, for people.
    pub description: CompactString,
}

/// Rules that hold for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    /// The zone of customers whose own is not known.
    pub zone: Zone,
    /// When customers are left in peace, in their own zone.
    pub quiet: Option<QuietHours>,
    /// How many messages one customer gets from all playbooks together.
    pub contacts: Option<Cap>,
    /// How many identifiers of each kind one person may have.
    pub limits: Limits,
    /// Seed of hold-outs: who is held out changes only with it.
    pub seed: u64,
}

impl Definitions {
    /// Definitions from their parts, indexed.
    #[must_use]
    #[allow(
        clippy::too_many_arguments,
        reason = "each argument is a list of the folder; a builder would only rename them"
    )]
    pub fn new(
        version: Version,
        vocabulary: Vocabulary,
        journeys: Vec<Journey>,
        moments: Vec<Moment>,
        promises: Vec<PromiseDefinition>,
        playbooks: Vec<Playbook>,
        templates: Vec<Template>,
        calendars: Calendars,
        house: House,
    ) -> Definitions {
        let index = Index::of(&vocabulary, &moments, &promises, &playbooks, &templates);
        let facts_about_customers = vocabulary
            .facts
            .iter()
            .filter(|(_, fact)| fact.about_customer)
            .map(|(name, _)| name.clone())
            .collect();
        let promise_facts = promise_facts(&promises, &playbooks, &templates);
        Definitions {
            version,
            vocabulary,
            journeys,
            moments,
            promises,
            playbooks,
            templates,
            calendars,
            house,
            index,
            facts_about_customers,
            promise_facts,
        }
    }

    /// Which definitions an event can concern.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The playbook at that place.
    #[must_use]
    pub fn playbook(&self, index: PlaybookIndex) -> Option<&Playbook> {
        self.playbooks.get(usize::from(index.0))
    }

    /// The promise at that place.
    #[must_use]
    pub fn promise(&self, index: PromiseIndex) -> Option<&PromiseDefinition> {
        self.promises.get(usize::from(index.0))
    }

    /// The promise of that name, with its place.
    #[must_use]
    pub fn promise_named(&self, name: &str) -> Option<(PromiseIndex, &PromiseDefinition)> {
        let index = self.index.promise_named(name)?;
        Some((index, self.promise(index)?))
    }

    /// The moment at that place, with its journey.
    #[must_use]
    pub fn moment_and_journey(&self, index: MomentIndex) -> Option<(&Moment, &Journey)> {
        let moment = self.moments.get(usize::from(index.0))?;
        Some((moment, self.journeys.get(usize::from(moment.journey.0))?))
    }

    /// The template at that place.
    #[must_use]
    pub fn template(&self, index: TemplateIndex) -> Option<&Template> {
        self.templates.get(usize::from(index.0))
    }

    /// Names of the facts that are remembered about the person.
    #[must_use]
    pub fn facts_about_customers(&self) -> &[Name] {
        &self.facts_about_customers
    }

    /// Facts of an event that a promise made by it must remember, since something reads them later.
    #[must_use]
    pub fn promise_facts(&self) -> &[Declared] {
        &self.promise_facts
    }

    /// Whether a firing counts towards its playbook's cap at `now`.
    #[must_use]
    pub fn counts_towards_cap(&self, fired: &Fired, now: Timestamp) -> bool {
        let playbook = self.playbooks.iter().find(|playbook| playbook.name == fired.playbook);
        let cap = playbook.and_then(|playbook| playbook.at_most);
        cap.is_some_and(|cap| fired.at > now - cap.within)
    }

    /// What events of `kind` are about.
    #[must_use]
    pub fn category_of(&self, kind: &str) -> Category {
        self.index.concerned(kind).category
    }
}

/// Every fact that something reads as `promise.facts.NAME`, each once, in order.
fn promise_facts(
    promises: &[PromiseDefinition],
    playbooks: &[Playbook],
    templates: &[Template],
) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut visit = |field: &Field| {
        if let Field::PromiseFact(fact) = field {
            found.push(fact.clone());
        }
    };
    for promise in promises {
        for condition in [Some(&promise.kept), promise.released.as_ref()].into_iter().flatten() {
            condition.fields().iter().for_each(&mut visit);
        }
    }
    for condition in playbooks.iter().filter_map(|playbook| playbook.condition.as_ref()) {
        condition.fields().iter().for_each(&mut visit);
    }
    for piece in templates.iter().flat_map(|template| &template.body) {
        if let Piece::Hole(field) = piece {
            visit(field);
        }
    }
    found.sort();
    found.dedup();
    found
}
