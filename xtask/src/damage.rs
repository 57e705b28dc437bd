//! Damage to small and larger stores, all of it: the tests of the store that `make test` only takes samples of.

use crate::workspace;

/// Bits turned of the larger store if not told otherwise.
const FLIPS: &str = "100000";

/// Turns every bit of a small store, cuts every file of it to every length, and turns `flips` bits of a
/// larger one.
pub(crate) fn run(flips: Option<&str>) -> anyhow::Result<()> {
    let mut cargo = workspace::cargo("test");
    cargo.args(["--package", "opcx-store", "--test", "damage", "--profile", workspace::profile()]);
    cargo.args(["--", "--nocapture"]);
    cargo.env("OPCX_DAMAGE", "all").env("OPCX_DAMAGE_FLIPS", flips.unwrap_or(FLIPS));
    workspace::run(&mut cargo, "finding all damage and serving none")
}
