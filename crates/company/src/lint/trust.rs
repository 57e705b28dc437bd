//! Law 11: no rule may lower service because trust is low.

use opcx_core::condition::Field;
use opcx_core::playbook::{ActionDefinition, Aim, Playbook, Priority, Trigger};

use super::never::{Alternative, Demand, alternatives};
use super::{place, playbooks, was_read};
use crate::company::Company;
use crate::fault::Faults;

const RULE: &str = "trust-lowers-service";

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    for (playbook, node) in playbooks(company) {
        let asks = asks(playbook);
        match playbook.aim {
            Aim::Repair | Aim::Inform => {
                if matches!(playbook.when, Trigger::TrustAbove(..)) {
                    let what = "repair and information may not wait for trust to be high (law 11); give it the aim \
                                `delight`, or another trigger";
                    faults.error(RULE, place(node, "when"), what);
                }
                if asks.high {
                    let what = "this withholds repair or information where trust is low (law 11); leave the account \
                                of trust out, or turn the comparison round";
                    faults.error(RULE, place(node, "if"), what);
                }
            }
            // What delights is no service.
            Aim::Delight => {}
        }
        let for_low_trust = asks.low || matches!(playbook.when, Trigger::TrustBelow(..));
        let puts_last = |action: &ActionDefinition| {
            matches!(action, ActionDefinition::Case { priority: Priority::Low, .. })
        };
        if for_low_trust && playbook.actions.iter().any(puts_last) {
            let what = "this puts customers last because their trust is low (law 11); give the case the priority \
                        `normal` or `high`";
            faults.error(RULE, place(node, "do"), what);
        }
    }
}

/// Whether a playbook's condition asks for high or for low trust.
struct Asks {
    high: bool,
    low: bool,
}

fn asks(playbook: &Playbook) -> Asks {
    let none = Asks { high: false, low: false };
    let Some(condition) = playbook.condition.as_ref().filter(|condition| was_read(condition)) else {
        return none;
    };
    let Some(alternatives) = alternatives(&[condition.expression()]) else {
        // Too many to write out: whoever reads trust there is asked to say it more simply.
        let reads = condition.fields().iter().any(|field| matches!(field, Field::Trust(_)));
        return Asks { high: reads, low: reads };
    };
    let mut asks = none;
    let demands = alternatives.iter().flat_map(Alternative::demands);
    for (_, demand) in demands.filter(|(field, _)| matches!(field, Field::Trust(_))) {
        match demand {
            Demand::AtLeast(..) => asks.high = true,
            Demand::AtMost(..) => asks.low = true,
            Demand::OneOf(_) => asks = Asks { high: true, low: true },
            Demand::Present | Demand::Absent | Demand::NoneOf(_) | Demand::Is(_) => {}
        }
    }
    asks
}
