use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Why, date};
use super::failure::{Failure, Move};
use super::level::{Level, PERMILLE};
use super::weigh::{gain, hit};
use super::{Account, Evidence, Trust, Weights, What};
use crate::customer::room;
use crate::log::Position;
use crate::time::Timestamp;

/// Most entries kept with a customer, the newest of all four accounts. The ledger is part of the
/// state that is written at every commit, so it holds a screenful; the whole history is in the
/// store's moments and promises.
pub const ENTRIES_MAX: usize = 32;

/// Most failures kept with a customer, the newest of all four accounts. An older one can no longer
/// be repaired, corrected or resembled; who had that many has lost more than a repair gives back.
pub const FAILURES_MAX: usize = 8;

const WEIGHTS: Weights = Weights::STANDARD;

/// One customer's trust on the four accounts, and the newest entries that explain it.
///
/// Looking is pure: levels are kept as the last evidence left them and faded when looked at, so
/// how often one looks changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// In the order of [`Account::ALL`]; none before the first evidence.
    balances: [Option<Balance>; 4],
    failures: Vec<Failure>,
    entries: VecDeque<Entry>,
}

/// Where the last evidence left an account, and when that evidence counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Balance {
    level: Level,
    since: Timestamp,
}

impl Ledger {
    /// Takes in one piece of evidence, and returns the entry it left.
    ///
    /// Evidence comes in log order. What happened before the account's last evidence is counted at
    /// the time of that evidence: there is no travelling in time, and [`Entry::late`] says so.
    pub fn apply(&mut self, evidence: Evidence) -> &Entry {
        let balance = self.balances[place(evidence.account)];
        let now = balance.map_or(evidence.at, |balance| balance.since.max(evidence.at));
        let before = level_at(balance, now);

        let (after, why) = match evidence.what {
            What::GoodMoment => (before.plus(gain(before, WEIGHTS.good_moment_permille)), Why::Weight),
            What::PromiseKept => (before.plus(gain(before, WEIGHTS.promise_kept_permille)), Why::Weight),
            What::BadMoment => self.fail(&evidence, before, now, WEIGHTS.bad_moment_permille),
            What::PromiseBroken => self.fail(&evidence, before, now, WEIGHTS.promise_broken_permille),
            What::Repaired => self.repair(&evidence, before, now),
            What::Corrected { position, number } => {
                self.correct(evidence.account, (position, number), before, now)
            }
        };

        self.balances[place(evidence.account)] = Some(Balance { level: after, since: now });
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
        }
        let late = now != evidence.at;
        room::push_back(&mut self.entries, Entry { evidence, before, after, why, late });
        self.entries.back().expect("an entry was pushed on the line above")
    }

    /// The account's trust at `now`; a `now` before the last evidence shows what that left.
    #[must_use]
    pub fn level(&self, account: Account, now: Timestamp) -> Trust {
        level_at(self.balances[place(account)], now).trust()
    }

    /// The account's trust as it was at `at`, as far as the entries that are kept tell: `None` before the
    /// first of them.
    #[must_use]
    pub fn level_then(&self, account: Account, at: Timestamp) -> Option<Trust> {
        self.levels_then(account, &[at]).next().flatten()
    }

    /// The same at several times, which are in order, in one look at the entries.
    pub fn levels_then<'a>(
        &'a self,
        account: Account,
        times: &'a [Timestamp],
    ) -> impl Iterator<Item = Option<Trust>> + 'a {
        let mut entries =
            self.entries.iter().filter(move |entry| entry.evidence.account == account).peekable();
        let mut then: Option<Balance> = None;
        times.iter().map(move |&at| {
            while let Some(entry) = entries.peek() {
                // What was told late counted when the evidence before it did.
                let since = then.map_or(entry.evidence.at, |before| before.since.max(entry.evidence.at));
                if since > at {
                    break;
                }
                then = Some(Balance { level: entry.after, since });
                entries.next();
            }
            then.map(|balance| level_at(Some(balance), at).trust())
        })
    }

    /// The newest entries, oldest first, [`ENTRIES_MAX`] at most.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Whether there was never any evidence.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many failures are neither repaired nor corrected. Of those, only the newest
    /// [`FAILURES_MAX`] are kept in mind.
    #[must_use]
    pub fn open_failures(&self) -> u32 {
        let open = self.failures.iter().filter(|failure| failure.repair.is_none()).count();
        u32::try_from(open).unwrap_or(u32::MAX)
    }

    /// The evidence of the failure on that account and topic that the record at `position` told
    /// of, as [`What::Corrected`] names it; `None` when it is no longer kept in mind.
    #[must_use]
    pub fn failure_at(&self, account: Account, topic: &str, position: Position) -> Option<(Position, u16)> {
        self.failures
            .iter()
            .rev()
            .find(|failure| {
                failure.account == account && failure.topic == topic && failure.position == position
            })
            .map(|failure| (failure.position, failure.number))
    }

    /// The ledger to read aloud: the four levels at `now`, then a line per entry, oldest first.
    #[must_use]
    pub fn describe(&self, now: Timestamp) -> String {
        let levels = Account::ALL.map(|account| format!("{account} {}", self.level(account, now)));
        let mut text = format!("trust on {}: {}\n", date(now), levels.join(", "));
        for entry in &self.entries {
            writeln!(text, "{entry}").expect("writing to a string does not fail");
        }
        text
    }

    /// A failure costs its weight, less what goodwill softens, and is kept in mind.
    fn fail(&mut self, evidence: &Evidence, before: Level, now: Timestamp, weight: u16) -> (Level, Why) {
        let hit = hit(before, weight);
        let after = before.plus(-hit.cost);
        if self.failures.len() == FAILURES_MAX {
            self.failures.remove(0);
        }
        room::push(&mut self.failures, Failure::of(evidence, Move { at: now, before, after }));
        let softened = (hit.softened + PERMILLE / 2) / PERMILLE;
        let why = match u16::try_from(softened).expect("a hit is at most 500 permille") {
            0 => Why::Weight,
            permille => Why::Softened { permille },
        };
        (after, why)
    }

    /// A verified repair gives back a share of what its failure still costs, once.
    fn repair(&mut self, evidence: &Evidence, before: Level, now: Timestamp) -> (Level, Why) {
        let open = |failure: &Failure| failure.repair.is_none() && failure.is_about(evidence);
        let Some(newest) = self.failures.iter().rposition(open) else {
            return (before, Why::NothingToRepair);
        };
        let failure = &self.failures[newest];
        let similar = self.failures.iter().filter(|other| failure.is_similar(other)).count();
        let after = before.plus(failure.repair_credit(now, similar));
        self.failures[newest].repair = Some(Move { at: now, before, after });
        let similar = u8::try_from(similar).expect("at most FAILURES_MAX failures are remembered");
        (after, Why::Repair { similar })
    }

    /// A correction gives back what is left of a failure's harm, and forgets the failure.
    fn correct(
        &mut self,
        account: Account,
        told: (Position, u16),
        before: Level,
        now: Timestamp,
    ) -> (Level, Why) {
        let that =
            |failure: &Failure| (failure.position, failure.number) == told && failure.account == account;
        let Some(index) = self.failures.iter().position(that) else {
            return (before, Why::NothingToCorrect);
        };
        let failure = self.failures.remove(index);
        (before.plus(failure.correction(now)), Why::Correction)
    }
}

/// Where the account stands in [`Account::ALL`].
const fn place(account: Account) -> usize {
    match account {
        Account::Capability => 0,
        Account::Reliability => 1,
        Account::Humanity => 2,
        Account::Transparency => 3,
    }
}

fn level_at(balance: Option<Balance>, now: Timestamp) -> Level {
    balance.map_or(Level::NEUTRAL, |balance| balance.level.faded(now.since(balance.since)))
}
