use super::{FactType, Field, Operand};
use crate::customer::Traits;
use crate::event::{Categories, Category, Event, Facts, Origin, Value};
use crate::promise::Promise;
use crate::reading::{Felt, Reading};
use crate::time::{Timestamp, parse_rfc3339};
use crate::trust::Ledger;

/// Everything a condition may look at, and the consent that limits it.
///
/// The only door to a customer's data: a field whose category may not be looked at reads as
/// [`Missing`].
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// What may be looked at, for the purpose at hand ([`Grants::allowed`](crate::consent::Grants::allowed)).
    pub allowed: Categories,
    /// The event at hand; none when a timer fired.
    pub event: Option<&'a Event>,
    /// What was read in the event's text.
    pub reading: Option<&'a Reading>,
    /// The promise at hand: the facts it was made with, when, and until when.
    pub promise: Option<PromiseSight<'a>>,
    /// The customer's trust.
    pub trust: &'a Ledger,
    /// The customer's traits: facts about the person, latest value each.
    pub traits: &'a Traits,
    /// The customer's promises, settled ones too.
    pub promises: &'a [Promise],
    /// How many events of the customer were counted.
    pub events: u64,
    /// The log's time at which is looked.
    pub now: Timestamp,
}

/// What a condition can see of the promise at hand.
#[derive(Debug, Clone, Copy)]
pub struct PromiseSight<'a> {
    /// The facts of the event that made it.
    pub facts: &'a Facts,
    /// When it was made.
    pub made: Timestamp,
    /// When it is due.
    pub due: Timestamp,
}

/// What a condition could not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing<'a> {
    /// The field is not there, or may not be seen: from here the two cannot be told apart.
    Field(&'a Field),
    /// A fact has another type than the vocabulary says.
    Mistyped(&'a Field),
    /// Division by zero.
    DividedByZero,
}

/// What reading or evaluating comes to.
pub(crate) type Outcome<'a> = Result<Operand<'a>, Missing<'a>>;

impl<'a> Sight<'a> {
    /// What `field` holds.
    ///
    /// # Errors
    /// It is not there, has the wrong type, or may not be seen.
    pub fn read(&self, field: &'a Field) -> Outcome<'a> {
        let missing = Missing::Field(field);
        if let Some(category) = field.category()
            && !self.sees(category)
        {
            return Err(missing);
        }
        match field {
            Field::EventKind => Ok(Operand::Text(&self.event.ok_or(missing)?.kind)),
            Field::EventChannel => Ok(Operand::Text(&self.event.ok_or(missing)?.channel)),
            Field::EventSource => Ok(Operand::Text(&self.event.ok_or(missing)?.source)),
            Field::EventTime => Ok(Operand::Time(self.event.map_or(self.now, |event| event.happened))),
            Field::EventBy => Ok(Operand::Text(match self.event.ok_or(missing)?.origin {
                Origin::Customer => "customer",
                Origin::Probe => "probe",
                Origin::Staff => "staff",
            })),
            Field::EventSaid => {
                Ok(Operand::Text(self.event.and_then(|event| event.said.as_deref()).ok_or(missing)?))
            }
            Field::Fact(fact) => {
                typed(field, fact.kind, self.event.and_then(|event| event.facts.get(&fact.name)))
            }
            Field::PromiseFact(fact) => {
                typed(field, fact.kind, self.promise.and_then(|promise| promise.facts.get(&fact.name)))
            }
            Field::PromiseDue => Ok(Operand::Time(self.promise.ok_or(missing)?.due)),
            Field::PromiseMade => Ok(Operand::Time(self.promise.ok_or(missing)?.made)),
            Field::Trait(fact) => typed(field, fact.kind, self.traits.get(&fact.name)),
            Field::Trust(account) => Ok(Operand::Number(self.trust.level(*account, self.now).get().into())),
            Field::OpenFailures => Ok(Operand::Number(self.trust.open_failures().into())),
            Field::OpenPromises => {
                let owed = self.promises.iter().filter(|promise| promise.state.is_owed()).count();
                Ok(Operand::Number(u32::try_from(owed).unwrap_or(u32::MAX).into()))
            }
            Field::Events => Ok(Operand::Number(u32::try_from(self.events).unwrap_or(u32::MAX).into())),
            Field::Valence => {
                Ok(Operand::Text(self.reading.and_then(Reading::valence).ok_or(missing)?.word()))
            }
            Field::StrongestEmotion => {
                Ok(Operand::Text(self.reading.and_then(Reading::strongest).ok_or(missing)?.word()))
            }
            Field::ValenceScore => Ok(Operand::Number(self.felt().ok_or(missing)?.valence_permille.into())),
            Field::EmotionConfidence(emotion) => {
                let found = self.felt().ok_or(missing)?.emotions.iter().find(|(known, _)| known == emotion);
                Ok(Operand::Number(found.map_or(0, |(_, permille)| permille.get()).into()))
            }
            Field::Asked => Ok(Operand::Text(self.felt().ok_or(missing)?.ask.word())),
            Field::NeedsAnswer => Ok(Operand::Bool(self.felt().ok_or(missing)?.needs_answer())),
        }
    }

    fn felt(&self) -> Option<&'a Felt> {
        self.reading?.felt()
    }

    /// Whether data of `category` may be looked at here.
    #[must_use]
    pub fn sees(&self, category: Category) -> bool {
        self.allowed.hold(category)
    }
}

/// A fact as the vocabulary declares it. Numbers and truth values that were sent as texts are
/// read as what they say, since CSV files and query strings know only texts.
fn typed<'a>(field: &'a Field, kind: FactType, value: Option<&'a Value>) -> Outcome<'a> {
    let mistyped = Missing::Mistyped(field);
    let value = value.ok_or(Missing::Field(field))?;
    match (kind, value) {
        (FactType::Bool, Value::Bool(truth)) => Ok(Operand::Bool(*truth)),
        (FactType::Bool, Value::Text(text)) => match text.as_str() {
            "true" => Ok(Operand::Bool(true)),
            "false" => Ok(Operand::Bool(false)),
            _ => Err(mistyped),
        },
        (FactType::Number, Value::Number(number)) => Ok(Operand::Number(*number)),
        (FactType::Number, Value::Text(text)) => {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Operand::Number).ok_or(mistyped)
        }
        (FactType::Text, Value::Text(text)) => Ok(Operand::Text(text)),
        (FactType::Time, Value::Text(text)) => parse_rfc3339(text).map(Operand::Time).ok_or(mistyped),
        (FactType::Texts, Value::List(list)) => Ok(Operand::List(list)),
        (FactType::Texts, Value::Text(_)) => Ok(Operand::List(core::slice::from_ref(value))),
        (FactType::Bool, Value::Number(_) | Value::List(_))
        | (FactType::Number, Value::Bool(_) | Value::List(_))
        | (FactType::Text, Value::Bool(_) | Value::Number(_) | Value::List(_))
        | (FactType::Time, Value::Bool(_) | Value::Number(_) | Value::List(_))
        | (FactType::Texts, Value::Bool(_) | Value::Number(_)) => Err(mistyped),
    }
}
