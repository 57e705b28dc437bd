//! The demo's staff at work live: they look at the list of cases and act on them over HTTP, each with a key of their
//! own, as a person with a browser would.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use opcx_core::calendar::Calendars;
use opcx_core::case::CaseChange;
use opcx_engine::Clock as _;
use opcx_insight::{CaseLine, Cases};
use reqwest::{Client, StatusCode};
use serde_json::json;

use super::FastClock;
use super::staff::{Deed, LOOKS_UP, Staff};

/// Shortest pause between two looks, by the wall's clock.
const PAUSE: Duration = Duration::from_millis(250);

/// Where staff work, and with which keys.
pub struct Desks {
    /// Where the server listens.
    pub door: SocketAddr,
    /// Everybody's key, by their names.
    pub keys: BTreeMap<&'static str, String>,
    /// When the company's people are there.
    pub calendars: Calendars,
}

/// Works until the server is gone.
///
/// # Errors
/// The server cannot be reached, or answers what nobody understands.
pub async fn work(mut staff: Staff, clock: FastClock, desks: Desks) -> anyhow::Result<()> {
    let client = Client::builder().no_proxy().tls_certs_only([]).build().context("a client")?;
    let mut looks_up = clock.now();
    loop {
        looks_up = looks_up.max(clock.now()) + LOOKS_UP;
        tokio::time::sleep(clock.until(looks_up).max(PAUSE)).await;
        let now = clock.now();
        let mut waiting = Vec::new();
        for (team, hands) in staff.free(&desks.calendars, now) {
            waiting.extend(desks.open(&client, team, hands).await?);
        }
        for deed in staff.step(&desks.calendars, now, waiting) {
            if !desks.hand_in(&client, &deed).await? {
                staff.lost(&deed);
            }
        }
    }
}

impl Desks {
    /// The first open cases of a team.
    async fn open(&self, client: &Client, team: &str, most: u16) -> anyhow::Result<Vec<CaseLine>> {
        let url = format!("http://{}/v1/cases?state=open&team={team}&most={most}", self.door);
        let key = self.keys.values().next().context("nobody works here")?;
        let reply = client.get(url).bearer_auth(key).send().await.context("asking for cases")?;
        if !reply.status().is_success() {
            // It is starting, or has too much to do; there is another look.
            return Ok(Vec::new());
        }
        let cases: Cases = serde_json::from_slice(&reply.bytes().await?).context("reading cases")?;
        Ok(cases.page.rows)
    }

    /// Whether it was taken down: somebody else may have been quicker, such as whoever looks at the demo.
    async fn hand_in(&self, client: &Client, deed: &Deed) -> anyhow::Result<bool> {
        let Deed { by, case, change, reason } = deed;
        let (what, body) = match change {
            CaseChange::Take => ("take", json!({ "reason": reason })),
            CaseChange::GiveBack => ("give-back", json!({ "reason": reason })),
            CaseChange::Close { outcome } => {
                ("close", json!({ "reason": reason, "outcome": outcome.as_str() }))
            }
            CaseChange::Note { text } => ("note", json!({ "text": text.as_str() })),
            CaseChange::Answer { text, .. } => ("answer", json!({ "text": text })),
        };
        let url = format!("http://{}/v1/cases/{case}/{what}", self.door);
        let key = self.keys.get(by).with_context(|| format!("{by} has no key"))?;
        let reply =
            client.post(url).bearer_auth(key).body(body.to_string()).send().await.context("a case")?;
        match reply.status() {
            StatusCode::CONFLICT | StatusCode::NOT_FOUND => Ok(false),
            // Whatever else is refused would be refused again: that case is left alone.
            status => Ok(status.is_success()),
        }
    }
}
