use axum::http::StatusCode;
use opcx::channel::egress::{Egress, refuse};
use opcx::channel::{Target, TargetError, reply};
use opcx_core::delivery::Outcome;
use opcx_core::time::Span;

use super::NOW;

/// Two bytes are the status, the rest is the `Retry-After` header.
pub(crate) fn check(bytes: &[u8]) {
    let Some((status, header)) = bytes.split_first_chunk::<2>() else { return };
    let Ok(status) = StatusCode::from_u16(100 + u16::from_le_bytes(*status) % 900) else { return };
    let header = str::from_utf8(header).ok();
    match reply::outcome(status, header, NOW) {
        Outcome::Delivered { status: told } => {
            assert!(status.is_success());
            assert_eq!(told, Some(status.as_u16()));
        }
        Outcome::Gone => assert_eq!(status, StatusCode::GONE),
        Outcome::Retry { after, why } => {
            assert!(!status.is_success() && status != StatusCode::GONE);
            assert!(after.is_none_or(|after| after >= Span::ZERO));
            assert!(why.to_string().contains(status.as_str()));
        }
        Outcome::Refused { why } => panic!("an answer is no refusal of ours: {why}"),
    }
}

pub(crate) fn check_url(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let egress = Egress::default();
    match Target::parse(text, &egress) {
        Ok(target) => {
            let shown = format!("{target:?}");
            let origin = shown.strip_prefix("Target(").and_then(|shown| shown.strip_suffix(')'));
            let origin = origin.expect("it shows where it leads");
            // What it leads to, read by another reader of URLs: no user, and no forbidden address.
            let uri: axum::http::Uri = origin.parse().expect("an origin is an address");
            assert!(matches!(uri.scheme_str(), Some("http" | "https")), "{origin}");
            let host = uri.host().expect("an origin has a host");
            assert!(!origin.contains('@'), "{origin}");
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            if let Ok(address) = bare.parse() {
                assert_eq!(refuse(address), None, "{origin}");
            }
            assert!(
                Target::parse(origin, &egress).is_ok_and(|again| format!("{again:?}") == shown),
                "{origin}"
            );
        }
        Err(TargetError::Forbidden(forbidden)) => {
            assert_eq!(refuse(forbidden.address), Some(forbidden.reason));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
