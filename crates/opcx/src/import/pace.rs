//! Reading and deciding side by side: whoever is ahead waits for the other, and only then.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use opcx_core::log::Position;

/// How many entries may wait to be decided on; then reading waits. Two and a half of the largest batches: while one is
/// decided on and the next one is read, a third gathers. Far fewer than the acceptor remembers, so that a
/// repeat is recognised whether or not it was decided on.
const WAITING_MAX: u64 = 30_720;

/// How far reading and deciding have come.
pub(super) struct Pace {
    at: Mutex<At>,
    moved: Condvar,
}

struct At {
    read: Position,
    decided: Position,
    reading_ended: bool,
    deciding_ended: bool,
}

/// The side that reads; dropping it says that nothing follows.
pub(super) struct Reader<'a>(&'a Pace);

/// The side that decides; dropping it says that nothing is decided any more.
pub(super) struct Decided<'a>(&'a Pace);

impl Pace {
    /// Both stand at `from`.
    pub(super) fn from(from: Position) -> Pace {
        let at = At { read: from, decided: from, reading_ended: false, deciding_ended: false };
        Pace { at: Mutex::new(at), moved: Condvar::new() }
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        Reader(self)
    }

    pub(super) fn decided(&self) -> Decided<'_> {
        Decided(self)
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut At)) {
        change(&mut self.at());
        self.moved.notify_all();
    }

    fn wait_while(&self, waits: impl Fn(&At) -> bool) -> MutexGuard<'_, At> {
        self.moved.wait_while(self.at(), |at| waits(at)).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    /// The log reaches to `end` now; returns once deciding is near enough. `false` if it has ended.
    #[must_use]
    pub(super) fn has_read_to(&self, end: Position) -> bool {
        self.0.change(|at| at.read = end);
        let is_too_far = |at: &At| at.read.get() - at.decided.get() > WAITING_MAX;
        !self.0.wait_while(|at| !at.deciding_ended && is_too_far(at)).deciding_ended
    }
}

impl Decided<'_> {
    /// Everything before `position` is decided on.
    pub(super) fn up_to(&self, position: Position) {
        self.0.change(|at| at.decided = position);
    }

    /// Returns once there is something to decide on; `false` if there is nothing and nothing follows.
    #[must_use]
    pub(super) fn has_more(&self) -> bool {
        let has_all = |at: &At| at.decided >= at.read;
        !has_all(&self.0.wait_while(|at| !at.reading_ended && has_all(at)))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.0.change(|at| at.reading_ended = true);
    }
}

impl Drop for Decided<'_> {
    fn drop(&mut self) {
        self.0.change(|at| at.deciding_ended = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_ahead_waits_until_the_other_comes_or_ends() {
        let pace = Pace::from(Position::START);
        let [near, far, too_far] = [0, 1, 5].map(|more| Position::new(WAITING_MAX + more));
        let (reader, decided) = (pace.reader(), pace.decided());
        assert!(reader.has_read_to(near), "as far ahead as it may be");
        let said = std::thread::scope(|scope| {
            let reading = scope.spawn(|| reader.has_read_to(far));
            decided.up_to(Position::START.next());
            reading.join()
        });
        assert!(said.expect("it does not panic"), "it waited, and deciding came");
        let said = std::thread::scope(|scope| {
            let reading = scope.spawn(|| reader.has_read_to(too_far));
            drop(decided);
            reading.join()
        });
        assert!(!said.expect("it does not panic"), "it waited for what never came");
        drop(reader);
        assert!(pace.decided().has_more(), "nothing more is read, but not everything was decided on");
        pace.decided().up_to(too_far);
        assert!(!pace.decided().has_more());
    }
}
