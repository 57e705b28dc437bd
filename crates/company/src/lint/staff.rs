//! Law 11: nothing reads the feelings of staff.

use opcx_core::condition::{Condition, Expression, Field};
use opcx_core::event::Value;

use super::never::{Alternative, Demand, alternatives};
use super::place;
use crate::fault::Faults;
use crate::text::Node;

/// Reports a condition that reads feelings where, with all that holds `together`, staff spoke.
pub(super) fn feelings_of_staff(
    together: &[&Expression],
    condition: &Condition,
    node: &Node,
    key: &str,
    faults: &mut Faults,
) {
    if condition.fields().iter().any(is_feeling)
        && alternatives(together).is_some_and(|all| all.iter().any(is_of_staff))
    {
        let what = "this reads the feelings of staff, which nothing may (law 11); ask for \
                    `event.by == \"customer\"` or leave `reading` out";
        faults.error("emotion-of-staff", place(node, key), what);
    }
}

fn is_of_staff(alternative: &Alternative<'_>) -> bool {
    let staff = Value::Text("staff".into());
    alternative.demands().iter().any(|(field, demand)| {
        **field == Field::EventBy
            && match demand {
                Demand::OneOf(who) => who.iter().all(|who| **who == staff),
                Demand::Present
                | Demand::Absent
                | Demand::NoneOf(_)
                | Demand::AtLeast(..)
                | Demand::AtMost(..)
                | Demand::Is(_) => false,
            }
    })
}

fn is_feeling(field: &Field) -> bool {
    match field {
        Field::Valence
        | Field::ValenceScore
        | Field::StrongestEmotion
        | Field::EmotionConfidence(_)
        | Field::Asked
        | Field::NeedsAnswer => true,
        Field::EventKind
        | Field::EventChannel
        | Field::EventSource
        | Field::EventTime
        | Field::EventBy
        | Field::EventSaid
        | Field::Fact(_)
        | Field::PromiseFact(_)
        | Field::PromiseDue
        | Field::PromiseMade
        | Field::Trait(_)
        | Field::Trust(_)
        | Field::OpenFailures
        | Field::OpenPromises
        | Field::Events => false,
    }
}
