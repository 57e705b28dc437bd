//! Words: messages to customers, briefs for humans, names and values on receipts.

use compact_str::{CompactString, ToCompactString, format_compact};

use super::decide::Asked;
use super::observe::sight;
use crate::calendar::Zone;
use crate::case::{Brief, OWED_MAX, Owed, Seen};
use crate::condition::{Field, Missing, Operand, PromiseSight, Sight};
use crate::consent::Purpose;
use crate::customer::{Customer, Known};
use crate::definitions::Definitions;
use crate::effects::Content;
use crate::event::{Category, Event, Value};
use crate::playbook::{Claim, TemplateIndex};
use crate::promise::Promise;
use crate::reading::Reading;
use crate::receipt::Refused;
use crate::time::Timestamp;
use crate::trust::Account;

/// Most characters of the customer's words that a brief quotes.
const QUOTE_CHARS_MAX: usize = 280;
/// The fact that tells a customer's zone, as Segment's `context.timezone` arrives.
pub const ZONE_FACT: &str = "timezone";

/// What a playbook has at hand.
#[derive(Clone, Copy)]
pub(super) struct AtHand<'a> {
    pub(super) event: Option<&'a Event>,
    /// What the event is about, if there is one.
    pub(super) category: Category,
    pub(super) reading: Option<&'a Reading>,
    pub(super) promise: Option<&'a Promise>,
}

impl<'a> AtHand<'a> {
    /// What can be seen for `purpose` with this at hand.
    pub(super) fn sight(&self, known: &'a Known, purpose: Purpose, now: Timestamp) -> Sight<'a> {
        let promise = self.promise.map(|promise| PromiseSight {
            facts: &promise.facts,
            made: promise.made,
            due: promise.due,
        });
        sight(known, purpose, self.event, self.reading, promise, now)
    }
}

/// The message, and before when it must not go out: quiet hours end in the customer's own zone.
pub(super) fn write(
    customer: &Customer,
    asked: &Asked<'_>,
    template: TemplateIndex,
) -> Result<(Content, Timestamp), Refused> {
    let Asked { definitions, input, playbook, at_hand, .. } = *asked;
    let Some(template) = definitions.template(template) else {
        return Err(Refused::Untrue("no such template".into()));
    };
    let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
    let untrue = |claim: &&Claim| !is_true(definitions, customer, claim, &at_hand, &sight);
    if let Some(untrue) = template.claims.iter().find(untrue) {
        return Err(Refused::Untrue(claim_words(definitions, untrue)));
    }
    let text = template.fill(&sight).map_err(|field| Refused::Missing(field.words()))?;
    let not_before = match &definitions.house.quiet {
        Some(quiet) => quiet.next_allowed(input.now, &zone(definitions, customer)),
        None => input.now,
    };
    Ok((Content::Message { template: template.name.clone(), text }, not_before))
}

/// Whether the ledger holds what a template claims (law 8), and it may be said for this purpose.
fn is_true(
    definitions: &Definitions,
    customer: &Customer,
    claim: &Claim,
    at_hand: &AtHand<'_>,
    sight: &Sight<'_>,
) -> bool {
    match claim {
        Claim::Promise(index, state) => {
            let Some(definition) = definitions.promise(*index) else { return false };
            let latest =
                || customer.known.promises.iter().rev().find(|promise| promise.name == definition.name);
            let promise = at_hand.promise.filter(|promise| promise.name == definition.name).or_else(latest);
            sight.sees(Category::Service) && promise.is_some_and(|promise| promise.state == *state)
        }
        Claim::Happened(kind) => {
            let happened = at_hand.event.is_some_and(|event| event.kind == *kind)
                || customer.known.happened.iter().any(|(known, _)| known == kind);
            happened && sight.sees(definitions.category_of(kind))
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

/// The customer's own zone, as far as it may be known for service: it is for their peace.
fn zone(definitions: &Definitions, customer: &Customer) -> Zone {
    let known = &customer.known;
    let may_see = definitions
        .vocabulary
        .facts
        .get(ZONE_FACT)
        .is_some_and(|fact| known.grants.allow(fact.category, Purpose::Service));
    match known.traits.get(ZONE_FACT).filter(|_| may_see) {
        Some(Value::Text(name)) => Zone::new(name).unwrap_or_else(|_| definitions.house.zone.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_)) | None => definitions.house.zone.clone(),
    }
}

/// What a human needs to know, as far as the playbook's purpose may see it: why the case is theirs,
/// what was said, what is owed, how trust stands.
pub(super) fn brief(customer: &Customer, asked: &Asked<'_>) -> Brief {
    let Asked { input, playbook, cause, at_hand, .. } = *asked;
    let known = &customer.known;
    let sight = at_hand.sight(known, playbook.purpose, input.now);
    let mut brief = Brief::because(&cause.words);
    brief.event = at_hand.event.map(|event| Seen {
        happened: event.happened,
        kind: event.kind.clone(),
        channel: event.channel.clone(),
    });
    if let Ok(Operand::Text(said)) = sight.read(&Field::EventSaid) {
        brief.said = Some(shortened(said, QUOTE_CHARS_MAX).into());
    }
    if sight.read(&Field::StrongestEmotion).is_ok() {
        brief.felt = at_hand.reading.and_then(Reading::strongest);
    }
    if sight.sees(Category::Service) {
        let owed = known.promises.iter().rev().filter(|promise| promise.state.is_owed());
        brief.owed = owed
            .take(OWED_MAX)
            .map(|promise| Owed { promise: promise.name.clone(), due: promise.due, state: promise.state })
            .collect();
        brief.trust = Some(Account::ALL.map(|account| known.trust.level(account, input.now)));
    }
    brief
}

/// What was missing, in words.
pub(super) fn missing_words(missing: Missing<'_>) -> CompactString {
    match missing {
        Missing::Field(field) => field.words(),
        Missing::Mistyped(field) => format_compact!("{} has another type than declared", field.words()),
        Missing::DividedByZero => "divided by zero".into(),
    }
}

/// A value in at most `chars_max` characters.
pub(super) fn value_words(value: Operand<'_>, chars_max: usize) -> CompactString {
    match value {
        Operand::Bool(truth) => if truth { "true" } else { "false" }.into(),
        Operand::Number(number) => number_words(number),
        Operand::Text(text) => shortened(text, chars_max).into(),
        Operand::Lowered(text) => {
            let mut lowered = CompactString::from(shortened(text, chars_max));
            lowered.make_ascii_lowercase();
            lowered
        }
        Operand::Time(time) => format_compact!("{time}"),
        Operand::Span(span) => format_compact!("{span}"),
        Operand::List(list) => format_compact!("{} values", list.len()),
    }
}

/// The first `chars_max` characters of a text.
fn shortened(text: &str, chars_max: usize) -> &str {
    // A text of so few bytes has no more characters.
    if text.len() <= chars_max {
        return text;
    }
    text.char_indices().nth(chars_max).map_or(text, |(end, _)| &text[..end])
}

/// A number as `f64` shows itself; those that are not very large or small take a shorter way to the same digits.
fn number_words(number: f64) -> CompactString {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    /// Smaller ones are given with an exponent on the shorter way.
    const PLAIN: f64 = 1e-4;
    /// Of up to 15 digits, a point and no sign: more than one text of more digits can read back as the same number, and of
    /// two that are as near to it the shorter way takes the even one.
    const UNIQUE_BYTES_MAX: usize = 16;
    #[allow(clippy::cast_possible_truncation, reason = "what is cut off shows in the comparison")]
    let whole = number as i64;
    #[allow(clippy::cast_precision_loss, reason = "within 53 bits there is none")]
    let is_whole = number.abs() < EXACT && whole as f64 == number;
    // Minus zero shows its sign.
    if is_whole && (whole != 0 || number.is_sign_positive()) {
        whole.to_compact_string()
    } else if !is_whole
        && (PLAIN..EXACT).contains(&number.abs())
        && let Some(words) = Some(number.to_compact_string()).filter(|words| words.len() <= UNIQUE_BYTES_MAX)
    {
        words
    } else {
        format_compact!("{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halfway_between_two_texts_a_number_shows_as_numbers_do() {
        for number in [-3_529_597_347_517_205.0 / 4.0, 8.0 + 1.0 / 65_536.0] {
            assert_eq!(number_words(number), format_compact!("{number}"));
        }
    }

    proptest! {
        #[test]
        fn numbers_show_as_numbers_do(number in proptest::num::f64::ANY, whole in any::<i32>()) {
            let of_hundred = f64::from(whole) / 100.0;
            for number in [number, f64::from(whole), of_hundred, 1e-3 / of_hundred, 1e7 * of_hundred, -0.0] {
                prop_assert_eq!(number_words(number), format_compact!("{number}"));
            }
        }
    }
}
