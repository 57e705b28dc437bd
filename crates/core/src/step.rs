//! The step: takes a customer through one input.
//!
//! [`step`] is the engine's one decision. It first *observes* (folds what happened into what is
//! known) and then *decides* (asks the playbooks that the observation sets off). Observing alone is
//! [`refold()`]: it builds what is known anew from a customer's history and takes no decision, since
//! those were taken and stand.

mod decide;
mod input;
mod message;
mod moments;
mod observe;
mod orders;
mod promises;
mod refold;
mod second_look;

pub use input::{Happening, Input};
pub use message::ZONE_FACT;
pub use promises::OWN_SOURCE;
pub use refold::refold;
pub use second_look::{Look, look_again};

use crate::customer::Customer;
use crate::definitions::Definitions;
use crate::effects::Effects;

/// Takes the customer through one input. What was found and decided is added to `effects`.
///
/// Pure: nothing but the arguments counts, and nothing but `customer` and `effects` changes, in the same way on
/// every machine. Per-event work does not grow with the customer's history, since everything kept is bounded.
/// Changed in place since a customer is near a kilobyte without their lists.
pub fn step(definitions: &Definitions, customer: &mut Customer, input: &Input<'_>, effects: &mut Effects) {
    match input.happening {
        Happening::Event { event, reading } => {
            let noticed = observe::event(definitions, customer, input, event, reading, effects);
            decide::decide(definitions, customer, input, &noticed, effects);
        }
        Happening::Time => {
            let noticed = observe::time(definitions, customer, input, effects);
            decide::decide(definitions, customer, input, &noticed, effects);
        }
        Happening::Ordered(command) => orders::carry_out(definitions, customer, input, command, effects),
    }
}

/// When the passing of time alone next concerns this customer: a promise, an abandoned run, silence.
/// By the clock of the customer's lane.
#[must_use]
pub fn next_timer(definitions: &Definitions, customer: &Customer) -> Option<crate::time::Timestamp> {
    let silence = customer.known.silent_since.and_then(|since| {
        definitions
            .index()
            .on_silence()
            .iter()
            .filter_map(|&index| definitions.playbook(index))
            .filter(|playbook| !customer.deeds.silences.contains(&playbook.name))
            .filter_map(crate::playbook::Playbook::silence)
            .map(|span| since + span)
            .min()
    });
    [customer.known.next_change(), silence].into_iter().flatten().min()
}
