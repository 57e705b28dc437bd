use std::collections::BTreeMap;
use std::ops::Range;

use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::receipt::{Receipt, Verdict};
use opcx_core::rollup::hour;
use opcx_core::time::Timestamp;

use crate::receipt_words::reason;

/// Most records of the past whose decisions are counted when an engine starts, the newest.
const RECORDS_BACK_MAX: u64 = 500_000;
/// Records whose receipts are read at a time.
const RECORDS_READ: u64 = 1_024;
/// Most receipts of so many records that are counted.
pub(super) const RECEIPTS_READ_MAX: usize = 65_536;

/// How often each playbook acted, and why not, hour by hour.
#[derive(Debug, Default)]
pub(crate) struct DecisionBook {
    tallies: BTreeMap<(Timestamp, Name), Tally>,
    /// The time from which on all decisions are counted; `None` while that is all there are.
    since: Option<Timestamp>,
}

/// How often something was decided which way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) acted: u64,
    pub(crate) shadow: u64,
    pub(crate) noted: u64,
    pub(crate) refused: BTreeMap<&'static str, u64>,
}

impl DecisionBook {
    /// Where the records begin that are to be counted before those that were; `None` when enough were.
    pub(super) fn page_before(until: Position, end: Position) -> Option<Position> {
        let counted = end.get().saturating_sub(until.get());
        let more = until > Position::START && counted < RECORDS_BACK_MAX;
        more.then(|| Position::new(until.get().saturating_sub(RECORDS_READ)))
    }

    /// Counts receipts of records from `from` on, before those that were counted.
    pub(super) fn count_earlier(&mut self, from: Position, receipts: &[Receipt]) {
        self.count(receipts);
        self.since = match receipts.first() {
            _ if from == Position::START => None,
            Some(first) => Some(self.since.map_or(first.at, |since| since.min(first.at))),
            None => self.since,
        };
    }

    pub(super) fn count(&mut self, receipts: &[Receipt]) {
        receipts.iter().for_each(|receipt| self.add(receipt));
    }

    fn add(&mut self, receipt: &Receipt) {
        let at = hour(receipt.at);
        for decision in receipt.decisions.iter() {
            self.tallies.entry((at, decision.subject.clone())).or_default().count(decision.verdict);
        }
    }

    /// From which hour on all decisions are counted; `None` if all are.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// What was decided in those hours: hour, subject, how often.
    pub(crate) fn hours(&self, hours: &Range<Timestamp>) -> impl Iterator<Item = (Timestamp, &Name, &Tally)> {
        let end = hours.end.max(hours.start);
        let (from, to) = ((hours.start, Name::default()), (end, Name::default()));
        self.tallies.range(from..to).map(|((hour, subject), tally)| (*hour, subject, tally))
    }
}

impl Tally {
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Acted { shadow: false, .. } => self.acted += 1,
            Verdict::Acted { shadow: true, .. } => self.shadow += 1,
            Verdict::Refused(refused) => *self.refused.entry(reason(refused)).or_default() += 1,
            Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => self.noted += 1,
        }
    }

    pub(crate) fn add(&mut self, other: &Tally) {
        self.acted += other.acted;
        self.shadow += other.shadow;
        self.noted += other.noted;
        for (reason, times) in &other.refused {
            *self.refused.entry(reason).or_default() += times;
        }
    }
}
