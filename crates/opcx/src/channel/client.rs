//! The HTTP client that webhooks go out with: bounded in everything, and only to where it may.
//!
//! * **Where to** – see [`super::egress`]. Redirects are answers like any other, never followed;
//!   proxies of the environment are not used, since they would resolve names unchecked.
//! * **How long** – [`Limits`]. A reply's body is read up to [`REPLY_BYTES_MAX`], so that the
//!   connection can be used again, and thrown away: it may hold what a customer said.
//! * **Shared** – one client serves all endpoints; a clone is the same client.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use opcx_core::delivery::{Outcome, Why};
use opcx_core::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, redirect, retry};

use super::egress::{Egress, Forbidden};
use super::reply;
use super::resolver::{Lookup, Resolver};
use super::target::Target;

/// Most of a reply's body that is read, in bytes.
pub const REPLY_BYTES_MAX: usize = 16 * 1024;

/// How long a receiver may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For finding its address, connecting and agreeing on a cipher.
    pub connect: Duration,
    /// For everything, to the end of the reply.
    pub total: Duration,
}

impl Default for Limits {
    /// 5 seconds to connect, 15 in all: the shorter end of what Standard Webhooks recommends, so
    /// that a receiver that hangs holds a place for no longer than needed.
    fn default() -> Limits {
        Limits { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// Sends requests, within limits and only to where it may.
#[derive(Debug, Clone)]
pub struct Client(reqwest::Client);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("no webhook can be sent: the system's root certificates cannot be read; install `ca-certificates`")]
pub struct ClientError {
    #[from]
    source: reqwest::Error,
}

impl Client {
    /// A client that reaches what `egress` allows.
    ///
    /// # Errors
    /// The machine has no root certificates to check receivers' certificates against.
    pub fn new(egress: Arc<Egress>, lookup: Lookup, limits: Limits) -> Result<Client, ClientError> {
        // The process has one provider of ciphers; if another part chose first, theirs does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("opcx/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver { lookup, egress }))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .build()?;
        Ok(Client(client))
    }

    /// Posts JSON to `target` and tells what it came to: 2xx is delivered, 410 is gone, everything
    /// else is worth another try, except a forbidden address, which somebody has to allow.
    pub(super) async fn post(
        &self,
        target: &Target,
        headers: [(&'static str, String); 3],
        body: Vec<u8>,
        now: Timestamp,
    ) -> Outcome {
        let mut request =
            self.0.post(target.url().clone()).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Err(error) => outcome_of_error(&error),
            Ok(reply) => {
                let retry_after = reply.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let outcome = reply::outcome(reply.status(), retry_after, now);
                drain(reply).await;
                outcome
            }
        }
    }
}

fn outcome_of_error(error: &reqwest::Error) -> Outcome {
    let causes = || std::iter::successors(error.source(), |cause| (*cause).source());
    if let Some(forbidden) = causes().find_map(|cause| cause.downcast_ref::<Forbidden>()) {
        return Outcome::Refused { why: Why::from(forbidden.to_string()) };
    }
    let what = if error.is_timeout() {
        "the receiver took too long"
    } else if error.is_connect() {
        "the receiver cannot be reached"
    } else {
        "the connection broke"
    };
    // The innermost cause names the matter itself; the outer ones would name the URL, tokens and all.
    let why = match causes().last() {
        Some(cause) if !error.is_timeout() => format!("{what}: {cause}"),
        Some(_) | None => what.to_owned(),
    };
    Outcome::Retry { after: None, why: Why::from(why) }
}

/// Reads the rest of a reply that is short enough; a long or broken one costs its connection only.
async fn drain(mut reply: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = reply.chunk().await {
        read += chunk.len();
        if read > REPLY_BYTES_MAX {
            break;
        }
    }
}
