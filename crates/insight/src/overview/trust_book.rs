use opcx_core::customer::CustomerId;
use opcx_store::{Commit, Store};

use super::Counted;
use super::fall_book::FallBook;
use super::trust_sample::TrustSample;
use crate::InsightError;
use crate::page::READ_ROWS;

/// What is kept at hand about trust: a sample of customers, and those who fell furthest.
#[derive(Debug, Default)]
pub(crate) struct TrustBook {
    counted: Counted<CustomerId>,
    pub(crate) sample: TrustSample,
    pub(crate) falls: FallBook,
}

impl TrustBook {
    pub(super) fn is_counted(&self) -> bool {
        self.counted.is_all()
    }

    /// Looks at the next customers; returns whether there may be more.
    pub(super) fn count_more(&mut self, store: &dyn Store) -> Result<bool, InsightError> {
        let Counted::UpTo(after) = self.counted else { return Ok(false) };
        let rows = store.customers(after, READ_ROWS)?;
        self.counted = rows.last().map_or(Counted::All, |last| Counted::UpTo(Some(last.id)));
        for customer in &rows {
            self.sample.look_at(customer.id, Some(customer));
            self.falls.look_at(customer.id, Some(customer));
        }
        Ok(!self.is_counted())
    }

    pub(super) fn keep_up(&mut self, commit: &Commit) {
        for change in commit.customers.iter().filter(|change| self.counted.holds(change.id)) {
            let after = change.customer();
            self.sample.look_at(change.id, after);
            self.falls.look_at(change.id, after);
        }
    }
}
