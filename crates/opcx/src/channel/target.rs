use std::fmt;

use axum::http::Uri;
use reqwest::Url;

use super::egress::{Egress, Forbidden};

/// Longest URL of an endpoint, in bytes; longer ones are cut by many servers and proxies.
pub const URL_BYTES_MAX: usize = 2048;

/// A URL that may be sent to as far as its text tells: over HTTP, without a password, and not at a
/// forbidden address. What a host *name* stands for is checked at every connection.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

/// Why a URL was refused. Never quotes it: a URL often holds a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Longer than servers take.
    #[error("the url has {bytes} bytes, at most {URL_BYTES_MAX} are allowed; shorten it")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not a URL at all.
    #[error("the url cannot be read ({reason}); write it as `https://host/path`")]
    Malformed {
        /// What the reader of URLs said.
        reason: String,
    },
    /// Another protocol than HTTP.
    #[error("the url begins with `{scheme}`; webhooks go over `https` or `http`")]
    Scheme {
        /// What it begins with.
        scheme: String,
    },
    /// A user name or password, which would end up in logs.
    #[error("the url holds a user name or password; leave it out, the signature proves who sent it")]
    Credentials,
    /// An address that may not be reached.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

impl Target {
    /// Reads and checks a URL. Addresses in decimal, octal, hexadecimal or short form are understood
    /// as browsers do, so none of them hides what it is.
    ///
    /// # Errors
    /// Not an HTTP URL, too long, with a password, or at an address that `egress` forbids.
    pub fn parse(text: &str, egress: &Egress) -> Result<Target, TargetError> {
        if text.len() > URL_BYTES_MAX {
            return Err(TargetError::TooLong { bytes: text.len() });
        }
        let url = Url::parse(text).map_err(|error| TargetError::Malformed { reason: error.to_string() })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme { scheme: url.scheme().chars().take(32).collect() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        // The URL's standard lets letters through that HTTP has no place for.
        if let Err(error) = url.as_str().parse::<Uri>() {
            return Err(TargetError::Malformed { reason: error.to_string() });
        }
        if let Some(host) = url.host_str() {
            // An IPv6 address stands in brackets; a name never parses as an address.
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            if let Ok(address) = bare.parse() {
                egress.check(address)?;
            }
        }
        Ok(Target(url))
    }

    /// The URL.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for Target {
    /// Where it leads, without path and query, which often hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.0.origin().ascii_serialization())
    }
}
