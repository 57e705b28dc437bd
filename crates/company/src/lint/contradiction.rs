use std::collections::BTreeMap;

use opcx_core::condition::{Condition, Expression};
use opcx_core::playbook::{Aim, Mode, Playbook};

use super::never::never;
use super::{place, playbooks, was_read};
use crate::company::Company;
use crate::fault::Faults;
use crate::text::Node;

/// Most playbooks on one trigger that are compared with each other, since that takes their square.
const COMPARED_MAX: usize = 100;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    let mut by_trigger: BTreeMap<String, Vec<(&Playbook, &Node)>> = BTreeMap::new();
    // What only watches gets in nobody's way.
    for (playbook, node) in playbooks(company).filter(|(playbook, _)| playbook.mode == Mode::Live) {
        by_trigger.entry(format!("{:?}", playbook.when)).or_default().push((playbook, node));
    }
    for together in by_trigger.values() {
        if let Some((playbook, node)) = together.get(COMPARED_MAX) {
            let what = format!(
                "more than {COMPARED_MAX} playbooks wait for the same thing as `{}`; only the first are compared \
                 with each other, so join some",
                playbook.name
            );
            faults.warning("playbooks-contradict", place(node, "when"), what);
        }
        let compared = together.iter().take(COMPARED_MAX);
        for (at, (one, one_node)) in compared.clone().enumerate() {
            for (other, _) in compared.clone().take(at) {
                if let Some(what) = contradiction(company, other, one) {
                    faults.warning("playbooks-contradict", place(one_node, "when"), what);
                }
            }
        }
    }
}

fn contradiction(company: &Company, one: &Playbook, other: &Playbook) -> Option<String> {
    if exclude_each_other(company, one, other) {
        return None;
    }
    let mends_and_delights = |a: &Playbook, b: &Playbook| a.aim == Aim::Repair && b.aim == Aim::Delight;
    if mends_and_delights(one, other) || mends_and_delights(other, one) {
        return Some(format!(
            "`{}` and `{}` are set off together, and one repairs where the other delights; let their conditions \
             exclude each other",
            one.name, other.name
        ));
    }
    let alike = one.aim == other.aim && one.priority == other.priority;
    (alike && one.writes() && other.writes()).then(|| {
        format!(
            "`{}` and `{}` are set off together and both write to the customer, who gets only one of the two; \
             give them different priorities, or let their conditions exclude each other",
            one.name, other.name
        )
    })
}

fn exclude_each_other(company: &Company, one: &Playbook, other: &Playbook) -> bool {
    let given = super::playbook::given(company, one);
    let conditions = [one, other].into_iter().filter_map(|playbook| playbook.condition.as_ref());
    let conditions = conditions.filter(|condition| was_read(condition)).map(Condition::expression);
    let together: Vec<&Expression> = given.iter().chain(conditions).collect();
    never(&together)
}
