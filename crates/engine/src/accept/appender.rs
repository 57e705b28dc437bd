use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use opcx_core::time::Timestamp;
use opcx_store::{Store, StoreError};
use tokio::sync::mpsc;

use super::admission::{Admission, Limits};
use super::intake::{APPEND_BYTES_MAX, Append, Request};
use super::{Acceptor, Intake, IntakeError};
use crate::InForce;

/// Takes what was handed in at an [`Intake`] and appends it.
pub struct Appender {
    acceptor: Acceptor,
    waiting: mpsc::Receiver<Request>,
    taken: Vec<Append>,
}

impl Appender {
    /// A door and who stands behind it. `decided` tells how far the log is decided on; `in_force`, which
    /// events tell of promises.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn with_intake(
        store: &Arc<dyn Store>,
        limits: Limits,
        in_force: Option<Arc<InForce>>,
        decided: Arc<AtomicU64>,
    ) -> Result<(Intake, Appender), StoreError> {
        let acceptor = Acceptor::new(Arc::clone(store))?;
        let (requests, waiting) = mpsc::channel(limits.requests_max);
        let admission = Admission::new(limits, in_force);
        let intake = Intake::new(requests, Arc::clone(store), decided, admission);
        Ok((intake, Appender { acceptor, waiting, taken: Vec::new() }))
    }

    /// Waits for something and appends all that is waiting then, at the time that `now` says. Returns
    /// `false` once nothing more can come.
    pub(crate) fn append_next(&mut self, now: impl FnOnce() -> Timestamp) -> bool {
        let Some(first) = self.waiting.blocking_recv() else { return false };
        self.append_from(Some(first), now);
        true
    }

    /// Appends what is waiting, with one durable write, and answers. Returns whether anything was.
    pub fn append_waiting(&mut self, now: Timestamp) -> bool {
        let first = self.waiting.try_recv().ok();
        let is_some = first.is_some();
        self.append_from(first, || now);
        is_some
    }

    fn append_from(&mut self, first: Option<Request>, now: impl FnOnce() -> Timestamp) {
        let mut bytes = 0;
        let mut next = first;
        while let Some(request) = next {
            match request {
                Request::Append(append) => {
                    bytes += size(&append);
                    self.taken.push(append);
                }
                // What is waiting stays readable.
                Request::Close => self.waiting.close(),
            }
            next = if bytes < APPEND_BYTES_MAX { self.waiting.try_recv().ok() } else { None };
        }
        let (submissions, answers): (Vec<_>, Vec<_>) =
            self.taken.drain(..).map(|append| (append.submission, append.answer)).unzip();
        match self.acceptor.append(now(), submissions) {
            Ok(accepted) => {
                for (answer, accepted) in answers.into_iter().zip(accepted) {
                    // Whoever asked may have gone; the entries are safe all the same.
                    let _ = answer.send(Ok(accepted));
                }
            }
            Err(error) => {
                tracing::error!(%error, "appending failed; nothing of it was acknowledged");
                let stopped = IntakeError::Stopped { why: error.to_string() };
                for answer in answers {
                    let _ = answer.send(Err(stopped.clone()));
                }
            }
        }
    }
}

fn size(append: &Append) -> usize {
    append.submission.entries.iter().map(|submitted| submitted.entry.as_bytes().len()).sum()
}
