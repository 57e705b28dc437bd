//! The other end of a webhook: notes when each one came, or never answers at all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::routing::post;
use tokio::net::TcpListener;

use crate::http::{ConnectionLimits, serve};

/// One webhook received; both times since the measure began.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// When the event that set it off was to be sent; zero where its facts do not say.
    pub sent: Duration,
    /// When the webhook was here.
    pub here: Duration,
}

/// A receiver on loopback.
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// Answers every webhook at once.
    ///
    /// # Errors
    /// The network of this machine refuses.
    pub async fn start(begin: Instant) -> anyhow::Result<Receiver> {
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let noted = Arc::clone(&heard);
        let route = post(move |body: String| {
            let here = begin.elapsed();
            let heard = Heard { sent: sent(&body).unwrap_or_default(), here };
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
            std::future::ready(())
        });
        Receiver::serving(route, heard).await
    }

    /// Takes every webhook and answers none.
    ///
    /// # Errors
    /// The network of this machine refuses.
    pub async fn start_hanging() -> anyhow::Result<Receiver> {
        Receiver::serving(post(std::future::pending::<()>), Arc::default()).await
    }

    async fn serving(
        route: axum::routing::MethodRouter,
        heard: Arc<Mutex<Vec<Heard>>>,
    ) -> anyhow::Result<Receiver> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening on loopback")?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let router = axum::Router::new().route("/hook", route);
        let serving = tokio::spawn(async move {
            let _ = serve(listener, router, ConnectionLimits::default(), std::future::pending()).await;
        });
        Ok(Receiver { url, heard, serving })
    }

    /// How many came so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Ends it; what came.
    #[must_use]
    pub fn end(self) -> Vec<Heard> {
        self.serving.abort();
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When the event in a webhook was to be sent, as its facts say.
fn sent(body: &str) -> Option<Duration> {
    let rest = body.split("\"sent_nanos\":").nth(1)?;
    let digits: String = rest.trim_start_matches('"').chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().map(Duration::from_nanos)
}
