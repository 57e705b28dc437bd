use serde::{Deserialize, Serialize};

/// Tells one event from all others: a hash of its source and its id within that source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventKey(pub [u8; 16]);

impl EventKey {
    /// The key of the event `id` of `source`.
    #[must_use]
    pub fn of(source: &str, id: &str) -> EventKey {
        let mut hasher = blake3::Hasher::new();
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hasher.update(&u64::try_from(source.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(source.as_bytes());
        hasher.update(id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        EventKey(key)
    }
}
