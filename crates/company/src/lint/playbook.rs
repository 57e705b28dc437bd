use opcx_core::condition::{Comparison, Condition, Expression, Field};
use opcx_core::event::Value;
use opcx_core::map::Outcome;
use opcx_core::playbook::{ActionDefinition, Playbook, Trigger};
use opcx_core::promise::PromiseState;

use super::never::never;
use super::promise::is_made_by_a_playbook;
use super::staff::feelings_of_staff;
use super::{place, playbooks, was_read};
use crate::company::Company;
use crate::fault::Faults;
use crate::file::playbook::scope;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    for (playbook, node) in playbooks(company) {
        if let Some(why) = unreachable(company, playbook) {
            faults.error("playbook-never-fires", place(node, "when"), why);
        }
        if let Some(condition) = playbook.condition.as_ref().filter(|condition| was_read(condition)) {
            let given = given(company, playbook);
            let mut together: Vec<&Expression> = given.iter().collect();
            // If what is given is impossible, that has a fault of its own.
            let possible = !never(&together);
            together.push(condition.expression());
            if possible && never(&together) {
                let what = format!(
                    "this can never hold when `{}` is set off, so it never fires; mend it",
                    playbook.name
                );
                faults.error("playbook-never-fires", place(node, "if"), what);
            }
            feelings_of_staff(&together, condition, node, "if", faults);
        }
        for action in &playbook.actions {
            let ActionDefinition::Promise(index) = action else { continue };
            let Some(promise) = company.map.promises.get(usize::from(index.0)) else { continue };
            if let Some(fact) = promise.due.fact()
                && !scope(&playbook.when).event
            {
                let what = format!(
                    "`{}` is due by `facts.{fact}`, but no event is at hand here to read it from; give the promise \
                     a due time such as `72h`",
                    promise.name
                );
                faults.error("promise-without-time", place(node, "do"), what);
            }
        }
    }
}

/// Why what sets a playbook off cannot happen, if it cannot.
fn unreachable(company: &Company, playbook: &Playbook) -> Option<String> {
    match &playbook.when {
        Trigger::Moment(index, outcome) => {
            let moment = company.map.moments.get(usize::from(index.0))?;
            let missing = match outcome {
                Outcome::Good => moment.good.is_none(),
                Outcome::Bad => moment.bad.is_none(),
                Outcome::Neutral => false,
            };
            missing.then(|| {
                format!(
                    "the moment `{}` is never {}; give it a `{}` condition",
                    moment.name,
                    outcome.word(),
                    outcome.word()
                )
            })
        }
        Trigger::Promise(index, state) => {
            let promise = company.map.promises.get(usize::from(index.0))?;
            let name = &promise.name;
            if promise.made.is_none() && !is_made_by_a_playbook(company, *index) {
                return Some(format!(
                    "nothing makes the promise `{name}`; add `made` to it, or make it in a playbook"
                ));
            }
            match state {
                PromiseState::AtRisk if promise.at_risk.is_none() => Some(format!(
                    "the promise `{name}` is never at risk; give it `at_risk`, like `12h before`"
                )),
                PromiseState::Released if promise.released.is_none() => {
                    Some(format!("the promise `{name}` is never released; give it a `released` condition"))
                }
                PromiseState::Open
                | PromiseState::AtRisk
                | PromiseState::Kept
                | PromiseState::Broken
                | PromiseState::Released => None,
            }
        }
        // The kind is in the vocabulary; trust moves; silence falls.
        Trigger::Event(_) | Trigger::TrustBelow(..) | Trigger::TrustAbove(..) | Trigger::Silence(_) => None,
    }
}

/// What surely holds when a playbook is set off.
pub(super) fn given(company: &Company, playbook: &Playbook) -> Vec<Expression> {
    let read = |condition: &Condition| was_read(condition).then(|| condition.expression().clone());
    match &playbook.when {
        Trigger::Event(kind) => {
            let kind = Expression::Constant(Value::Text(kind.clone()));
            vec![Expression::Compare(Comparison::Equal, Box::new((Expression::Read(Field::EventKind), kind)))]
        }
        Trigger::Moment(index, outcome) => {
            let Some(moment) = company.map.moments.get(usize::from(index.0)) else { return Vec::new() };
            let outcome = match outcome {
                Outcome::Good => moment.good.as_ref(),
                Outcome::Bad => moment.bad.as_ref(),
                Outcome::Neutral => None,
            };
            [Some(&moment.listens), outcome].into_iter().flatten().filter_map(read).collect()
        }
        Trigger::Promise(..) | Trigger::TrustBelow(..) | Trigger::TrustAbove(..) | Trigger::Silence(_) => {
            Vec::new()
        }
    }
}
