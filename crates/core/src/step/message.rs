//! Words: messages to customers, briefs for humans, names and values on receipts.

use alloc::string::String;
use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};

use super::Input;
use crate::calendar::Zone;
use crate::condition::{Field, Missing, Operand};
use crate::customer::Customer;
use crate::definitions::Definitions;
use crate::effects::Content;
use crate::event::{Event, Value};
use crate::playbook::{Claim, Playbook, TemplateIndex};
use crate::promise::Promise;
use crate::reading::Reading;
use crate::receipt::Refused;
use crate::time::Timestamp;

/// Most lines of a brief.
const BRIEF_LINES_MAX: usize = 16;
/// Most characters of the customer's words that a brief quotes.
const QUOTE_CHARS_MAX: usize = 280;
/// The fact that tells a customer's zone, as Segment's `context.timezone` arrives.
pub const ZONE_FACT: &str = "timezone";

/// What a playbook has at hand.
#[derive(Clone, Copy)]
pub(super) struct AtHand<'a> {
    pub(super) event: Option<&'a Event>,
    pub(super) reading: Option<&'a Reading>,
    pub(super) promise: Option<&'a Promise>,
}

/// The message, and before when it must not go out: quiet hours end in the customer's own zone.
pub(super) fn write(
    definitions: &Definitions,
    customer: &Customer,
    playbook: &Playbook,
    template: TemplateIndex,
    at_hand: &AtHand<'_>,
    input: &Input<'_>,
) -> Result<(Content, Timestamp), Refused> {
    let Some(template) = definitions.template(template) else {
        return Err(Refused::Untrue("no such template".into()));
    };
    if let Some(untrue) = template.claims.iter().find(|claim| !is_true(definitions, customer, claim, at_hand))
    {
        return Err(Refused::Untrue(claim_words(definitions, untrue)));
    }
    let text = template
        .fill(&at_hand.sight_for(&customer.known, playbook, input.now))
        .map_err(|field| Refused::Missing(field_words(field)))?;
    let not_before = match &definitions.house.quiet {
        Some(quiet) => quiet.next_allowed(input.now, &zone(definitions, customer)),
        None => input.now,
    };
    Ok((Content::Message { template: template.name.clone(), text }, not_before))
}

/// Whether the ledger holds what a template claims (law 8).
fn is_true(definitions: &Definitions, customer: &Customer, claim: &Claim, at_hand: &AtHand<'_>) -> bool {
    match claim {
        Claim::Promise(index, state) => {
            let Some(definition) = definitions.promise(*index) else { return false };
            let latest =
                || customer.known.promises.iter().rev().find(|promise| promise.name == definition.name);
            let promise = at_hand.promise.filter(|promise| promise.name == definition.name).or_else(latest);
            promise.is_some_and(|promise| promise.state == *state)
        }
        Claim::Happened(kind) => {
            at_hand.event.is_some_and(|event| event.kind == *kind)
                || customer.known.happened.iter().any(|(known, _)| known == kind)
        }
    }
}

fn claim_words(definitions: &Definitions, claim: &Claim) -> CompactString {
    match claim {
        Claim::Promise(index, state) => {
            let name = definitions.promise(*index).map_or("", |promise| &promise.name);
            format_compact!("promise {name} {}", state.word())
        }
        Claim::Happened(kind) => format_compact!("event {kind}"),
    }
}

fn zone(definitions: &Definitions, customer: &Customer) -> Zone {
    match customer.known.traits.get(ZONE_FACT) {
        Some(Value::Text(name)) => Zone::new(name).unwrap_or_else(|_| definitions.house.zone.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_)) | None => definitions.house.zone.clone(),
    }
}

/// What a human needs to know: why the case is theirs, what was said, what is owed, how trust stands.
pub(super) fn brief(
    customer: &Customer,
    because: &str,
    at_hand: &AtHand<'_>,
    now: Timestamp,
) -> Vec<CompactString> {
    let mut lines = alloc::vec![format_compact!("because: {because}")];
    if let Some(event) = at_hand.event {
        lines.push(format_compact!("{}: {} on {}", event.happened, event.kind, event.channel));
        if let Some(said) = &event.said {
            let quote: String = said.chars().take(QUOTE_CHARS_MAX).collect();
            lines.push(format_compact!("said: {quote}"));
        }
    }
    if let Some(felt) = at_hand.reading.and_then(Reading::strongest) {
        lines.push(format_compact!("felt: {felt}"));
    }
    for promise in customer.known.promises.iter().rev().filter(|promise| promise.state.is_owed()) {
        lines.push(format_compact!("owed: {} by {} ({})", promise.name, promise.due, promise.state.word()));
    }
    for account in crate::trust::Account::ALL {
        lines.push(format_compact!("trust {account}: {}", customer.known.trust.level(account, now)));
    }
    lines.truncate(BRIEF_LINES_MAX);
    lines
}

/// What was missing, in words.
pub(super) fn missing_words(missing: Missing<'_>) -> CompactString {
    match missing {
        Missing::Field(field) => field_words(field),
        Missing::Mistyped(field) => format_compact!("{} has another type than declared", field_words(field)),
        Missing::DividedByZero => "divided by zero".into(),
    }
}

/// A field as conditions write it.
#[must_use]
pub fn field_words(field: &Field) -> CompactString {
    match field {
        Field::EventKind => "event.kind".into(),
        Field::EventChannel => "event.channel".into(),
        Field::EventSource => "event.source".into(),
        Field::EventTime => "event.time".into(),
        Field::EventBy => "event.by".into(),
        Field::EventSaid => "event.said".into(),
        Field::Fact(fact) => format_compact!("facts.{}", fact.name),
        Field::PromiseFact(fact) => format_compact!("promise.facts.{}", fact.name),
        Field::PromiseDue => "promise.due".into(),
        Field::PromiseMade => "promise.made".into(),
        Field::Trait(fact) => format_compact!("customer.{}", fact.name),
        Field::Trust(account) => format_compact!("customer.trust.{account}"),
        Field::OpenFailures => "customer.open_failures".into(),
        Field::OpenPromises => "customer.open_promises".into(),
        Field::Events => "customer.events".into(),
        Field::Valence => "reading.valence".into(),
        Field::ValenceScore => "reading.score".into(),
        Field::StrongestEmotion => "reading.emotion".into(),
        Field::EmotionConfidence(emotion) => format_compact!("reading.emotions.{emotion}"),
    }
}

/// A value in at most `chars_max` characters.
pub(super) fn value_words(value: Operand<'_>, chars_max: usize) -> CompactString {
    match value {
        Operand::Bool(truth) => format_compact!("{truth}"),
        Operand::Number(number) => format_compact!("{number}"),
        Operand::Text(text) => text.chars().take(chars_max).collect(),
        Operand::Time(time) => format_compact!("{time}"),
        Operand::Span(span) => format_compact!("{span}"),
        Operand::List(list) => format_compact!("{} values", list.len()),
    }
}
