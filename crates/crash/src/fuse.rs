use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

/// A process that several may want to kill.
pub(crate) type Victim = Arc<Mutex<Child>>;

/// Kills a process once something has happened so often: with it a crash falls between two events that
/// only the outside knows of.
#[derive(Default)]
pub(crate) struct Fuse(Mutex<Option<(u32, Victim)>>);

impl Fuse {
    /// Kills `victim` at the spark with this number, from 1.
    pub(crate) fn arm(&self, sparks: u32, victim: Victim) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((sparks, victim));
    }

    /// It has happened once more.
    pub(crate) fn spark(&self) {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sparks, victim)) = &mut *armed {
            *sparks = sparks.saturating_sub(1);
            if *sparks == 0 {
                // Dead already is dead.
                let _ = victim.lock().unwrap_or_else(PoisonError::into_inner).kill();
                *armed = None;
            }
        }
    }
}
