use std::future::Future;

use opcx_engine::{Accepted, Intake, IntakeError, Submission};

/// Where the door hands events in: the engine, or in tests something that fails on command.
pub trait Accept: Send + Sync + 'static {
    /// Returns once everything handed in is durable.
    fn accept(&self, submission: Submission) -> impl Future<Output = Result<Accepted, IntakeError>> + Send;
}

impl Accept for Intake {
    async fn accept(&self, submission: Submission) -> Result<Accepted, IntakeError> {
        Intake::accept(self, submission).await
    }
}
