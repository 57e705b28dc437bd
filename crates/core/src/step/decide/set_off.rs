use alloc::boxed::Box;
use compact_str::{CompactString, CompactStringExt as _, format_compact};
use smallvec::SmallVec;

use crate::customer::Known;
use crate::definitions::Definitions;
use crate::event::Name;
use crate::playbook::{Playbook, PlaybookIndex, Trigger};
use crate::promise::Promise;
use crate::step::observe::{Few, Noticed};
use crate::trust::Trust;

/// Playbooks that an observation set off, and what did.
#[derive(Default)]
pub(super) struct SetOff {
    causes: Few<Cause>,
    /// The playbooks, each with the place of its cause.
    playbooks: SmallVec<[(PlaybookIndex, usize); 8]>,
}

/// What set playbooks off.
pub(in crate::step) struct Cause {
    /// In words: `moment pay bad`.
    pub(in crate::step) words: CompactString,
    /// What it is about: automation is silent on it while a human has it.
    pub(super) matter: Name,
    /// The promise at hand, as it was when it set the playbooks off.
    pub(super) promise: Option<Box<Promise>>,
}

impl SetOff {
    /// Which playbooks the observation sets off. Of a promise's states each counts by itself, so one
    /// observation may set one playbook off for several promises.
    pub(super) fn by(definitions: &Definitions, known: &Known, noticed: &Noticed<'_>) -> SetOff {
        let index = definitions.index();
        let mut found = SetOff::default();
        if let Some(event) = noticed.event {
            found.add(noticed.concerned.playbooks.iter().copied(), || {
                Cause::of(&event.kind, ["event ", &event.kind].concat_compact())
            });
        }
        for &(moment, outcome) in &noticed.moments {
            let playbooks = index.on_moment(moment, outcome);
            let Some((moment, _)) = definitions.moment_and_journey(moment) else { continue };
            found.add(playbooks.iter().copied(), || {
                Cause::of(&moment.name, ["moment ", &moment.name, " ", outcome.word()].concat_compact())
            });
        }
        for &(promise, id, state) in &noticed.promises {
            let playbooks = index.on_promise(promise, state);
            let Some(promise) = definitions.promise(promise) else { continue };
            found.add(playbooks.iter().copied(), || Cause {
                promise: known.promises.iter().find(|known| known.id == id).cloned().map(Box::new),
                ..Cause::of(&promise.name, ["promise ", &promise.name, " ", state.word()].concat_compact())
            });
        }
        for &(account, before, after) in &noticed.trust {
            let is_crossed = |playbook: &PlaybookIndex| {
                let playbook = definitions.playbook(*playbook);
                playbook.is_some_and(|playbook| crossed(&playbook.when, before, after))
            };
            found.add(index.on_trust(account).iter().copied().filter(is_crossed), || {
                Cause::of(account.word(), format_compact!("trust {account} {before} to {after}"))
            });
        }
        for &playbook in &noticed.silences {
            let span = definitions.playbook(playbook).and_then(Playbook::silence).unwrap_or_default();
            found.add([playbook].into_iter(), || Cause::of("silence", format_compact!("silence {span}")));
        }
        found
    }

    /// Those that are set off.
    pub(super) fn playbooks(&self) -> impl Iterator<Item = PlaybookIndex> {
        self.playbooks.iter().map(|&(playbook, _)| playbook)
    }

    /// Takes these out.
    pub(super) fn leave_out(&mut self, playbooks: &[PlaybookIndex]) {
        self.playbooks.retain(|(playbook, _)| !playbooks.contains(playbook));
    }

    /// How many are set off.
    pub(super) fn len(&self) -> usize {
        self.playbooks.len()
    }

    /// The playbooks with their causes, in the order of asking.
    pub(super) fn in_order(
        &mut self,
        definitions: &Definitions,
    ) -> impl Iterator<Item = (PlaybookIndex, &Cause)> {
        self.playbooks.sort_by_key(|(playbook, _)| definitions.index().rank(*playbook));
        let causes = &self.causes;
        self.playbooks.iter().filter_map(|&(playbook, cause)| Some((playbook, causes.get(cause)?)))
    }

    fn add(&mut self, playbooks: impl Iterator<Item = PlaybookIndex>, cause: impl FnOnce() -> Cause) {
        let (before, place) = (self.playbooks.len(), self.causes.len());
        self.playbooks.extend(playbooks.map(|playbook| (playbook, place)));
        // Most observations set nothing off: words are for those that do.
        if self.playbooks.len() > before {
            self.causes.push(cause());
        }
    }
}

impl Cause {
    fn of(matter: &str, words: CompactString) -> Cause {
        Cause { words, matter: matter.into(), promise: None }
    }
}

/// Whether going from `before` to `after` passes the line that the trigger watches.
fn crossed(when: &Trigger, before: Trust, after: Trust) -> bool {
    match when {
        Trigger::TrustBelow(_, floor) => Trust::crossed_below(before, after, Trust::new(*floor)),
        Trigger::TrustAbove(_, line) => before.get() < *line && after.get() >= *line,
        Trigger::Event(_) | Trigger::Moment(..) | Trigger::Promise(..) | Trigger::Silence(_) => false,
    }
}
