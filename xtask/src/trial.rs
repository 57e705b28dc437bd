//! Trials of the engine, which are programs of their own: this builds and runs them.

use crate::workspace;

/// Runs a trial. `orders` are its name and arguments.
pub(crate) fn run(orders: &[&str]) -> anyhow::Result<()> {
    run_package("opcx-crash", workspace::profile(), orders)
}

/// Runs the simulation, built to be fast.
pub(crate) fn simulate(orders: &[&str]) -> anyhow::Result<()> {
    run_package("opcx-simulation", "simulation", orders)
}

fn run_package(package: &str, profile: &str, orders: &[&str]) -> anyhow::Result<()> {
    let mut cargo = workspace::cargo("run");
    cargo.args(["--quiet", "--package", package, "--profile", profile, "--"]).args(orders);
    workspace::run(&mut cargo, "the trial")
}
