use std::future::Future;

use opcx_engine::{Accepted, Gist, Inside, Intake, IntakeError, Submission};

/// Where the door hands events in: the engine, or in tests something that fails on command.
pub trait Accept: Send + Sync + 'static {
    /// Lets a request in before its events are read, or refuses it. `gists` tells what it is about.
    ///
    /// # Errors
    /// It is not let in.
    fn enter(&self, bytes: usize, gists: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError>;

    /// Returns once everything handed in is durable.
    fn accept(&self, submission: Submission) -> impl Future<Output = Result<Accepted, IntakeError>> + Send;
}

impl Accept for Intake {
    fn enter(&self, bytes: usize, gists: impl Iterator<Item = Option<Gist>>) -> Result<Inside, IntakeError> {
        Intake::enter(self, bytes, gists)
    }

    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        Intake::accept(self, submission).await
    }
}
