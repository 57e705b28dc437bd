use alloc::boxed::Box;
use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};

use crate::customer::Known;
use crate::definitions::Definitions;
use crate::event::Name;
use crate::playbook::{Playbook, PlaybookIndex, Trigger};
use crate::promise::Promise;
use crate::step::observe::Noticed;
use crate::trust::Trust;

/// A playbook that something set off.
pub(in crate::step) struct SetOff {
    pub(super) index: PlaybookIndex,
    /// What it is about: automation is silent on it while a human has it.
    pub(super) matter: Name,
    /// What set it off, in words.
    pub(in crate::step) because: CompactString,
    /// The promise at hand, as it was when it set the playbook off.
    pub(super) promise: Option<Box<Promise>>,
}

/// Which playbooks the observation sets off. Of a promise's states each counts by itself, so one
/// observation may set one playbook off for several promises.
pub(super) fn set_off(definitions: &Definitions, known: &Known, noticed: &Noticed<'_>) -> Vec<SetOff> {
    let index = definitions.index();
    let mut found = Vec::new();
    if let Some(event) = noticed.event {
        for &playbook in &noticed.concerned.playbooks {
            found.push(SetOff {
                index: playbook,
                matter: event.kind.clone(),
                because: format_compact!("event {}", event.kind),
                promise: None,
            });
        }
    }
    for &(moment, outcome) in &noticed.moments {
        for &playbook in index.on_moment(moment, outcome) {
            let Some((moment, _)) = definitions.moment_and_journey(moment) else { continue };
            found.push(SetOff {
                index: playbook,
                matter: moment.name.clone(),
                because: format_compact!("moment {} {}", moment.name, outcome.word()),
                promise: None,
            });
        }
    }
    for &(promise, id, state) in &noticed.promises {
        for &playbook in index.on_promise(promise, state) {
            let Some(promise) = definitions.promise(promise) else { continue };
            found.push(SetOff {
                index: playbook,
                matter: promise.name.clone(),
                because: format_compact!("promise {} {}", promise.name, state.word()),
                promise: known.promises.iter().find(|known| known.id == id).cloned().map(Box::new),
            });
        }
    }
    for &(account, before, after) in &noticed.trust {
        for &playbook in index.on_trust(account) {
            let when = definitions.playbook(playbook).map(|playbook| &playbook.when);
            if when.is_some_and(|when| crossed(when, before, after)) {
                found.push(SetOff {
                    index: playbook,
                    matter: account.word().into(),
                    because: format_compact!("trust {account} {before} to {after}"),
                    promise: None,
                });
            }
        }
    }
    for &playbook in &noticed.silences {
        let span = definitions.playbook(playbook).and_then(Playbook::silence).unwrap_or_default();
        found.push(SetOff {
            index: playbook,
            matter: "silence".into(),
            because: format_compact!("silence {span}"),
            promise: None,
        });
    }
    found
}

/// Whether going from `before` to `after` passes the line that the trigger watches.
fn crossed(when: &Trigger, before: Trust, after: Trust) -> bool {
    match when {
        Trigger::TrustBelow(_, floor) => Trust::crossed_below(before, after, Trust::new(*floor)),
        Trigger::TrustAbove(_, line) => before.get() < *line && after.get() >= *line,
        Trigger::Event(_) | Trigger::Moment(..) | Trigger::Promise(..) | Trigger::Silence(_) => false,
    }
}
