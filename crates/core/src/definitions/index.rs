use alloc::vec::Vec;
use core::hash::BuildHasherDefault;
use core::hash::Hasher;

#[expect(clippy::disallowed_types, reason = "looked up by name, never walked through")]
use hashbrown::HashMap;

use crate::condition::{Condition, Kinds};
use crate::event::Name;
use crate::map::{Moment, MomentIndex, Outcome};
use crate::playbook::{Claim, Playbook, PlaybookIndex, Template, Trigger};
use crate::promise::{PromiseDefinition, PromiseIndex, PromiseState};
use crate::trust::Account;

/// Which definitions can be concerned, so that an event looks only at those.
///
/// Looked up by name, never iterated: the order of its hash table can reach no result.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::disallowed_types, reason = "looked up by name, never walked through")]
pub struct Index {
    by_kind: HashMap<Name, Concerned, BuildHasherDefault<Fnv>>,
    /// For kinds that no definition names.
    otherwise: Concerned,
    promises: HashMap<Name, PromiseIndex, BuildHasherDefault<Fnv>>,
    by_moment: Vec<[Vec<PlaybookIndex>; 3]>,
    by_promise: Vec<[Vec<PlaybookIndex>; 5]>,
    by_trust: [Vec<PlaybookIndex>; 4],
    silence: Vec<PlaybookIndex>,
}

/// The definitions that events of one kind can concern, each list in the order of the folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Concerned {
    /// Moments that may listen.
    pub moments: Vec<MomentIndex>,
    /// Promises that may be made.
    pub made: Vec<PromiseIndex>,
    /// Promises that may be kept.
    pub kept: Vec<PromiseIndex>,
    /// Promises that may be released.
    pub released: Vec<PromiseIndex>,
    /// Playbooks that the kind sets off.
    pub playbooks: Vec<PlaybookIndex>,
    /// Whether a template claims that such an event happened, so that it must be remembered.
    pub remembered: bool,
}

impl Index {
    pub(super) fn of(
        moments: &[Moment],
        promises: &[PromiseDefinition],
        playbooks: &[Playbook],
        templates: &[Template],
    ) -> Index {
        let mut index = Index {
            by_moment: moments.iter().map(|_| Default::default()).collect(),
            by_promise: promises.iter().map(|_| Default::default()).collect(),
            ..Index::default()
        };
        // Every named kind first, so that what concerns any kind can be added to each of them.
        for kind in named_kinds(moments, promises, playbooks, templates) {
            index.by_kind.insert(kind, Concerned::default());
        }
        for (at, moment) in places(moments).map(|(at, moment)| (MomentIndex(at), moment)) {
            index.concern(&moment.listens, |concerned| concerned.moments.push(at));
        }
        index.promises =
            places(promises).map(|(at, promise)| (promise.name.clone(), PromiseIndex(at))).collect();
        for (at, promise) in places(promises).map(|(at, promise)| (PromiseIndex(at), promise)) {
            if let Some(made) = &promise.made {
                index.concern(made, |concerned| concerned.made.push(at));
            }
            index.concern(&promise.kept, |concerned| concerned.kept.push(at));
            if let Some(released) = &promise.released {
                index.concern(released, |concerned| concerned.released.push(at));
            }
        }
        for (at, playbook) in places(playbooks).map(|(at, playbook)| (PlaybookIndex(at), playbook)) {
            index.set_off(at, &playbook.when);
        }
        for claim in templates.iter().flat_map(|template| &template.claims) {
            match claim {
                Claim::Happened(kind) => {
                    if let Some(concerned) = index.by_kind.get_mut(kind) {
                        concerned.remembered = true;
                    }
                }
                Claim::Promise(..) => {}
            }
        }
        index
    }

    /// What events of `kind` can concern.
    #[must_use]
    pub fn concerned(&self, kind: &str) -> &Concerned {
        self.by_kind.get(kind).unwrap_or(&self.otherwise)
    }

    /// The place of the promise of that name.
    #[must_use]
    pub fn promise_named(&self, name: &str) -> Option<PromiseIndex> {
        self.promises.get(name).copied()
    }

    /// Playbooks set off by a moment that went that way.
    #[must_use]
    pub fn on_moment(&self, moment: MomentIndex, outcome: Outcome) -> &[PlaybookIndex] {
        self.by_moment.get(usize::from(moment.0)).map_or(&[], |by_outcome| &by_outcome[outcome as usize])
    }

    /// Playbooks set off by a promise that came into that state.
    #[must_use]
    pub fn on_promise(&self, promise: PromiseIndex, state: PromiseState) -> &[PlaybookIndex] {
        self.by_promise.get(usize::from(promise.0)).map_or(&[], |by_state| &by_state[state as usize])
    }

    /// Playbooks that watch an account of trust.
    #[must_use]
    pub fn on_trust(&self, account: Account) -> &[PlaybookIndex] {
        &self.by_trust[account as usize]
    }

    /// Playbooks that watch for silence.
    #[must_use]
    pub fn on_silence(&self) -> &[PlaybookIndex] {
        &self.silence
    }

    fn concern(&mut self, condition: &Condition, mut add: impl FnMut(&mut Concerned)) {
        match condition.kinds() {
            Kinds::Any => {
                self.by_kind.values_mut().for_each(&mut add);
                add(&mut self.otherwise);
            }
            Kinds::Only(kinds) => {
                for kind in kinds {
                    if let Some(concerned) = self.by_kind.get_mut(&kind) {
                        add(concerned);
                    }
                }
            }
        }
    }

    fn set_off(&mut self, at: PlaybookIndex, when: &Trigger) {
        match when {
            Trigger::Event(kind) => {
                if let Some(concerned) = self.by_kind.get_mut(kind) {
                    concerned.playbooks.push(at);
                }
            }
            Trigger::Moment(moment, outcome) => {
                if let Some(by_outcome) = self.by_moment.get_mut(usize::from(moment.0)) {
                    by_outcome[*outcome as usize].push(at);
                }
            }
            Trigger::Promise(promise, state) => {
                if let Some(by_state) = self.by_promise.get_mut(usize::from(promise.0)) {
                    by_state[*state as usize].push(at);
                }
            }
            Trigger::TrustBelow(account, _) | Trigger::TrustAbove(account, _) => {
                self.by_trust[*account as usize].push(at);
            }
            Trigger::Silence(_) => self.silence.push(at),
        }
    }
}

fn named_kinds(
    moments: &[Moment],
    promises: &[PromiseDefinition],
    playbooks: &[Playbook],
    templates: &[Template],
) -> Vec<Name> {
    let mut kinds = Vec::new();
    let mut of_condition = |condition: &Condition| {
        if let Kinds::Only(only) = condition.kinds() {
            kinds.extend(only);
        }
    };
    moments.iter().for_each(|moment| of_condition(&moment.listens));
    for promise in promises {
        promise.made.iter().for_each(&mut of_condition);
        of_condition(&promise.kept);
        promise.released.iter().for_each(&mut of_condition);
    }
    for playbook in playbooks {
        if let Trigger::Event(kind) = &playbook.when {
            kinds.push(kind.clone());
        }
    }
    for claim in templates.iter().flat_map(|template| &template.claims) {
        if let Claim::Happened(kind) = claim {
            kinds.push(kind.clone());
        }
    }
    kinds
}

/// Each definition with its place. The loader refuses folders with more than `u16::MAX` of a kind.
fn places<T>(list: &[T]) -> impl Iterator<Item = (u16, &T)> {
    (0..=u16::MAX).zip(list)
}

/// FNV-1a: short names, no seed, the same everywhere.
#[derive(Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
