//! `opcx keys`: makes keys for the HTTP API.

use ring::rand::SecureRandom as _;

use super::End;

/// Bytes of randomness in a key: far beyond guessing.
const KEY_BYTES: usize = 24;

/// What `opcx keys` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Prints a fresh key for each role, as lines for a shell or a service file.
///
/// # Errors
/// The system gives no randomness.
pub fn run(_: &Arguments) -> anyhow::Result<End> {
    for role in ["WRITE", "VIEWER", "AGENT", "OPERATOR", "ADMIN"] {
        super::print(&format!("export OPCX_{role}_KEY={}\n", fresh_key()?))?;
    }
    Ok(End::Fine)
}

/// A key that nobody guesses.
pub(super) fn fresh_key() -> anyhow::Result<String> {
    let mut bytes = [0; KEY_BYTES];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no randomness; try again later"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
