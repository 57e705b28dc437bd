//! How moments went, against how they felt.
//!
//! An event went badly in truth if what it tells of was felt as bad, or if what was said with it was meant so;
//! in opcx if any of its moments did.

use opcx_core::map::Outcome;
use opcx_core::reading::Valence;

use super::report::Row;
use super::statistic::{f1, share};
use super::{Book, Seen};

const PART: &str = "moments";
/// From where on an experience is bad, on the scale of -1000 to 1000.
const BAD: i64 = -150;

pub(super) fn rows(book: &Book, seen: &Seen) -> Vec<Row> {
    let mut rows = Vec::new();
    let felt = book.felt.iter().map(|(event, felt)| (event, felt.quality <= BAD));
    rows.extend(compared("what happened", felt, seen));
    // A text that comes with an experience is judged with that.
    let said = book.texts.iter().filter(|(event, _)| !book.felt.contains_key(*event));
    let said = said.map(|(event, text)| (event, text.valence == Valence::Negative));
    rows.extend(compared("what was said", said, seen));
    rows
}

fn compared<'a>(of: &str, truths: impl Iterator<Item = (&'a String, bool)>, seen: &Seen) -> [Row; 3] {
    let (mut hit, mut found, mut there) = (0, 0, 0);
    for (event, was_bad) in truths {
        let Some(outcomes) = seen.outcomes.get(event) else { continue };
        let is_bad = outcomes.contains(&Outcome::Bad);
        hit += u64::from(was_bad && is_bad);
        found += u64::from(is_bad);
        there += u64::from(was_bad);
    }
    [
        share(PART, format!("bad moments, {of}: precision"), hit, found),
        share(PART, format!("bad moments, {of}: recall"), hit, there),
        f1(PART, format!("bad moments, {of}: F1"), hit, found, there),
    ]
}
