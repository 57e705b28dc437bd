//! Trials of the engine, which are a program of their own: this builds and runs it.

use std::process::Command;

use anyhow::{Context as _, bail};

/// Runs a trial. `orders` are its name and arguments.
pub(crate) fn run(orders: &[&str]) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--locked", "--package", "opcx-crash"]);
    // Built as this program was.
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let status = cargo.arg("--").args(orders).status().context("starting cargo")?;
    if !status.success() {
        bail!("the trial failed");
    }
    Ok(())
}
