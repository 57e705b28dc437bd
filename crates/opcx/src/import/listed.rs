use std::collections::HashMap;

use compact_str::CompactString;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::record::{Command, Entry, Order, REJECTED_BYTES_MAX, Rejected};
use opcx_store::{Store, StoreError};

use super::Refusal;

/// Rows of the rejected list asked for at a time.
const PAGE: usize = 1_000;
/// Most reasons that one row's entry gives; the others show when these are mended.
const REASONS_MAX: usize = 5;

/// What of a mapping stands on the rejected list already. Of each row only hashes are held.
pub(super) struct Listed {
    rows: HashMap<Hash, Vec<(Hash, Option<Position>)>>,
}

type Hash = [u8; 16];

impl Listed {
    pub(super) fn read(store: &dyn Store, mapping: &Name) -> Result<Listed, StoreError> {
        let mut rows: HashMap<Hash, Vec<(Hash, Option<Position>)>> = HashMap::new();
        let mut after = None;
        loop {
            let page = store.rejected(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(Listed { rows }) };
            after = Some(last.position);
            for row in page.iter().filter(|row| row.rejected.format == *mapping) {
                let open = (!row.redriven).then_some(row.position);
                rows.entry(hash(&row.rejected.from)).or_default().push((hash(&row.rejected.raw), open));
            }
        }
    }

    /// Whether anything from that place is listed; the quick look before the close one.
    pub(super) fn may_hold(&self, from: &str) -> bool {
        !self.rows.is_empty() && self.rows.contains_key(&hash(from))
    }

    /// Whether this very input is listed.
    pub(super) fn holds(&self, rejected: &Rejected) -> bool {
        let raw = hash(&rejected.raw);
        self.rows
            .get(&hash(&rejected.from))
            .is_some_and(|listed| listed.iter().any(|(known, _)| *known == raw))
    }

    /// Takes an input that can be read now off the list, if it still stood there.
    pub(super) fn take_off(&mut self, from: &str, raw: &str) -> Option<Position> {
        let raw = hash(cut(raw));
        let listed = self.rows.get_mut(&hash(from))?;
        listed.iter_mut().find(|(known, open)| *known == raw && open.is_some())?.1.take()
    }
}

fn hash(text: &str) -> Hash {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    hash
}

fn cut(raw: &str) -> &str {
    &raw[..raw.floor_char_boundary(REJECTED_BYTES_MAX)]
}

/// A bad row's entry for the rejected list.
#[must_use]
pub fn entry(from: &str, refused: &[Refusal], mapping: &Name, mut raw: String) -> Rejected {
    raw.truncate(cut(&raw).len());
    let reasons: Vec<String> = refused.iter().take(REASONS_MAX).map(ToString::to_string).collect();
    let more = match refused.len().saturating_sub(REASONS_MAX) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Rejected {
        from: from.into(),
        reason: CompactString::from(reasons.join("; ") + &more),
        format: mapping.clone(),
        raw: raw.into(),
    }
}

/// The entry that takes an input off the rejected list.
pub(crate) fn redriven(position: Position) -> Entry {
    Entry::Command(Command {
        by: "opcx".into(),
        reason: "it can be read now".into(),
        order: Order::Redriven(position),
    })
}
