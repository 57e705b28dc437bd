//! Accept: appends to the durable log, once per (source, id), then answers.

mod acceptor;
mod admission;
mod appender;
mod intake;
mod window;

pub use acceptor::{Accepted, Acceptor, Submission, Submitted};
pub use admission::{Gist, Limits, Weight, gists};
pub use appender::Appender;
pub use intake::{Inside, Intake, IntakeError};
