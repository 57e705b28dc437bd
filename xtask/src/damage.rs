//! Damage to small and larger stores, all of it: the tests of the store that `make test` only takes samples of.

use std::process::Command;

use anyhow::{Context as _, bail};

/// Bits turned of the larger store if not told otherwise.
const FLIPS: &str = "100000";

/// Turns every bit of a small store, cuts every file of it to every length, and turns `flips` bits of a
/// larger one.
pub(crate) fn run(flips: Option<&str>) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--locked", "--package", "opcx-store", "--test", "damage"]);
    // Built as this program was.
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    cargo.args(["--", "--nocapture"]);
    cargo.env("OPCX_DAMAGE", "all").env("OPCX_DAMAGE_FLIPS", flips.unwrap_or(FLIPS));
    if !cargo.status().context("starting cargo")?.success() {
        bail!("damage was served, or was not found");
    }
    Ok(())
}
