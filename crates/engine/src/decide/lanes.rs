use std::collections::BTreeMap;

use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;
use opcx_store::Logged;

/// The clocks of a batch: for each lane the times of its records, which never go back.
pub(super) struct Lanes {
    records: BTreeMap<Lane, Vec<(Timestamp, Position)>>,
    clocks: BTreeMap<Lane, Timestamp>,
}

impl Lanes {
    pub(super) fn of(batch: &[Logged], before: &[(Lane, Timestamp)]) -> Lanes {
        let mut clocks: BTreeMap<Lane, Timestamp> = before.iter().copied().collect();
        let mut records: BTreeMap<Lane, Vec<(Timestamp, Position)>> = BTreeMap::new();
        for logged in batch {
            let lane = logged.record.lane;
            let clock = clocks.entry(lane).or_insert(logged.record.at);
            *clock = (*clock).max(logged.record.at);
            records.entry(lane).or_default().push((*clock, logged.position));
        }
        Lanes { records, clocks }
    }

    /// The clocks as they are while no record moves them.
    pub(super) fn standing(clocks: &[(Lane, Timestamp)]) -> Lanes {
        Lanes::of(&[], clocks)
    }

    /// The first record of the lane after `after` with a time at or after `due`: just before it, a
    /// timer that is due then fires.
    pub(super) fn fires_at(&self, lane: Lane, due: Timestamp, after: Option<Position>) -> Option<Position> {
        let records = self.records.get(&lane)?;
        // Most timers are due long after the batch, and everybody in it is asked for theirs.
        records.last().filter(|(at, _)| *at >= due)?;
        let in_time = records.partition_point(|&(at, _)| at < due);
        let in_place = after.map_or(0, |after| records.partition_point(|&(_, position)| position <= after));
        records.get(in_time.max(in_place)).map(|&(_, position)| position)
    }

    /// The lanes that have records in this batch, with their time at its end.
    pub(super) fn moved(&self) -> impl Iterator<Item = (Lane, Timestamp)> {
        self.records.keys().map(|lane| (*lane, self.clocks[lane]))
    }

    /// The time of every lane after the batch.
    pub(super) fn clocks(&self) -> Vec<(Lane, Timestamp)> {
        self.clocks.iter().map(|(lane, at)| (*lane, *at)).collect()
    }
}
