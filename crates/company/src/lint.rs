//! Lints: what each file says well by itself and yet cannot be meant.
//!
//! | rule | severity | what it finds |
//! |---|---|---|
//! | `moment-without-owner` | error | nobody answers for a moment (found while reading) |
//! | `moment-without-answers` | error | one of the four questions is not answered (found while reading) |
//! | `moment-without-way-out` | error | no human answers where the way out leads (law 10) |
//! | `moment-without-signal` | error | no event can ever match what a moment listens to |
//! | `outcome-never-happens` | error | no event of a moment can ever be good, bad or repaired |
//! | `promise-never-settles` | error | no event can make, keep or release a promise |
//! | `promise-vouches-for-itself` | error | the event that makes a promise would also keep it |
//! | `promise-never-made` | warning | neither an event nor a playbook makes a promise |
//! | `playbook-never-fires` | error | what sets a playbook off cannot happen, or its condition cannot hold |
//! | `playbooks-contradict` | warning | two playbooks would get in each other's way |
//! | `promise-without-time` | error | a playbook promises by a fact that is not at hand |
//! | `template-cannot-be-filled` | error | a playbook's message needs what is not at hand |
//! | `claim-never-true` | error | a message claims what contradicts its own trigger |
//! | `unreachable-template` | warning | no playbook sends a template |
//! | `condition-without-basis` | warning | data is read that is invisible until the customer grants it (law 4) |
//! | `trust-lowers-service` | error | service depends on trust being high (law 11) |
//! | `emotion-of-staff` | error | feelings are read in what staff wrote (law 11) |

mod basis;
mod contradiction;
mod moment;
mod never;
mod playbook;
mod promise;
mod staff;
mod template;
mod trust;

use opcx_core::condition::Condition;

use crate::company::Company;
use crate::fault::{Faults, Place};
use crate::text::Node;

/// Runs every lint.
pub(crate) fn lint(company: &Company, faults: &mut Faults) {
    moment::lint(company, faults);
    promise::lint(company, faults);
    playbook::lint(company, faults);
    contradiction::lint(company, faults);
    template::lint(company, faults);
    basis::lint(company, faults);
    trust::lint(company, faults);
}

/// Where the value of a key stands; without it, its owner.
fn place<'a>(node: &'a Node, key: &str) -> &'a Place {
    node.get(key).map_or(&node.place, |node| &node.place)
}

/// Conditions that could not be read have a fault already; see [`crate::file::journey::unread`].
fn was_read(condition: &Condition) -> bool {
    !condition.text().is_empty()
}

/// The moments with their nodes.
fn moments(company: &Company) -> impl Iterator<Item = (&opcx_core::map::Moment, &Node)> {
    company.map.moments.iter().zip(&company.map.moment_nodes)
}

/// The promises with their nodes.
fn promises(company: &Company) -> impl Iterator<Item = (&opcx_core::promise::PromiseDefinition, &Node)> {
    company.map.promises.iter().zip(&company.map.promise_nodes)
}

/// The playbooks with their nodes.
fn playbooks(company: &Company) -> impl Iterator<Item = (&opcx_core::playbook::Playbook, &Node)> {
    company.playbooks.iter().zip(&company.playbook_nodes)
}
