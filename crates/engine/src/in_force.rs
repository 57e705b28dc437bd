//! The definitions in force: those that decide now. They may be followed by others while the engine runs.

use std::sync::{Arc, PoisonError, RwLock};

use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use tokio::sync::oneshot;

/// The definitions that decide now, shared by all threads of the engine.
#[derive(Debug)]
pub struct InForce(RwLock<Arc<Definitions>>);

impl InForce {
    /// These decide from the start.
    #[must_use]
    pub fn new(definitions: Arc<Definitions>) -> InForce {
        InForce(RwLock::new(definitions))
    }

    /// What decides now.
    #[must_use]
    pub fn now(&self) -> Arc<Definitions> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, definitions: Arc<Definitions>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = definitions;
    }
}

/// Why definitions could not follow others.
pub type NotFollowed = Box<dyn std::error::Error + Send + Sync>;
/// Takes note, durably, that from a position of the log on other definitions decide.
pub type NoteReign = Box<dyn FnOnce(Position) -> Result<(), NotFollowed> + Send>;

/// Definitions that are to decide next.
pub(crate) struct Following {
    pub(crate) definitions: Arc<Definitions>,
    /// Called between two batches, before the first record is decided on under them: what it notes is what a replay
    /// goes by (law 3).
    pub(crate) note: NoteReign,
    pub(crate) answer: oneshot::Sender<Result<Position, NotFollowed>>,
}
