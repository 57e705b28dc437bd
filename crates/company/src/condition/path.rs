use opcx_core::condition::{Declared, FactType, Field};
use opcx_core::definitions::Vocabulary;
use opcx_core::event::Name;
use opcx_core::reading::Emotion;
use opcx_core::trust::Account;

use crate::nearest::{did_you_mean, mend_or_mean};

/// What is at hand where a condition or a template is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    /// An event, with its facts and what was read in its text.
    pub(crate) event: bool,
    /// A promise.
    pub(crate) promise: bool,
}

impl Scope {
    /// An event and nothing else: moments, and playbooks on events.
    pub(crate) const EVENT: Scope = Scope { event: true, promise: false };
    /// An event that may settle a promise.
    pub(crate) const EVIDENCE: Scope = Scope { event: true, promise: true };

    /// Why `field` cannot be read here, if it cannot.
    pub(crate) fn lacks(self, field: &Field) -> Option<&'static str> {
        match field {
            Field::EventKind
            | Field::EventChannel
            | Field::EventSource
            | Field::EventBy
            | Field::EventSaid
            | Field::Fact(_)
            | Field::Valence
            | Field::ValenceScore
            | Field::StrongestEmotion
            | Field::EmotionConfidence(_)
            | Field::Asked
            | Field::NeedsAnswer => (!self.event)
                .then_some("no event is at hand here, since it is time passing that sets this off"),
            Field::PromiseFact(_) | Field::PromiseDue | Field::PromiseMade => {
                (!self.promise).then_some("no promise is at hand here")
            }
            Field::EventTime
            | Field::Trait(_)
            | Field::Trust(_)
            | Field::OpenFailures
            | Field::OpenPromises
            | Field::Events => None,
        }
    }
}

/// The types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Number,
    Text,
    Time,
    Span,
    /// Several texts.
    Texts,
    /// Several numbers.
    Numbers,
}

impl Type {
    /// The words for it, with an article.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Type::Bool => "a truth value",
            Type::Number => "a number",
            Type::Text => "a text",
            Type::Time => "a time",
            Type::Span => "a length of time",
            Type::Texts => "a list of texts",
            Type::Numbers => "a list of numbers",
        }
    }
}

/// What is read under the dotted name `path`, and its type; or what is wrong with it.
pub(crate) fn resolve(path: &[&str], vocabulary: &Vocabulary) -> Result<(Field, Type), String> {
    match path {
        ["event", rest @ ..] => event(rest),
        ["facts", name @ ..] => {
            fact("facts", name, vocabulary, |_| true).map(|fact| typed(fact.kind, Field::Fact(fact)))
        }
        ["promise", "due"] => Ok((Field::PromiseDue, Type::Time)),
        ["promise", "made"] => Ok((Field::PromiseMade, Type::Time)),
        ["promise", "facts", name @ ..] => fact("promise.facts", name, vocabulary, |_| true)
            .map(|fact| typed(fact.kind, Field::PromiseFact(fact))),
        ["promise", other @ ..] => Err(unknown("promise", other, &["due", "made", "facts"])),
        ["customer", "trust", account] => Account::from_word(account)
            .map(|account| (Field::Trust(account), Type::Number))
            .ok_or_else(|| unknown("customer.trust", &[account], &Account::ALL.map(Account::word))),
        ["customer", "trust", ..] => Err(format!(
            "trust has four accounts; write one of them: {}",
            Account::ALL.map(|account| format!("`customer.trust.{account}`")).join(", ")
        )),
        ["customer", "open_failures"] => Ok((Field::OpenFailures, Type::Number)),
        ["customer", "open_promises"] => Ok((Field::OpenPromises, Type::Number)),
        ["customer", "events"] => Ok((Field::Events, Type::Number)),
        ["customer", name @ ..] => fact("customer", name, vocabulary, |about_customer| about_customer)
            .map(|fact| typed(fact.kind, Field::Trait(fact))),
        ["reading", "valence"] => Ok((Field::Valence, Type::Text)),
        ["reading", "score"] => Ok((Field::ValenceScore, Type::Number)),
        ["reading", "emotion"] => Ok((Field::StrongestEmotion, Type::Text)),
        ["reading", "emotions", name] => emotion(name)
            .map(|emotion| (Field::EmotionConfidence(emotion), Type::Number))
            .ok_or_else(|| unknown("reading.emotions", &[name], &Emotion::ALL.map(Emotion::word))),
        ["reading", "ask"] => Ok((Field::Asked, Type::Text)),
        ["reading", "needs_answer"] => Ok((Field::NeedsAnswer, Type::Bool)),
        ["reading", other @ ..] => Err(unknown(
            "reading",
            other,
            &["valence", "score", "emotion", "emotions", "ask", "needs_answer"],
        )),
        [other, ..] => Err(format!(
            "`{}` is unknown; {}",
            cut(other),
            match vocabulary.facts.get_key_value(*other) {
                Some((name, _)) => format!("a fact is written `facts.{name}`"),
                None => did_you_mean(other, ["event", "facts", "customer", "promise", "reading"]),
            }
        )),
        [] => Err("a name is missing".to_owned()),
    }
}

/// The emotion of that name.
pub(super) fn emotion(name: &str) -> Option<Emotion> {
    Emotion::ALL.into_iter().find(|emotion| emotion.word() == name)
}

fn event(rest: &[&str]) -> Result<(Field, Type), String> {
    match rest {
        ["kind"] => Ok((Field::EventKind, Type::Text)),
        ["channel"] => Ok((Field::EventChannel, Type::Text)),
        ["source"] => Ok((Field::EventSource, Type::Text)),
        ["time"] => Ok((Field::EventTime, Type::Time)),
        ["by"] => Ok((Field::EventBy, Type::Text)),
        ["said"] => Ok((Field::EventSaid, Type::Text)),
        other => Err(unknown("event", other, &["kind", "channel", "source", "time", "by", "said"])),
    }
}

fn fact(
    root: &str,
    path: &[&str],
    vocabulary: &Vocabulary,
    fits: impl Fn(bool) -> bool,
) -> Result<Declared, String> {
    let name = path.join(".");
    let known = || {
        let facts = vocabulary.facts.iter().filter(|(_, fact)| fits(fact.about_customer));
        facts.map(|(name, _)| name.as_str())
    };
    match vocabulary.facts.get(name.as_str()) {
        Some(fact) if fits(fact.about_customer) => {
            Ok(Declared { name: Name::from(name), category: fact.category, kind: fact.kind })
        }
        Some(_) => Err(format!(
            "`{name}` is not remembered about the customer; give it `about: customer` in vocabulary.yaml, \
             or read it from the event as `facts.{name}`"
        )),
        None if root == "customer" => {
            let own = ["trust", "open_failures", "open_promises", "events"];
            let names: Vec<&str> = own.into_iter().chain(known()).collect();
            Err(unknown(root, &[&name], &names))
        }
        None if name.is_empty() => Err(format!("a fact's name is missing; write it like `{root}.order_id`")),
        None => Err(format!(
            "the fact `{}` is not in vocabulary.yaml; {}",
            cut(&name),
            mend_or_mean("add it there", &name, known())
        )),
    }
}

fn typed(kind: FactType, field: Field) -> (Field, Type) {
    let kind = match kind {
        FactType::Bool => Type::Bool,
        FactType::Number => Type::Number,
        FactType::Text => Type::Text,
        FactType::Time => Type::Time,
        FactType::Texts => Type::Texts,
    };
    (field, kind)
}

fn unknown(root: &str, rest: &[&str], known: &[&str]) -> String {
    let name = rest.join(".");
    if name.is_empty() {
        let shown: Vec<String> = known.iter().take(8).map(|name| format!("`{root}.{name}`")).collect();
        return format!("`{root}` alone says nothing; write one of {}", shown.join(", "));
    }
    let names: Vec<String> = known.iter().map(|name| format!("{root}.{name}")).collect();
    let wrong = format!("{root}.{name}");
    format!("`{}` is unknown; {}", cut(&wrong), did_you_mean(&wrong, names.iter().map(String::as_str)))
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
