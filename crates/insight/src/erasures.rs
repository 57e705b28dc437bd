//! Erasures: who asked for which, and how far each has come.

use opcx_core::log::Position;
use opcx_store::{ErasureRow, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InsightError;
use crate::page::{Page, Smallest, rows};

/// What is asked about erasures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasuresQuestion {
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// Orders to erase customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Erasures {
    /// How many there are in all.
    pub ordered: u64,
    /// Of these, how many are not done.
    pub under_way: u64,
    /// One by one, in the order in which they were given.
    pub page: Page<ErasureLine>,
}

/// One order to erase a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureLine {
    /// The order's position: the one before the position that was answered when it was given.
    pub position: u64,
    /// Who gave it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The ids that the customer had; none if nobody was known by that name.
    pub customers: Vec<String>,
    /// Whether anything may still tell of them.
    pub state: ErasureStateWord,
}

/// How far an erasure has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStateWord {
    /// No answer tells of the customer; files may still.
    UnderWay,
    /// Nothing does.
    Done,
}

/// Orders to erase customers, and how far each has come.
///
/// # Errors
/// The question cannot be read, or the store cannot.
pub fn erasures(store: &dyn Store, question: &ErasuresQuestion) -> Result<Erasures, InsightError> {
    let after = question.after.as_deref().map(place).transpose()?;
    let mut smallest = Smallest::new(rows(question.most)?, after);
    let (mut ordered, mut under_way) = (0, 0);
    for (position, row) in store.erasures(false, usize::MAX)? {
        let state = match row {
            ErasureRow::UnderWay(_) | ErasureRow::Cleaned(_) => ErasureStateWord::UnderWay,
            ErasureRow::Done(_) => ErasureStateWord::Done,
        };
        ordered += 1;
        under_way += u64::from(state == ErasureStateWord::UnderWay);
        let erasure = row.erasure();
        smallest.offer(
            position,
            ErasureLine {
                position: position.get(),
                by: erasure.by.to_string(),
                reason: erasure.reason.to_string(),
                customers: erasure.gone.iter().map(ToString::to_string).collect(),
                state,
            },
        );
    }
    let (rows, next) = smallest.into_rows();
    Ok(Erasures { ordered, under_way, page: Page { rows, next: next.map(|at| at.to_string()) } })
}

fn place(text: &str) -> Result<Position, InsightError> {
    text.parse().map(Position::new).map_err(|_| InsightError::no_page_after(text))
}
