use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use opcx_core::time::Span;
use opcx_store::Store;
use tokio::sync::{mpsc, oneshot};

use super::admission::{Admission, Gist, Waiting};
use super::{Accepted, Submission};
use crate::Memory;

/// Most bytes of entries that one durable write takes.
pub(super) const APPEND_BYTES_MAX: usize = 8 << 20;
/// What a refused sender is told to wait.
const RETRY_AFTER: Span = Span::SECOND;

/// Where entries are handed in. Cheap to clone; all clones feed one appending thread, which writes
/// everything that is waiting with one durable write.
#[derive(Clone)]
pub struct Intake {
    requests: mpsc::Sender<Request>,
    store: Arc<dyn Store>,
    decided: Arc<AtomicU64>,
    admission: Arc<Admission>,
    bytes_at_work: Arc<AtomicUsize>,
    memory: Arc<Memory>,
}

/// A request that was let in; it counts as worked on until this is dropped.
#[derive(Debug, Default)]
pub struct Inside {
    bytes: usize,
    at_work: Arc<AtomicUsize>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.at_work.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What the appending thread is asked.
pub(super) enum Request {
    /// To append.
    Append(Append),
    /// To take nothing more, append what is waiting, and end.
    Close,
}

/// A submission and where its answer goes.
pub(super) struct Append {
    pub(super) submission: Submission,
    pub(super) answer: oneshot::Sender<Result<Accepted, IntakeError>>,
}

/// Why entries were not accepted. Nothing of them was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// Too much is waiting.
    #[error("too much is waiting; send it again in {retry_after}")]
    Overloaded {
        /// How long to wait.
        retry_after: Span,
    },
    /// The program is shutting down, or its disk has failed.
    #[error("nothing is accepted any more: {why}")]
    Stopped {
        /// Why.
        why: String,
    },
}

impl Intake {
    pub(super) fn new(
        requests: mpsc::Sender<Request>,
        store: Arc<dyn Store>,
        decided: Arc<AtomicU64>,
        admission: Admission,
    ) -> Intake {
        let (admission, bytes_at_work) = (Arc::new(admission), Arc::default());
        let memory = Arc::new(Memory::unlimited());
        Intake { requests, store, decided, admission, bytes_at_work, memory }
    }

    /// Refuses what can come later while this memory is short.
    #[must_use]
    pub fn within(self, memory: Arc<Memory>) -> Intake {
        Intake { memory, ..self }
    }

    /// Lets a request in before its events are read, or refuses it at once when there is no room, or when deciding
    /// lags behind and much is worked on already: reading what is refused in the end would take the time of what is not.
    /// `gists` tells what the request is about, `None` where that cannot be told; it is asked only when it matters.
    ///
    /// # Errors
    /// It is not let in.
    pub fn enter(
        &self,
        bytes: usize,
        gists: impl Iterator<Item = Option<Gist>>,
    ) -> Result<Inside, IntakeError> {
        if !self.admission.lets_in(self.waiting(), self.bytes_at_work.load(Ordering::Relaxed), gists) {
            return Err(IntakeError::Overloaded { retry_after: RETRY_AFTER });
        }
        self.bytes_at_work.fetch_add(bytes, Ordering::Relaxed);
        Ok(Inside { bytes, at_work: Arc::clone(&self.bytes_at_work) })
    }

    fn waiting(&self) -> Waiting {
        Waiting {
            requests: self.requests.max_capacity() - self.requests.capacity(),
            records: self.store.end().get().saturating_sub(self.decided.load(Ordering::Relaxed)),
            memory_is_short: self.memory.is_short(),
        }
    }

    /// Hands in a submission and waits until it is durable. Refuses at once when too much is waiting,
    /// grave submissions last: for senders who can come again.
    ///
    /// # Errors
    /// It was not accepted.
    pub async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        if !self.admission.admits(&submission, self.waiting()) {
            return Err(IntakeError::Overloaded { retry_after: RETRY_AFTER });
        }
        let (answer, answered) = oneshot::channel();
        match self.requests.try_send(Request::Append(Append { submission, answer })) {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(stopping())),
            Err(mpsc::error::TrySendError::Full(_)) => {
                Err(IntakeError::Overloaded { retry_after: RETRY_AFTER })
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(stopping()),
        }
    }

    /// Hands in a submission and waits for room first: for our own results, orders, ticks and imports,
    /// which must not be refused.
    ///
    /// # Errors
    /// The program is stopping.
    pub async fn submit(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Append(Append { submission, answer })).await.map_err(|_| stopping())?;
        answered.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// Takes nothing more. What was handed in before is still appended and answered.
    pub(crate) async fn close(&self) {
        // Already closed is closed.
        let _ = self.requests.send(Request::Close).await;
    }

    /// As [`Intake::submit`], from a thread that may block.
    ///
    /// # Errors
    /// The program is stopping.
    pub fn submit_blocking(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        let (answer, answered) = oneshot::channel();
        self.requests
            .blocking_send(Request::Append(Append { submission, answer }))
            .map_err(|_| stopping())?;
        answered.blocking_recv().unwrap_or_else(|_| Err(stopping()))
    }
}

fn stopping() -> IntakeError {
    IntakeError::Stopped { why: "opcx is shutting down".into() }
}
