//! `journeys/*.yaml`: the maps.

use opcx_core::condition::{Condition, Declared, Expression, FactType};
use opcx_core::definitions::Vocabulary;
use opcx_core::due::{AtRisk, Due};
use opcx_core::event::{Name, Value};
use opcx_core::map::{Journey, JourneyIndex, Moment, MomentIndex, Stage};
use opcx_core::promise::{PromiseDefinition, PromiseIndex};
use opcx_core::time::Span;
use opcx_core::trust::Account;

use super::{name, parsed};
use crate::condition::{self, Scope};
use crate::fault::{Faults, Place};
use crate::names::Names;
use crate::nearest::mend_or_mean;
use crate::shape::{Shape, Table, optional, required, required_by};
use crate::text::Node;

const ACCOUNTS: &[&str] = &["capability", "reliability", "humanity", "transparency"];

pub(crate) const TABLE: Table = Table {
    what: "a journey",
    keys: &[
        required("journey", Shape::Text, "the journey's name"),
        optional("owner", Shape::Text, "who in the company answers for it"),
        optional(
            "one_per",
            Shape::Text,
            "the fact that tells one run of the journey from another, like `facts.order_id`",
        ),
        optional(
            "abandoned_after",
            Shape::Text,
            "after how long without a moment a run counts as abandoned; `30d` if left out",
        ),
        required("stages", Shape::List(&Shape::Table(&STAGE)), "its stages in order"),
    ],
};

const STAGE: Table = Table {
    what: "a stage",
    keys: &[
        required("stage", Shape::Text, "the stage's name"),
        required("moments", Shape::List(&Shape::Table(&MOMENT)), "its moments"),
    ],
};

const FOUR_QUESTIONS: &str = "moment-without-answers";

const MOMENT: Table = Table {
    what: "a moment",
    keys: &[
        required("moment", Shape::Text, "the moment's name, unique in the company"),
        required_by(FOUR_QUESTIONS, "who", Shape::Text, "who is here and what concerns them"),
        required_by(FOUR_QUESTIONS, "wants", Shape::Text, "what they are trying to do"),
        required_by(
            FOUR_QUESTIONS,
            "how",
            Shape::List(&Shape::Text),
            "the channels through which they do it, like `[web, app]`",
        ),
        required_by(FOUR_QUESTIONS, "feels", Shape::Text, "what they feel"),
        optional("owner", Shape::Text, "who answers for it; the journey's owner if left out"),
        required("account", Shape::Word(ACCOUNTS), "the account of trust that it touches"),
        required_by("moment-without-signal", "listens", Shape::Condition, "which events happen here"),
        optional("good", Shape::Condition, "when it went well"),
        optional("bad", Shape::Condition, "when it went badly; asked before `good`"),
        optional("repaired", Shape::Condition, "when an earlier bad outcome was verifiably made good"),
        required_by(
            "moment-without-way-out",
            "way_out",
            Shape::Text,
            "how a human is reached from here: one of `human_channels` of opcx.toml",
        ),
        optional("goal", Shape::Truth, "`true` if the journey has reached its goal here"),
        optional("promises", Shape::List(&Shape::Table(&PROMISE)), "what is owed from here on"),
    ],
};

const PROMISE: Table = Table {
    what: "a promise",
    keys: &[
        required("promise", Shape::Text, "the promise's name, unique in the company"),
        optional(
            "account",
            Shape::Word(ACCOUNTS),
            "the account of trust that it touches; `reliability` if left out",
        ),
        optional("made", Shape::Condition, "the event that makes it; left out if only a playbook makes it"),
        required("due", Shape::Text, "by when, like `72h`, `2 business days` or `facts.promised_at`"),
        optional("at_risk", Shape::Text, "when to warn, like `12h before` or `at 75%`"),
        required("kept", Shape::Condition, "the later event that shows that it was kept"),
        optional("released", Shape::Condition, "the event that releases the company from it"),
        optional("not_from", Shape::List(&Shape::Text), "sources whose word is not evidence"),
    ],
};

/// Abandoned after so long unless the journey says otherwise.
const ABANDONED_AFTER: Span = Span::DAY.times(30);

/// Everything that the journeys of a folder say, with where it stands.
#[derive(Debug, Default)]
pub(crate) struct Map {
    pub(crate) journeys: Vec<Journey>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) promises: Vec<PromiseDefinition>,
    /// Where each journey stands.
    pub(crate) journey_places: Vec<Place>,
    /// Where each moment stands.
    pub(crate) moment_nodes: Vec<Node>,
    /// Where each promise stands.
    pub(crate) promise_nodes: Vec<Node>,
}

/// Reads one journey into the map.
pub(crate) fn read(
    node: &Node,
    vocabulary: &Vocabulary,
    names: &mut Names,
    map: &mut Map,
    faults: &mut Faults,
) {
    let name = node.get("journey").and_then(|node| name(node, faults)).unwrap_or_default();
    if map.journeys.iter().any(|journey| journey.name == name) && !name.is_empty() {
        taken(node.get("journey"), "journey", &name, faults);
    }
    let Ok(index) = u16::try_from(map.journeys.len()) else { return };
    let index = JourneyIndex(index);
    let owner = node.text_of("owner").unwrap_or("").trim();
    map.journey_places.push(node.place.clone());
    map.journeys.push(Journey {
        name,
        owner: owner.into(),
        stages: Vec::new(),
        one_per: node.get("one_per").and_then(|node| one_per(node, vocabulary, faults)),
        abandoned_after: parsed("span", node.get("abandoned_after"), faults, positive_span)
            .unwrap_or(ABANDONED_AFTER),
    });
    let mut stages: Vec<Stage> = Vec::new();
    for (number, stage) in (0..=u16::MAX).zip(node.get("stages").map_or(&[][..], Node::items)) {
        let stage_name = stage.get("stage").and_then(|node| super::name(node, faults)).unwrap_or_default();
        if stages.iter().any(|known| known.name == stage_name) && !stage_name.is_empty() {
            taken(stage.get("stage"), "stage", &stage_name, faults);
        }
        let mut moments = Vec::new();
        for moment in stage.get("moments").map_or(&[][..], Node::items) {
            let mut reader = Reader { vocabulary, names, map, faults };
            moments.extend(reader.moment(moment, index, number, owner));
        }
        stages.push(Stage { name: stage_name, moments });
    }
    if let Some(journey) = map.journeys.last_mut() {
        journey.stages = stages;
    }
}

struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    names: &'a mut Names,
    map: &'a mut Map,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn moment(&mut self, node: &Node, journey: JourneyIndex, stage: u16, owner: &str) -> Option<MomentIndex> {
        let name = name(node.get("moment")?, self.faults)?;
        let Ok(index) = u16::try_from(self.map.moments.len()).map(MomentIndex) else {
            self.faults.error("too-many", &node.place, "the company has more than 65535 moments; merge some");
            return None;
        };
        if self.names.moments.contains_key(&name) {
            taken(node.get("moment"), "moment", &name, self.faults);
        } else {
            self.names.moments.insert(name.clone(), index);
        }
        let owner = node.text_of("owner").unwrap_or(owner).trim();
        if owner.is_empty() {
            let what = format!("nobody answers for the moment `{name}`; add `owner` to it or to its journey");
            self.faults.error("moment-without-owner", &node.place, what);
        }
        let account = node.text_of("account").and_then(Account::from_word).unwrap_or(Account::Capability);
        let text = |key| node.text_of(key).unwrap_or("").trim().into();
        let channels = node.get("how").map_or(&[][..], Node::items);
        let how: Vec<Name> = channels.iter().filter_map(|item| super::name(item, self.faults)).collect();
        if let Some(how) = node.get("how").filter(|how| how.items().is_empty() && how.text().is_none()) {
            let what = "the list is empty; write how people do it here, like `[web, app]`";
            self.faults.error(FOUR_QUESTIONS, &how.place, what);
        }
        let moment = Moment {
            journey,
            stage,
            who: text("who"),
            wants: text("wants"),
            how,
            feels: text("feels"),
            owner: owner.into(),
            account,
            listens: self.condition(node.get("listens"), Scope::EVENT).unwrap_or_else(unread),
            good: self.condition(node.get("good"), Scope::EVENT),
            bad: self.condition(node.get("bad"), Scope::EVENT),
            repaired: self.condition(node.get("repaired"), Scope::EVENT),
            way_out: text("way_out"),
            goal: node.text_of("goal") == Some("true"),
            name,
        };
        self.map.moments.push(moment);
        self.map.moment_nodes.push(node.clone());
        for promise in node.get("promises").map_or(&[][..], Node::items) {
            self.promise(promise, index);
        }
        Some(index)
    }

    fn promise(&mut self, node: &Node, moment: MomentIndex) {
        let Some(name) = node.get("promise").and_then(|node| name(node, self.faults)) else { return };
        let Ok(index) = u16::try_from(self.map.promises.len()).map(PromiseIndex) else {
            self.faults.error(
                "too-many",
                &node.place,
                "the company has more than 65535 promises; merge some",
            );
            return;
        };
        if self.names.promises.contains_key(&name) {
            taken(node.get("promise"), "promise", &name, self.faults);
        } else {
            self.names.promises.insert(name.clone(), index);
        }
        let not_from = node.get("not_from").map_or(&[][..], Node::items);
        let promise = PromiseDefinition {
            name,
            moment,
            account: node.text_of("account").and_then(Account::from_word).unwrap_or(Account::Reliability),
            made: self.condition(node.get("made"), Scope::EVENT),
            due: self.due(node.get("due")).unwrap_or(Due::After(Span::DAY)),
            at_risk: parsed("due", node.get("at_risk"), self.faults, AtRisk::parse),
            kept: self.condition(node.get("kept"), Scope::EVIDENCE).unwrap_or_else(unread),
            released: self.condition(node.get("released"), Scope::EVIDENCE),
            not_from: not_from.iter().filter_map(|item| super::name(item, self.faults)).collect(),
        };
        self.map.promises.push(promise);
        self.map.promise_nodes.push(node.clone());
    }

    fn due(&mut self, node: Option<&Node>) -> Option<Due> {
        let due = parsed("due", node, self.faults, Due::parse)?;
        let node = node?;
        if let Some(fact) = due.fact() {
            match self.vocabulary.facts.get(fact).map(|fact| fact.kind) {
                Some(FactType::Time) => {}
                Some(FactType::Bool | FactType::Number | FactType::Text | FactType::Texts) => {
                    let what =
                        format!("the fact `{fact}` is not a time; give it `type: time` in vocabulary.yaml");
                    self.faults.error("due", &node.place, what);
                }
                None => {
                    let known = self.vocabulary.facts.iter().filter(|(_, fact)| fact.kind == FactType::Time);
                    let known = known.map(|(name, _)| name.as_str());
                    let what = format!(
                        "the fact `{fact}` is not in vocabulary.yaml; {}",
                        mend_or_mean("add it there", fact, known)
                    );
                    self.faults.error("due", &node.place, what);
                }
            }
        }
        if let Some(Err(what)) = due.calendar().map(|calendar| self.names.calendar(calendar)) {
            self.faults.error("unknown-name", &node.place, what);
        }
        Some(due)
    }

    fn condition(&mut self, node: Option<&Node>, scope: Scope) -> Option<Condition> {
        let node = node?;
        Some(condition::read(node, self.vocabulary, scope, self.faults).unwrap_or_else(unread))
    }
}

/// Stands where a condition could not be read. The folder then has a fault and is not used, and its
/// empty text, which no real condition has, keeps it out of the lints.
pub(crate) fn unread() -> Condition {
    Condition::new("", Expression::Constant(Value::Bool(false)))
}

fn one_per(node: &Node, vocabulary: &Vocabulary, faults: &mut Faults) -> Option<Declared> {
    let text = node.text()?.trim();
    let name = text.strip_prefix("facts.").unwrap_or(text);
    match vocabulary.facts.get(name) {
        Some(fact) => match fact.kind {
            FactType::Text | FactType::Number => {
                Some(Declared { name: name.into(), category: fact.category, kind: fact.kind })
            }
            FactType::Bool | FactType::Time | FactType::Texts => {
                let what =
                    format!("the fact `{name}` cannot tell runs apart; take one of type text or number");
                faults.error("one-per", &node.place, what);
                None
            }
        },
        None => {
            let known = vocabulary.facts.keys().map(Name::as_str);
            let what = format!(
                "the fact `{name}` is not in vocabulary.yaml; {}",
                mend_or_mean("add it there", name, known)
            );
            faults.error("unknown-name", &node.place, what);
            None
        }
    }
}

pub(crate) fn positive_span(text: &str) -> Result<Span, String> {
    match Span::parse(text) {
        Ok(span) if span > Span::ZERO => Ok(span),
        Ok(_) => Err(format!("`{text}` is no time at all; write it like `30d`")),
        Err(error) => Err(error.to_string()),
    }
}

pub(crate) fn taken(node: Option<&Node>, what: &str, name: &str, faults: &mut Faults) {
    if let Some(node) = node {
        let what = format!("there is another {what} `{name}`; give one of them another name");
        faults.error("name-taken", &node.place, what);
    }
}
