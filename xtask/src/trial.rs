//! Trials of the engine, which are programs of their own: this builds and runs them.

use std::process::Command;

use anyhow::{Context as _, bail};

/// Runs a trial. `orders` are its name and arguments.
pub(crate) fn run(orders: &[&str]) -> anyhow::Result<()> {
    // Built as this program was.
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    run_package("opcx-crash", profile, orders)
}

/// Runs the simulation, built to be fast.
pub(crate) fn simulate(orders: &[&str]) -> anyhow::Result<()> {
    run_package("opcx-simulation", "simulation", orders)
}

fn run_package(package: &str, profile: &str, orders: &[&str]) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--locked", "--package", package, "--profile", profile]);
    let status = cargo.arg("--").args(orders).status().context("starting cargo")?;
    if !status.success() {
        bail!("the trial failed");
    }
    Ok(())
}
