//! The overview: what a running engine keeps at hand, so that a question need not read whole tables.
//!
//! Promises, cases and decisions in the order in which they need looking at, and how many there are of each kind. An
//! overview is counted out of a store once ([`Overview::of`]), and a [`Watched`] store then keeps it up with every
//! commit. It is in memory alone: after a restart it is counted again.

mod case_book;
mod clock_book;
mod decision_book;
mod fall_book;
mod news;
mod promise_book;
mod rollup_book;
mod shelf;
mod split_book;
mod trust_book;
mod trust_sample;
mod watched;

pub(crate) use case_book::{CaseBook, CasePlace};
use clock_book::ClockBook;
pub(crate) use decision_book::{DecisionBook, Tally};
pub use news::{CaseNews, Changed, DecisionNews, NEWS_MAX, News, PromiseNews};
pub(crate) use promise_book::{Counts, PromiseBook, PromisePlace};
use rollup_book::RollupBook;
pub(crate) use split_book::SplitOf;
use trust_book::TrustBook;
pub(crate) use trust_sample::TrustSample;
pub use watched::Watched;

use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use opcx_core::case::CaseId;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::promise::PromiseId;
use opcx_core::receipt::Receipt;
use opcx_core::rollup::Rollup;
use opcx_core::time::Timestamp;
use opcx_store::{Commit, Store, Written};

use crate::InsightError;

/// What is kept at hand about one store.
#[derive(Debug, Default)]
pub struct Overview {
    promises: RwLock<PromiseBook>,
    pub(crate) clocks: ClockBook,
    cases: RwLock<CaseBook>,
    decisions: RwLock<DecisionBook>,
    rollups: RwLock<RollupBook>,
    trust: RwLock<TrustBook>,
    news: RwLock<News>,
}

/// How far a table was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted<Id> {
    /// Rows up to and including this one; none yet without one.
    UpTo(Option<Id>),
    /// All rows.
    All,
}

impl<Id> Default for Counted<Id> {
    fn default() -> Counted<Id> {
        Counted::UpTo(None)
    }
}

impl<Id: Ord + Copy> Counted<Id> {
    /// Whether the row of that id was counted, so that a change to it is to be counted as well.
    fn holds(self, id: Id) -> bool {
        match self {
            Counted::UpTo(last) => last.is_some_and(|last| id <= last),
            Counted::All => true,
        }
    }

    fn is_all(self) -> bool {
        match self {
            Counted::UpTo(_) => false,
            Counted::All => true,
        }
    }
}

/// What is to be said of rows before a commit that changes them.
#[derive(Debug, Default)]
pub(crate) struct Before {
    promises: Vec<(PromiseId, Option<promise_book::Item>)>,
    cases: Vec<(CaseId, Option<case_book::Item>)>,
}

impl Overview {
    /// The promises and cases in a store that nobody changes meanwhile.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of(store: &dyn Store) -> Result<Overview, InsightError> {
        let overview = Overview::default();
        while write(&overview.promises).count_more(store)? {}
        while write(&overview.cases).count_more(store)? {}
        Ok(overview)
    }

    /// The same, with a sample of customers and the decisions on the newest records.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn whole(store: &dyn Store) -> Result<Overview, InsightError> {
        let overview = Overview::of(store)?;
        while write(&overview.trust).count_more(store)? {}
        overview.count_earlier_decisions(store, store.progress()?.position)?;
        Ok(overview)
    }

    /// A sample of customers, and those whose trust fell furthest, in a store that nobody changes meanwhile.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of_trust(store: &dyn Store) -> Result<Overview, InsightError> {
        let overview = Overview::default();
        while write(&overview.trust).count_more(store)? {}
        Ok(overview)
    }

    /// Counts some more rows; returns whether there may be more. Nobody may change the store meanwhile.
    fn count_more(&self, store: &dyn Store) -> Result<bool, InsightError> {
        if write(&self.promises).count_more(store)? || write(&self.cases).count_more(store)? {
            return Ok(true);
        }
        Ok(write(&self.rollups).count_more(store)? || write(&self.trust).count_more(store)?)
    }

    /// Counts the decisions on records before `end`, the newest first, as many as are kept.
    fn count_earlier_decisions(&self, store: &dyn Store, end: Position) -> Result<(), InsightError> {
        let mut until = end;
        while let Some(from) = DecisionBook::page_before(until, end) {
            let receipts = store.receipts(from..until, decision_book::RECEIPTS_READ_MAX)?;
            write(&self.decisions).count_earlier(from, &receipts);
            until = from;
        }
        Ok(())
    }

    /// What a commit will change, as it was before. Asks the store only for rows that are not at hand.
    fn before(&self, store: &dyn Store, commit: &Commit) -> Result<Before, InsightError> {
        Ok(Before {
            promises: read(&self.promises).before(store, commit)?,
            cases: read(&self.cases).before(store, commit)?,
        })
    }

    /// Keeps up with a commit.
    fn keep_up(&self, commit: &Commit, before: Before) {
        self.clocks.keep_up(commit);
        if !before.promises.is_empty() {
            write(&self.promises).keep_up(commit, before.promises);
        }
        if !before.cases.is_empty() {
            write(&self.cases).keep_up(commit, before.cases);
        }
        let receipts: Vec<Receipt> = commit.receipts.iter().map(Written::read).collect();
        write(&self.decisions).count(&receipts);
        write(&self.rollups).keep_up(commit);
        write(&self.trust).keep_up(commit);
        write(&self.news).tell(commit, &receipts);
    }

    /// Forgets everything, since the state stands elsewhere than it did.
    fn forget(&self) {
        *write(&self.promises) = PromiseBook::default();
        self.clocks.forget();
        *write(&self.cases) = CaseBook::default();
        *write(&self.decisions) = DecisionBook::default();
        *write(&self.rollups) = RollupBook::default();
        *write(&self.trust) = TrustBook::default();
    }

    /// Shows the rollups of real customers' moments in those hours, each moment and hour as a whole.
    pub(crate) fn each_rollup(
        &self,
        store: &dyn Store,
        hours: &Range<Timestamp>,
        mut show: impl FnMut(Timestamp, &Name, &Rollup),
    ) -> Result<(), InsightError> {
        let book = read(&self.rollups);
        if book.holds(hours) {
            book.hours(hours).for_each(|(hour, moment, rollup)| show(hour, moment, rollup));
            return Ok(());
        }
        drop(book);
        for (key, rollup) in store.rollups(None, hours.clone())? {
            if !key.probe && key.split.is_none() {
                show(key.hour, &key.moment, &rollup);
            }
        }
        Ok(())
    }

    /// Shows the rollups of real customers' moments in those hours by the values of dimensions; of one dimension and one
    /// moment, or of all.
    pub(crate) fn each_split(
        &self,
        store: &dyn Store,
        hours: &Range<Timestamp>,
        (dimension, moment): (Option<&str>, Option<&str>),
        mut show: impl FnMut(SplitOf<'_>, &Rollup),
    ) -> Result<(), InsightError> {
        let book = read(&self.rollups);
        let from = book.begins(hours.start);
        let days = from.and_then(|from| book.splits.whole_days(hours, from));
        if let Some(days) = &days {
            book.splits.each(days, (dimension, moment), &mut show);
        }
        drop(book);
        let rest = match days {
            Some(days) => [hours.start..days.start, days.end..hours.end],
            None => [hours.clone(), hours.end..hours.end],
        };
        for hours in rest.into_iter().filter(|hours| !hours.is_empty()) {
            for (key, rollup) in store.rollups(moment, hours)? {
                if let Some(split) = key.split.as_ref().filter(|_| !key.probe)
                    && dimension.is_none_or(|wanted| split.dimension == wanted)
                {
                    let of =
                        SplitOf { moment: &key.moment, dimension: &split.dimension, value: &split.value };
                    show(of, &rollup);
                }
            }
        }
        Ok(())
    }

    /// Customers drawn by chance, each with what their trust went through, and those who fell furthest; once all were
    /// counted.
    pub(crate) fn trust(&self) -> Result<RwLockReadGuard<'_, TrustBook>, InsightError> {
        let book = read(&self.trust);
        if book.is_counted() { Ok(book) } else { Err(InsightError::Counting) }
    }

    /// How many commits were seen, and how many of them erased somebody or went on with it.
    #[must_use]
    pub fn commits(&self) -> (u64, u64) {
        let news = read(&self.news);
        (news.commits, news.erasures)
    }

    /// What changed lately.
    #[must_use]
    pub fn news(&self) -> News {
        read(&self.news).clone()
    }

    pub(crate) fn promises(&self) -> Result<RwLockReadGuard<'_, PromiseBook>, InsightError> {
        let book = read(&self.promises);
        if book.is_counted() { Ok(book) } else { Err(InsightError::Counting) }
    }

    pub(crate) fn cases(&self) -> Result<RwLockReadGuard<'_, CaseBook>, InsightError> {
        let book = read(&self.cases);
        if book.is_counted() { Ok(book) } else { Err(InsightError::Counting) }
    }

    pub(crate) fn decisions(&self) -> RwLockReadGuard<'_, DecisionBook> {
        read(&self.decisions)
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
