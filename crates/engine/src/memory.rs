//! How much memory the process may take. Where it comes near that, speed gives way (law 12).

use std::sync::atomic::{AtomicBool, Ordering};

/// Less than so much comes together between two looks.
const MARGIN_BYTES_MIN: u64 = 100_000_000;

/// What memory the process takes and may take. Where it is short, deciders let go of what they keep at hand and take small
/// batches, and what can come later is refused as long as anything waits to be decided on.
pub struct Memory {
    max_bytes: u64,
    taken: Box<dyn Fn() -> Option<u64> + Send + Sync>,
    give_back: Box<dyn Fn() + Send + Sync>,
    is_short: AtomicBool,
}

impl Memory {
    /// Memory of `max_bytes` at most. `taken` tells how much the process takes, in bytes, or nothing where the system does
    /// not tell; `give_back` gives the system what was freed.
    pub fn new(
        max_bytes: u64,
        taken: impl Fn() -> Option<u64> + Send + Sync + 'static,
        give_back: impl Fn() + Send + Sync + 'static,
    ) -> Memory {
        let (taken, give_back) = (Box::new(taken), Box::new(give_back));
        Memory { max_bytes, taken, give_back, is_short: AtomicBool::new(false) }
    }

    /// Memory that is never short.
    #[must_use]
    pub fn unlimited() -> Memory {
        Memory::new(u64::MAX, || None, || ())
    }

    /// Whether it was short at the last look.
    pub(crate) fn is_short(&self) -> bool {
        self.is_short.load(Ordering::Relaxed)
    }

    /// Looks how much is taken. Returns whether it is short.
    pub(crate) fn look(&self) -> bool {
        let was_short = self.is_short();
        // Once short, until half as much again is free, so that it does not change at every look.
        let margin = (self.max_bytes / 8).max(MARGIN_BYTES_MIN);
        let free = if was_short { margin + margin / 2 } else { margin };
        let is_short = (self.taken)().is_some_and(|taken| taken >= self.max_bytes.saturating_sub(free));
        if is_short != was_short {
            self.is_short.store(is_short, Ordering::Relaxed);
            tracing::debug!(is_short, max_bytes = self.max_bytes, "memory");
        }
        is_short
    }

    /// Gives the system what was freed.
    pub(crate) fn give_back(&self) {
        (self.give_back)();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use super::*;

    const MB: u64 = 1_000_000;

    /// Whether memory is short, one look after the other.
    fn looks<const N: usize>(max: u64, taken: [u64; N]) -> [bool; N] {
        let now = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&now);
        let memory = Memory::new(max * MB, move || Some(told.load(Ordering::Relaxed)), || ());
        taken.map(|megabytes| {
            now.store(megabytes * MB, Ordering::Relaxed);
            memory.look()
        })
    }

    #[test]
    fn it_is_short_where_an_eighth_is_left_until_half_as_much_again_is() {
        let is_short = looks(1_600, [1_399, 1_400, 1_350, 1_300, 1_299, 1_350, 1_399]);
        assert_eq!(is_short, [false, true, true, true, false, false, false]);
    }

    #[test]
    fn of_little_memory_more_than_an_eighth_is_left() {
        assert_eq!(looks(400, [299, 300, 250, 249]), [false, true, true, false]);
        assert_eq!(looks(50, [0]), [true], "what is too little is always short");
    }

    #[test]
    fn where_nobody_tells_it_is_never_short() {
        assert!(!Memory::unlimited().look());
        assert!(!Memory::new(0, || None, || ()).look());
    }
}
