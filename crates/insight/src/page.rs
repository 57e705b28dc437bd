//! Pages: the first rows in some order, out of a table that is read once from end to end and never
//! held whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::InsightError;

/// Rows on a page unless asked otherwise.
pub const ROWS: u16 = 50;
/// Most rows on a page.
pub const ROWS_MAX: u16 = 1_000;
/// Rows read from the store at a time.
pub(crate) const READ_ROWS: usize = 1_000;

/// One page of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// Ask again with this as `after` for the rows that follow; null when these are the last.
    pub next: Option<String>,
}

/// How many rows a question asks for.
pub(crate) fn rows(most: Option<u16>) -> Result<usize, InsightError> {
    match most.unwrap_or(ROWS) {
        most @ 1..=ROWS_MAX => Ok(usize::from(most)),
        most => Err(InsightError::unreadable(
            "most",
            &most.to_string(),
            format!("write a number of rows from 1 to {ROWS_MAX}"),
        )),
    }
}

/// Keeps the `most` smallest keys after a cursor, and whether there were more.
pub(crate) struct Smallest<K, V> {
    most: usize,
    after: Option<K>,
    kept: BTreeMap<K, V>,
    more: bool,
}

impl<K: Ord + Clone, V> Smallest<K, V> {
    pub(crate) fn new(most: usize, after: Option<K>) -> Smallest<K, V> {
        Smallest { most, after, kept: BTreeMap::new(), more: false }
    }

    pub(crate) fn offer(&mut self, key: K, value: V) {
        if self.after.as_ref().is_some_and(|after| key <= *after) {
            return;
        }
        self.kept.insert(key, value);
        if self.kept.len() > self.most {
            self.kept.pop_last();
            self.more = true;
        }
    }

    /// The rows in order, and the key to go on after.
    pub(crate) fn into_rows(self) -> (Vec<V>, Option<K>) {
        let next = if self.more { self.kept.last_key_value().map(|(key, _)| key.clone()) } else { None };
        (self.kept.into_values().collect(), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn page_after_page_gives_every_row_once_in_order(
            keys in proptest::collection::btree_set(0_u16..500, 0..100), most in 1_usize..20,
        ) {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let mut smallest = Smallest::new(most, after);
                keys.iter().rev().for_each(|&key| smallest.offer(key, key));
                let (rows, next) = smallest.into_rows();
                prop_assert!(rows.len() <= most);
                seen.extend(rows);
                if next.is_none() {
                    break;
                }
                after = next;
            }
            prop_assert_eq!(seen, keys.into_iter().collect::<Vec<_>>());
        }
    }
}
