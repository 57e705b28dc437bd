//! What a receiver's reply comes to.

use opcx_core::delivery::{Outcome, Why};
use opcx_core::time::Timestamp;
use reqwest::StatusCode;

use super::retry_after;

/// The outcome of an attempt that was answered at `now` with this status, and with this in the
/// `Retry-After` header: 2xx is delivered, 410 is gone, everything else is worth another try.
#[must_use]
pub fn outcome(status: StatusCode, retry_after: Option<&str>, now: Timestamp) -> Outcome {
    if status.is_success() {
        return Outcome::Delivered { status: Some(status.as_u16()) };
    }
    if status == StatusCode::GONE {
        return Outcome::Gone;
    }
    let note = if status.is_redirection() { ", a redirect, which is not followed" } else { "" };
    Outcome::Retry {
        after: retry_after.and_then(|value| retry_after::parse(value, now)),
        why: Why::from(format!("the receiver answered {status}{note}")),
    }
}
