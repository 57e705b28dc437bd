//! This repository, and cargo run on it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root")
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The profile that this program was built with.
pub(crate) fn profile() -> &'static str {
    if cfg!(debug_assertions) { "dev" } else { "release" }
}

/// The cargo that runs this program, started in the root. Only the dependencies in the lock file are used.
pub(crate) fn cargo(chore: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([chore, "--locked"]).current_dir(root());
    cargo
}

/// Runs a command to its end.
///
/// # Errors
/// It cannot be started, or failed; `doing` says at what.
pub(crate) fn run(command: &mut Command, doing: &str) -> anyhow::Result<()> {
    if !command.status().with_context(|| format!("{doing}: starting {:?}", command.get_program()))?.success()
    {
        bail!("{doing} failed");
    }
    Ok(())
}
