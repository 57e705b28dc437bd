//! Accept: appends to the durable log, once per (source, id), then answers.

mod acceptor;
mod intake;
mod window;

pub use acceptor::{Accepted, Acceptor, Submission, Submitted};
pub(crate) use intake::{APPEND_BYTES_MAX, Append, Request};
pub use intake::{Intake, IntakeError};
