use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Most that are kept of a group whose things are done. Who pages further back waits for a whole table to be read.
pub(super) const DONE_MAX: usize = 1_000;

/// Places in the order in which what stands there needs looking at, group by group. Of a group of things that are
/// done only the first ones are kept.
#[derive(Debug)]
pub(crate) struct Shelf<Group, Place>(BTreeMap<Group, Ranks<Place>>);

#[derive(Debug)]
struct Ranks<Place> {
    places: BTreeSet<Place>,
    /// The first place that was let go: from there on nothing is known.
    known_until: Option<Place>,
}

/// The first places after a cursor, and whether there are more.
pub(crate) type Rows<Place> = (Vec<Place>, bool);

impl<Group, Place> Default for Shelf<Group, Place> {
    fn default() -> Shelf<Group, Place> {
        Shelf(BTreeMap::new())
    }
}

impl<Group: Ord + Clone, Place: Ord + Copy> Shelf<Group, Place> {
    /// Puts something in its place; of a group that is `done`, only if that is among the first.
    pub(super) fn put(&mut self, group: &Group, place: Place, done: bool) {
        let fresh = || Ranks { places: BTreeSet::new(), known_until: None };
        let ranks = self.0.entry(group.clone()).or_insert_with(fresh);
        if ranks.known_until.is_some_and(|until| until <= place) {
            return;
        }
        ranks.places.insert(place);
        if done && ranks.places.len() > DONE_MAX {
            ranks.known_until = ranks.places.pop_last();
        }
    }

    pub(super) fn take(&mut self, group: &Group, place: &Place) {
        if let Some(ranks) = self.0.get_mut(group) {
            ranks.places.remove(place);
            if ranks.places.is_empty() && ranks.known_until.is_none() {
                self.0.remove(group);
            }
        }
    }

    /// The first `most` places after `after` in the groups that are wanted, and whether there are more; `None` if
    /// that is not known.
    pub(crate) fn first(
        &self,
        most: usize,
        after: Option<Place>,
        is_wanted: impl Fn(&Group) -> bool,
        fits: impl Fn(&Place) -> bool,
    ) -> Option<Rows<Place>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut found = Vec::new();
        let mut known_until: Option<Place> = None;
        for (_, ranks) in self.0.iter().filter(|(group, _)| is_wanted(group)) {
            let places = ranks.places.range((from, Bound::Unbounded));
            found.extend(places.copied().filter(|place| fits(place)).take(most.saturating_add(1)));
            known_until = match (known_until, ranks.known_until) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        found.sort_unstable();
        if let Some(until) = known_until {
            let needed = found.get(most).copied();
            if needed.is_none_or(|needed| until <= needed) {
                return None;
            }
        }
        let more = found.len() > most;
        found.truncate(most);
        Some((found, more))
    }

    /// All places from one to another in the groups that are wanted, group by group.
    pub(crate) fn between(
        &self,
        range: std::ops::RangeInclusive<Place>,
        is_wanted: impl Fn(&Group) -> bool,
    ) -> impl Iterator<Item = (&Group, Place)> {
        let wanted = self.0.iter().filter(move |(group, _)| is_wanted(group));
        wanted.flat_map(move |(group, ranks)| {
            ranks.places.range(range.clone()).map(move |place| (group, *place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_told_is_so_however_things_came_and_went(
            ops in proptest::collection::vec((any::<bool>(), 0_u8..3, 0_u16..3_000), 0..4_000),
            most in 1_usize..40, after in proptest::option::of(0_u16..3_000),
        ) {
            let mut shelf: Shelf<u8, u16> = Shelf::default();
            let mut truth: BTreeSet<(u8, u16)> = BTreeSet::new();
            for (put, group, place) in ops {
                if put {
                    shelf.put(&group, place, group > 0);
                    truth.insert((group, place));
                } else {
                    shelf.take(&group, &place);
                    truth.remove(&(group, place));
                }
            }
            let told = shelf.first(most, after, |group| *group != 1, |place| place % 2 == 0);
            let mut so: Vec<u16> = truth
                .iter()
                .filter(|(group, place)| *group != 1 && place % 2 == 0 && after.is_none_or(|after| *place > after))
                .map(|(_, place)| *place)
                .collect();
            so.sort_unstable();
            let more = so.len() > most;
            so.truncate(most);
            prop_assert!(told.is_none_or(|told| told == (so, more)));
        }
    }

    #[test]
    fn of_what_is_done_the_first_thousand_are_known_and_behind_them_nothing() {
        let mut shelf: Shelf<&str, usize> = Shelf::default();
        (0..1_500).rev().for_each(|place| shelf.put(&"done", place, true));
        (0..1_500).for_each(|place| shelf.put(&"open", place + 5_000, false));
        let first = |most, after, which: &'static str| {
            shelf.first(most, after, |group| *group == which, |_| true).map(|(rows, more)| (rows.len(), more))
        };
        assert_eq!(first(50, None, "done"), Some((50, true)));
        assert_eq!(first(50, Some(940), "done"), Some((50, true)));
        assert_eq!(first(60, Some(940), "done"), None);
        assert_eq!(first(1_500, None, "open"), Some((1_500, false)));
    }
}
