use alloc::vec::Vec;
use core::cmp::Reverse;

use super::Vocabulary;
use super::looks::Looks;
use crate::condition::{Condition, Kinds, Rest};
use crate::event::{Category, Name};
use crate::map::{Moment, MomentIndex, Outcome};
use crate::playbook::{Claim, Playbook, PlaybookIndex, Template, Trigger};
use crate::promise::{PromiseDefinition, PromiseIndex, PromiseState};
use crate::trust::Account;

/// Which definitions can be concerned, so that an event looks only at those.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Index {
    /// Ordered by kind, each kind once.
    by_kind: Vec<(Name, Concerned)>,
    /// For kinds that no definition names.
    otherwise: Concerned,
    /// Ordered by name.
    promises: Vec<(Name, PromiseIndex)>,
    /// For each playbook: which one it is in the order of asking.
    ranks: Vec<u16>,
    looks: Vec<Looks>,
    by_moment: Vec<[Vec<PlaybookIndex>; 3]>,
    by_promise: Vec<[Vec<PlaybookIndex>; 5]>,
    by_trust: [Vec<PlaybookIndex>; 4],
    silence: Vec<PlaybookIndex>,
}

/// The definitions that events of one kind can concern, each list in the order of the folder; playbooks in that of
/// asking.
#[derive(Debug, Clone, PartialEq)]
pub struct Concerned {
    /// What such an event is about.
    pub category: Category,
    /// Moments that may listen.
    pub moments: Vec<Listening>,
    /// Promises that may be made, if this holds.
    pub made: Vec<(PromiseIndex, Rest)>,
    /// Promises that may be kept, if this holds.
    pub kept: Vec<(PromiseIndex, Rest)>,
    /// Promises that may be released, if this holds.
    pub released: Vec<(PromiseIndex, Rest)>,
    /// Playbooks that the kind sets off.
    pub playbooks: Vec<PlaybookIndex>,
    /// Whether a template claims that such an event happened, so that it must be remembered.
    pub remembered: bool,
}

/// A moment that events of one kind may be part of, and what is left of its conditions for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    /// The moment.
    pub moment: MomentIndex,
    /// Whether it listens.
    pub listens: Rest,
    /// Whether it went badly.
    pub bad: Rest,
    /// Whether it went well.
    pub good: Rest,
    /// Whether something bad was made good.
    pub repaired: Rest,
}

impl Listening {
    fn of(at: MomentIndex, moment: &Moment, kind: Option<&str>) -> Listening {
        let rest = |condition: &Option<Condition>| {
            condition.as_ref().map_or(Rest::Fails, |condition| Rest::of(condition, kind))
        };
        Listening {
            moment: at,
            listens: Rest::of(&moment.listens, kind),
            bad: rest(&moment.bad),
            good: rest(&moment.good),
            repaired: rest(&moment.repaired),
        }
    }
}

impl Concerned {
    /// Nothing, by an event about `category`.
    pub(crate) const fn nothing(category: Category) -> Concerned {
        Concerned {
            category,
            moments: Vec::new(),
            made: Vec::new(),
            kept: Vec::new(),
            released: Vec::new(),
            playbooks: Vec::new(),
            remembered: false,
        }
    }
}

impl Default for Concerned {
    /// Nothing, by an event of a kind that the vocabulary does not have.
    fn default() -> Concerned {
        Concerned::nothing(Category::Service)
    }
}

impl Index {
    pub(super) fn of(
        vocabulary: &Vocabulary,
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
        let mut kinds = named_kinds(moments, promises, playbooks, templates);
        kinds.extend(vocabulary.kinds.keys().cloned());
        kinds.sort();
        kinds.dedup();
        index.by_kind = kinds
            .into_iter()
            .map(|kind| {
                let category = vocabulary.kinds.get(&kind).copied().unwrap_or(Category::Service);
                (kind, Concerned::nothing(category))
            })
            .collect();
        for (at, moment) in places(moments).map(|(at, moment)| (MomentIndex(at), moment)) {
            index.concern(&moment.listens, |kind, concerned| {
                concerned.moments.push(Listening::of(at, moment, kind));
            });
        }
        index.promises =
            places(promises).map(|(at, promise)| (promise.name.clone(), PromiseIndex(at))).collect();
        index.promises.sort();
        for (at, promise) in places(promises).map(|(at, promise)| (PromiseIndex(at), promise)) {
            if let Some(made) = &promise.made {
                index.concern(made, |kind, concerned| concerned.made.push((at, Rest::of(made, kind))));
            }
            let kept = &promise.kept;
            index.concern(kept, |kind, concerned| concerned.kept.push((at, Rest::of(kept, kind))));
            if let Some(released) = &promise.released {
                index.concern(released, |kind, concerned| {
                    concerned.released.push((at, Rest::of(released, kind)));
                });
            }
        }
        for (at, playbook) in places(playbooks).map(|(at, playbook)| (PlaybookIndex(at), playbook)) {
            index.set_off(at, &playbook.when);
        }
        for claim in templates.iter().flat_map(|template| &template.claims) {
            match claim {
                Claim::Happened(kind) => {
                    if let Some(concerned) = index.of_kind(kind) {
                        concerned.remembered = true;
                    }
                }
                Claim::Promise(..) => {}
            }
        }
        index.ranks = ranks(playbooks);
        index.order();
        index.looks = Looks::of_all(vocabulary, playbooks, templates);
        index
    }

    /// Where the playbook stands in the order of asking: repair before inform before delight, then by
    /// priority, then by name.
    #[must_use]
    pub fn rank(&self, playbook: PlaybookIndex) -> u16 {
        self.ranks.get(usize::from(playbook.0)).copied().unwrap_or(u16::MAX)
    }

    /// What the playbook looks at.
    #[must_use]
    pub fn looks(&self, playbook: PlaybookIndex) -> Option<&Looks> {
        self.looks.get(usize::from(playbook.0))
    }

    /// What events of `kind` can concern.
    #[must_use]
    pub fn concerned(&self, kind: &str) -> &Concerned {
        match self.by_kind.binary_search_by(|(known, _)| known.as_str().cmp(kind)) {
            Ok(at) => &self.by_kind[at].1,
            Err(_) => &self.otherwise,
        }
    }

    /// The place of the promise of that name.
    #[must_use]
    pub fn promise_named(&self, name: &str) -> Option<PromiseIndex> {
        let at = self.promises.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(self.promises[at].1)
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

    /// Puts the playbooks of each list in the order of asking, which is then soon made out for several lists together.
    fn order(&mut self) {
        let of_kinds = self.by_kind.iter_mut().map(|(_, concerned)| concerned);
        let of_kinds = of_kinds.chain([&mut self.otherwise]).map(|concerned| &mut concerned.playbooks);
        let of_moments = self.by_moment.iter_mut().flatten();
        let of_promises = self.by_promise.iter_mut().flatten();
        let lists = of_kinds.chain(of_moments).chain(of_promises).chain(&mut self.by_trust);
        for list in lists {
            list.sort_by_key(|playbook| self.ranks.get(usize::from(playbook.0)));
        }
    }

    fn of_kind(&mut self, kind: &str) -> Option<&mut Concerned> {
        let at = self.by_kind.binary_search_by(|(known, _)| known.as_str().cmp(kind)).ok()?;
        Some(&mut self.by_kind[at].1)
    }

    /// Adds something to each kind for which the condition can hold; where a kind is not named, without it.
    fn concern(&mut self, condition: &Condition, mut add: impl FnMut(Option<&str>, &mut Concerned)) {
        match condition.kinds() {
            Kinds::Any => {
                self.by_kind.iter_mut().for_each(|(kind, concerned)| add(Some(kind), concerned));
                add(None, &mut self.otherwise);
            }
            Kinds::Only(kinds) => {
                for kind in kinds {
                    if let Some(concerned) = self.of_kind(&kind) {
                        add(Some(&kind), concerned);
                    }
                }
            }
        }
    }

    fn set_off(&mut self, at: PlaybookIndex, when: &Trigger) {
        match when {
            Trigger::Event(kind) => {
                if let Some(concerned) = self.of_kind(kind) {
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

fn ranks(playbooks: &[Playbook]) -> Vec<u16> {
    let mut order: Vec<(u16, &Playbook)> = places(playbooks).collect();
    order.sort_by_key(|(_, playbook)| (playbook.aim, Reverse(playbook.priority), playbook.name.as_str()));
    let mut ranks = alloc::vec![0; playbooks.len()];
    for (rank, (at, _)) in (0..).zip(order) {
        ranks[usize::from(at)] = rank;
    }
    ranks
}
