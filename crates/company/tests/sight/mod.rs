//! A customer and an event for conditions to look at.

use opcx_company::{Files, parse};
use opcx_core::condition::{Condition, Sight};
use opcx_core::consent::{Grants, Purpose};
use opcx_core::customer::Traits;
use opcx_core::event::{Event, Facts, Origin, Value};
use opcx_core::time::Timestamp;
use opcx_core::trust::Ledger;

const VOCABULARY: &str = "kinds:\n  Order Completed: purchase\n  Order Cancelled: purchase\nfacts:\n  n: number\n  \
                          k: number\n  gone: number\n  s: text\n  t: text\n  lost: text\n  b: bool\n";

/// The checked form of a condition; panics with its faults when it has any.
pub(crate) fn condition(text: &str) -> Condition {
    let text = serde_json::Value::from(text);
    let playbook = format!("playbook: p\nwhen: event Order Completed\nif: {text}\ndo: [{{ note: x }}]\n");
    let files = Files::from(
        [("opcx.toml", ""), ("vocabulary.yaml", VOCABULARY), ("playbooks/p.yaml", playbook.as_str())]
            .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let loaded = parse(&files);
    // A condition that never holds is a fault too, and yet was read.
    let faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    let definitions = loaded.definitions.unwrap_or_else(|| panic!("{text}: {faults:#?}"));
    definitions.playbooks[0].condition.clone().expect("the playbook has a condition")
}

/// Everything that a condition may look at, owned.
pub(crate) struct World {
    event: Event,
    grants: Grants,
    trust: Ledger,
    traits: Traits,
}

impl World {
    /// An order with these facts.
    pub(crate) fn new(facts: &[(&str, Value)]) -> World {
        let facts = facts.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        World {
            event: Event {
                source: "shop".into(),
                id: "1".into(),
                happened: Timestamp::EPOCH,
                kind: "Order Completed".into(),
                channel: "web".into(),
                who: Vec::new(),
                facts: Facts::from_pairs(facts).expect("few facts"),
                said: None,
                reading: None,
                consents: Vec::new(),
                masked: Vec::new(),
                origin: Origin::Customer,
            },
            grants: Grants::default(),
            trust: Ledger::default(),
            traits: Traits::default(),
        }
    }

    /// What a condition sees of it.
    pub(crate) fn sight(&self) -> Sight<'_> {
        Sight {
            allowed: self.grants.allowed(Purpose::Service),
            event: Some(&self.event),
            reading: None,
            promise: None,
            trust: &self.trust,
            traits: &self.traits,
            promises: &[],
            events: 1,
            now: Timestamp::EPOCH,
        }
    }
}
