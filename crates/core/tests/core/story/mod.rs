//! The kit: [`check`] alone knows the API of the core.

mod company;
mod expressions;
mod language;
mod record;
mod run;

pub(crate) use company::*;
pub(crate) use expressions::*;
pub(crate) use language::{Told, felt, read};
pub(crate) use record::decisions;
pub(crate) use run::{Step, play, play_watched, record, refolded};

use expect_test::Expect;

/// Tells the story to a company and compares the record of what came of it.
pub(crate) fn check(company: Company, story: &str, expected: &Expect) {
    expected.assert_eq(&record(&company.into_definitions(), story));
}
