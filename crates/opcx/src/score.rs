//! The benchmark of truth: what opcx concluded about a simulated company, against what was true.
//!
//! Two sides are read into plain data, [`Book`] from the truth file and [`Seen`] from a store, and compared. What
//! joins them is what a company knows: identifiers, order and contact numbers, ids of events.
//!
//! * **No figure without n and an interval**, where there is one to be had.
//! * **Floors** stand beside figures; a missed one is told, not hidden.
//! * **Limits** – it says how well opcx does on a company that was made up. `docs/science/simulated-company.md`.

mod book;
mod decisions;
mod identities;
mod moments;
mod promises;
mod readings;
mod report;
mod seen;
mod statistic;
mod trust;

pub use book::Book;
pub use report::{Report, Row};
pub use seen::{Seen, SeenCustomer, SeenPromise};

/// Compares.
#[must_use]
pub fn score(book: &Book, seen: &Seen) -> Report {
    let people = seen.people(book);
    let mut rows = Vec::new();
    rows.extend(identities::rows(book, seen));
    rows.extend(readings::rows(book, seen));
    rows.extend(moments::rows(book, seen));
    rows.extend(promises::rows(book, seen));
    rows.extend(trust::rows(book, seen, &people));
    rows.extend(decisions::rows(book, seen, &people));
    Report { played: book.played.clone(), rows }
}

#[cfg(test)]
mod tests;
