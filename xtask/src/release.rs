//! The program as it is to be shipped: built twice, the second time guided by what the first was seen to do.
//!
//! What it is watched at is a month of the simulated company, taken in and asked about, load on the door, and a thousand
//! playbooks. The benchmarks of deciding, of importing and of many customers are none of it, so that what they measure is no
//! exercise known beforehand.

mod profdata;
mod watched;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::Context as _;

use profdata::Compiler;

use crate::workspace;

/// Builds the program, and says where it is.
///
/// # Errors
/// What puts profiles together is missing, the program cannot be built, or it failed at what it was watched at.
pub(crate) fn run() -> anyhow::Result<()> {
    let compiler = Compiler::of_this_machine()?;
    let merger = compiler.profile_merger()?;
    let room = workspace::target().join("guided");

    println!("== building opcx so that it notes what it does (some minutes)");
    let raw = empty(&room.join("raw"))?;
    let noting = build(&compiler, &room.join("noting"), &flag("profile-generate", &raw)?)?;

    println!("== watching it");
    watched::watch(&noting, workspace::root(), &empty(&room.join("work"))?)?;
    let profile = room.join("opcx.profdata");
    workspace::run(
        Command::new(&merger).arg("merge").arg("--output").arg(&profile).arg(&raw),
        "putting profiles together",
    )?;

    println!("== building opcx by what was seen (some minutes)");
    let opcx = build(&compiler, &room, &flag("profile-use", &profile)?)?;
    fs::remove_dir_all(room.join("work")).context("removing the company that it was watched with")?;
    println!("{}", opcx.display());
    Ok(())
}

/// Builds opcx into `room`; build scripts and macros, which run here and are not shipped, without the flag.
fn build(compiler: &Compiler, room: &Path, flag: &str) -> anyhow::Result<PathBuf> {
    let mut flags = env::var("RUSTFLAGS").unwrap_or_default();
    flags.push_str(flag);
    let mut cargo = workspace::cargo("build");
    cargo.args(["--release", "--package", "opcx", "--target", &compiler.host]);
    cargo.arg("--target-dir").arg(room).env("RUSTFLAGS", flags);
    workspace::run(&mut cargo, "building opcx")?;
    Ok(room.join(&compiler.host).join("release/opcx"))
}

fn flag(name: &str, path: &Path) -> anyhow::Result<String> {
    let path = path.to_str().filter(|path| !path.contains(char::is_whitespace));
    let path =
        path.context("the target directory's name has white space in it; set CARGO_TARGET_DIR to another")?;
    Ok(format!(" -C{name}={path}"))
}

/// The folder, with nothing in it.
fn empty(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder.to_owned())
}
