//! Serving a day of the simulated company.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::super::End;
use crate::walk::{Day, router};

/// What serving can be told.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// What goes wrong: the name of a built-in scenario, or a file.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    scenario: String,
    /// Which day of it is played.
    #[arg(long, default_value_t = 16)]
    day: u16,
    /// Another number draws other failures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long something slow takes, in seconds.
    #[arg(long, default_value_t = 20)]
    slow: u64,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:7710", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
}

pub(super) fn run(wanted: &Wanted) -> anyhow::Result<End> {
    let scenario = super::scenario(&wanted.scenario)?;
    let day = Day::new(scenario, wanted.day, wanted.seed, Duration::from_secs(wanted.slow));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(wanted.listen).await.with_context(|| {
            format!("listening on {}; choose another address with --listen", wanted.listen)
        })?;
        let address = listener.local_addr().context("listening")?;
        super::super::print(&format!("Copper & Bean is open on http://{address}/shop (stop with Ctrl-C)\n"))?;
        let limits = crate::http::ConnectionLimits::default();
        let stop = async {
            // Where nobody can be told to stop, whoever runs this ends it.
            let _ = tokio::signal::ctrl_c().await;
        };
        crate::http::serve(listener, router(day), limits, stop).await.context("serving")
    })?;
    Ok(End::Fine)
}
