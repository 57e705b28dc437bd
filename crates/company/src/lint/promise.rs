use opcx_core::condition::Kinds;
use opcx_core::playbook::ActionDefinition;
use opcx_core::promise::PromiseIndex;

use super::never::never;
use super::staff::feelings_of_staff;
use super::{place, promises, was_read};
use crate::company::Company;
use crate::fault::Faults;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    for (index, (promise, node)) in (0..=u16::MAX).zip(promises(company)) {
        let conditions = [
            ("made", promise.made.as_ref()),
            ("kept", Some(&promise.kept)),
            ("released", promise.released.as_ref()),
        ];
        for (key, condition) in conditions {
            let Some(condition) = condition.filter(|condition| was_read(condition)) else { continue };
            if never(&[condition.expression()]) {
                let what =
                    format!("no event can ever meet `{key}` of `{}`; it contradicts itself", promise.name);
                faults.error("promise-never-settles", place(node, key), what);
            }
        }
        for (key, condition) in conditions {
            if let Some(condition) = condition {
                feelings_of_staff(&[condition.expression()], condition, node, key, faults);
            }
        }
        let Some(made) = &promise.made else {
            if !is_made_by_a_playbook(company, PromiseIndex(index)) {
                let what = format!(
                    "nothing makes the promise `{}`; add `made`, or `promise: {}` to a playbook",
                    promise.name, promise.name
                );
                faults.warning("promise-never-made", &node.place, what);
            }
            continue;
        };
        // Evidence must come from something else than the promise itself: an event that makes the
        // promise and would keep it says the same thing twice.
        let same_kinds = match (made.kinds(), promise.kept.kinds()) {
            (Kinds::Only(made), Kinds::Only(kept)) => {
                !kept.is_empty() && kept.iter().all(|kind| made.contains(kind))
            }
            (Kinds::Any, _) | (_, Kinds::Any) => false,
        };
        let both_read = was_read(made) && was_read(&promise.kept);
        if both_read && same_kinds && !never(&[made.expression(), promise.kept.expression()]) {
            let what = format!(
                "the same kind of event makes `{}` and keeps it, which proves nothing; name another kind of event \
                 as the evidence",
                promise.name
            );
            faults.error("promise-vouches-for-itself", place(node, "kept"), what);
        }
    }
}

/// Whether some playbook makes the promise, as far as playbooks could be read.
pub(super) fn is_made_by_a_playbook(company: &Company, promise: PromiseIndex) -> bool {
    if !company.known.playbooks {
        return true;
    }
    let mut actions = company.playbooks.iter().flat_map(|playbook| &playbook.actions);
    actions.any(|action| *action == ActionDefinition::Promise(promise))
}
