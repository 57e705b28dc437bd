//! A second look: what a slower model's reading of a text changes after the event was decided on.
//!
//! What is known is folded anew with the second reading (see [`super::refold()`]). What is left is to decide: what the text
//! sets off now and did not under the first reading is asked; what was decided stands.

use super::observe::{Few, Noticed, may_see};
use super::{Input, decide};
use crate::consent::Purpose;
use crate::customer::{Customer, Known};
use crate::definitions::{Definitions, Listening};
use crate::effects::{Effects, Moment};
use crate::event::Event;
use crate::map::{MomentIndex, Outcome};
use crate::reading::Reading;
use crate::trust::Account;

/// A text that was read a second time.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The event with the text.
    pub event: &'a Event,
    /// What was read first, and the moments that the event was under it.
    pub first: (&'a Reading, &'a [Moment]),
    /// What was read now, and the moments that the event is.
    pub second: (&'a Reading, &'a [Moment]),
}

/// Decides on what a second look changed for `customer`, who is folded anew with it; `before` is what was known until then.
#[must_use]
pub fn look_again(
    definitions: &Definitions,
    mut customer: Customer,
    before: &Known,
    input: &Input<'_>,
    look: &Look<'_>,
    effects: &mut Effects,
) -> Customer {
    let known = &customer.known;
    let concerned = definitions.index().concerned(&look.event.kind);
    if !may_see(known, concerned.category) {
        return customer;
    }
    let [was, mut is] = [look.first, look.second].map(|(reading, moments)| Noticed {
        concerned,
        event: Some(look.event),
        reading: Some(reading),
        moments: indexes(definitions, &concerned.moments, moments),
        ..Noticed::default()
    });
    if known.grants.allow(concerned.category, Purpose::Service) {
        is.promises.extend(known.promises.iter().filter_map(|promise| {
            let stood = before.promises.iter().find(|other| other.id == promise.id).map(|other| other.state);
            let (index, _) = definitions.promise_named(&promise.name)?;
            // One that nothing can change was there before, and made room for a later one.
            let made_room = stood.is_none() && promise.state.is_final();
            (stood != Some(promise.state) && !made_room).then_some((index, promise.id, promise.state))
        }));
        is.trust.extend(Account::ALL.into_iter().filter_map(|account| {
            let level = |known: &Known| known.trust.level(account, input.now);
            let (from, to) = (level(before), level(known));
            (from != to).then_some((account, from, to))
        }));
    }
    decide::decide_on_change(definitions, &mut customer, input, [&was, &is], effects);
    customer
}

/// The moments of an event by their places on the map.
fn indexes(
    definitions: &Definitions,
    among: &[Listening],
    moments: &[Moment],
) -> Few<(MomentIndex, Outcome)> {
    let place = |moment: &Moment| {
        let is_it = |index: &MomentIndex| {
            definitions.moment_and_journey(*index).is_some_and(|(defined, journey)| {
                defined.name == moment.moment && journey.name == moment.journey
            })
        };
        among.iter().map(|listening| listening.moment).find(is_it).map(|index| (index, moment.outcome))
    };
    moments.iter().filter_map(place).collect()
}
