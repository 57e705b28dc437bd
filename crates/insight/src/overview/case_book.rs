use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use opcx_core::case::{Case, CaseId, CaseState};
use opcx_core::customer::DeedId;
use opcx_core::event::Name;
use opcx_core::playbook::Priority;
use opcx_core::time::Timestamp;
use opcx_store::{Commit, ErasureRow, Store};

use super::Counted;
use super::shelf::Shelf;
use crate::InsightError;
use crate::cases::CaseStateWord;
use crate::page::READ_ROWS;

/// All cases: how many each team has, and where to look first.
#[derive(Debug, Default)]
pub(crate) struct CaseBook {
    counted: Counted<CaseId>,
    /// Those that a human has to act on, by id.
    held: HashMap<CaseId, Item>,
    shelf: Shelf<(CaseStateWord, Name), CasePlace>,
    teams: BTreeMap<(Name, CaseStateWord), u64>,
}

/// What this book knows of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    team: Name,
    state: CaseStateWord,
    place: CasePlace,
}

/// A case's place in the order in which cases need looking at: those a human has to act on first, most urgent and
/// then longest waiting first; then closed ones, latest closed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CasePlace {
    Held(Reverse<Priority>, Timestamp, CaseId),
    Closed(Reverse<Timestamp>, CaseId),
}

impl CaseBook {
    pub(super) fn is_counted(&self) -> bool {
        self.counted.is_all()
    }

    /// Counts the next rows of the table; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        let Counted::UpTo(after) = self.counted else { return Ok(false) };
        let rows = store.cases(after, READ_ROWS)?;
        self.counted = rows.last().map_or(Counted::All, |last| Counted::UpTo(Some(last.case.id)));
        for row in &rows {
            self.change(row.case.id, None, Some(Item::of(&row.case)));
        }
        Ok(!self.is_counted())
    }

    /// What a commit will change, as it was before; only what was counted.
    pub(super) fn before(
        &self,
        store: &dyn Store,
        commit: &Commit,
    ) -> Result<Vec<(CaseId, Option<Item>)>, InsightError> {
        let mut ids: Vec<CaseId> = commit.cases.iter().map(|(_, case)| case.id).collect();
        for (_, row) in &commit.erasures {
            ids.extend(of_the_erased(store, row)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let mut before = Vec::with_capacity(ids.len());
        for id in ids.into_iter().filter(|id| self.counted.holds(*id)) {
            let item = match self.held.get(&id) {
                Some(held) => Some(held.clone()),
                None => store.case(id)?.map(|row| Item::of(&row.case)),
            };
            before.push((id, item));
        }
        Ok(before)
    }

    pub(super) fn keep_up(&mut self, commit: &Commit, before: Vec<(CaseId, Option<Item>)>) {
        // Of several changes to a case the last one counts.
        let mut after: HashMap<CaseId, Item> =
            commit.cases.iter().map(|(_, case)| (case.id, Item::of(case))).collect();
        for (id, before) in before {
            let after = after.remove(&id);
            self.change(id, before, after);
        }
    }

    fn change(&mut self, id: CaseId, before: Option<Item>, after: Option<Item>) {
        if let Some(before) = before {
            self.shelf.take(&(before.state, before.team.clone()), &before.place);
            self.held.remove(&id);
            let key = (before.team, before.state);
            if let Some(count) = self.teams.get_mut(&key) {
                *count = count.saturating_sub(1);
            }
        }
        if let Some(after) = after {
            let done = after.state == CaseStateWord::Closed;
            self.shelf.put(&(after.state, after.team.clone()), after.place, done);
            *self.teams.entry((after.team.clone(), after.state)).or_default() += 1;
            if !done {
                self.held.insert(id, after);
            }
        }
    }

    /// How many cases each team has in each state, teams that once had one included.
    pub(crate) fn teams(&self) -> impl Iterator<Item = (&Name, CaseStateWord, u64)> {
        self.teams.iter().map(|((team, state), count)| (team, *state, *count))
    }

    /// Cases in the order in which they need looking at: those in a state, of a team. `None` where that is so far
    /// back that it is not at hand.
    pub(crate) fn first(
        &self,
        most: usize,
        after: Option<CasePlace>,
        is_wanted: impl Fn(CaseStateWord, &str) -> bool,
    ) -> Option<(Vec<CasePlace>, bool)> {
        self.shelf.first(most, after, |(state, team)| is_wanted(*state, team), |_| true)
    }

    /// Since when the open case of that team that waits longest has been open.
    pub(crate) fn open_since(&self, team: &str) -> Option<Timestamp> {
        let priorities = [Priority::High, Priority::Normal, Priority::Low];
        let lowest = CaseId(DeedId {
            customer: opcx_core::customer::CustomerId(opcx_core::log::Position::START),
            number: 0,
        });
        let first = |priority| {
            let from = CasePlace::Held(Reverse(priority), Timestamp::MIN, lowest);
            let to = CasePlace::Held(Reverse(priority), Timestamp::MAX, lowest);
            let open = |(state, of): &(CaseStateWord, Name)| *state == CaseStateWord::Open && of == team;
            self.shelf.between(from..=to, open).next().and_then(|(_, place)| match place {
                CasePlace::Held(_, opened, _) => Some(opened),
                CasePlace::Closed(..) => None,
            })
        };
        priorities.into_iter().filter_map(first).min()
    }
}

/// The cases that go with an erased customer, as far as the table still has them.
fn of_the_erased(store: &dyn Store, row: &ErasureRow) -> Result<Vec<CaseId>, InsightError> {
    let ErasureRow::UnderWay(under_way) = row else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    for &customer in &under_way.erasure.gone {
        let mut after = CaseId(DeedId { customer, number: 0 });
        ids.extend(store.case(after)?.map(|row| row.case.id));
        loop {
            let rows = store.cases(Some(after), READ_ROWS)?;
            let before = ids.len();
            ids.extend(rows.iter().map(|row| row.case.id).take_while(|id| id.0.customer == customer));
            match ids.last() {
                Some(&last) if ids.len() == before + READ_ROWS => after = last,
                _ => break,
            }
        }
    }
    Ok(ids)
}

impl Item {
    fn of(case: &Case) -> Item {
        Item { team: case.team.clone(), state: CaseStateWord::of(&case.state), place: CasePlace::of(case) }
    }
}

impl CasePlace {
    pub(crate) fn of(case: &Case) -> CasePlace {
        match case.state {
            CaseState::Open | CaseState::Taken { .. } => {
                CasePlace::Held(Reverse(case.priority), case.opened, case.id)
            }
            CaseState::Closed { at, .. } => CasePlace::Closed(Reverse(at), case.id),
        }
    }

    pub(crate) fn id(self) -> CaseId {
        match self {
            CasePlace::Held(_, _, id) | CasePlace::Closed(_, id) => id,
        }
    }

    /// Reads a place as [`std::fmt::Display`] writes it.
    pub(crate) fn parse(text: &str) -> Result<CasePlace, InsightError> {
        let read = || {
            let (word, rest) = text.split_once('.')?;
            let (millis, id) = rest.split_once('.')?;
            let at = Timestamp::from_millis(millis.parse().ok()?);
            let id = CaseId(DeedId::parse(id)?);
            let held = |priority: Priority| CasePlace::Held(Reverse(priority), at, id);
            match word {
                "high" => Some(held(Priority::High)),
                "normal" => Some(held(Priority::Normal)),
                "low" => Some(held(Priority::Low)),
                "closed" => Some(CasePlace::Closed(Reverse(at), id)),
                _ => None,
            }
        };
        read().ok_or_else(|| InsightError::no_page_after(text))
    }
}

impl std::fmt::Display for CasePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, at, id) = match self {
            CasePlace::Held(Reverse(priority), at, id) => (priority.word(), at, id),
            CasePlace::Closed(Reverse(at), id) => ("closed", at, id),
        };
        write!(f, "{word}.{}.{}", at.as_millis(), id.0)
    }
}
