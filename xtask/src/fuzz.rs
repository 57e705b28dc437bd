//! Fuzzing: builds the program of `crates/fuzz` and lets it run on one target after the other.
//!
//! Each target starts from its seeds and from what earlier runs found, which lies below the target
//! directory, in `fuzz/TARGET/corpus`. An input that breaks something is put in `fuzz/TARGET/found`;
//! mend the fault and add the input to the seeds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};

use crate::workspace;

/// How long each target runs, if not told otherwise.
const SECONDS: u64 = 600;
/// Longest input, in bytes: longer ones seldom reach code that these do not.
const INPUT_BYTES_MAX: u32 = 8 * 1024;
/// Longest time for one input, in seconds; they take microseconds, few of them a millisecond.
const INPUT_SECONDS_MAX: u32 = 10;
/// Most memory, in megabytes: what one input can make it take is bounded far below.
const MEGABYTES_MAX: u32 = 1024;
/// Lines of what libFuzzer said that are shown of a fault.
const LINES_SHOWN: usize = 40;

/// Runs the targets that are named, or all.
///
/// # Errors
/// The program cannot be built or started, or an input broke something.
pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let (seconds, named) = match arguments {
        ["--seconds", seconds, named @ ..] => (seconds.parse().context("--seconds takes a number")?, named),
        named => (SECONDS, named),
    };
    let seeds = workspace::root().join("crates/fuzz/seeds");
    let targets = targets(&seeds, named)?;
    let built = build()?;
    let room = built.join("fuzz");

    println!("{:<12} {:>8} {:>12} {:>9}  result", "target", "seconds", "inputs", "a second");
    let mut broken = Vec::new();
    for target in &targets {
        let folder = room.join(target);
        let began = Instant::now();
        let (ended_well, said) =
            run_one(&built.join("debug/opcx-fuzz"), target, seconds, &folder, &seeds.join(target))?;
        let took = began.elapsed().as_secs().max(1);
        let inputs = statistic(&said, "stat::number_of_executed_units:").unwrap_or(0);
        let result = if ended_well { "holds" } else { "BROKEN" };
        println!("{target:<12} {took:>8} {inputs:>12} {:>9}  {result}", inputs / took);
        if !ended_well {
            let lines: Vec<&str> = said.lines().collect();
            let from = lines.iter().position(|line| line.contains("panicked")).unwrap_or(0);
            for line in lines.iter().skip(from).take(LINES_SHOWN) {
                eprintln!("    {line}");
            }
            broken.push(format!("{target}: the input lies in {}", folder.join("found").display()));
        }
    }
    if !broken.is_empty() {
        bail!("promises are broken:\n{}", broken.join("\n"));
    }
    Ok(())
}

/// The targets' names are those of the folders of seeds.
fn targets(seeds: &Path, named: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(seeds).with_context(|| format!("reading {}", seeds.display()))? {
        all.push(entry?.file_name().to_string_lossy().into_owned());
    }
    all.sort();
    if let Some(unknown) = named.iter().find(|name| !all.iter().any(|target| target == *name)) {
        bail!("there is no target `{unknown}`; there are {}", all.join(", "));
    }
    all.retain(|target| named.is_empty() || named.contains(&target.as_str()));
    Ok(all)
}

/// Builds the program and says into which folder.
fn build() -> anyhow::Result<PathBuf> {
    let mut cargo = workspace::cargo("build");
    cargo.args(["--quiet", "--package", "opcx-fuzz", "--features", "libfuzzer"]);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", workspace::root().join("ci/instrumented.sh"));
    workspace::run(&mut cargo, "building the fuzzing program (libFuzzer needs a C++ compiler)")?;
    Ok(workspace::target())
}

/// Whether it ended well, and what it said.
fn run_one(
    program: &Path,
    target: &str,
    seconds: u64,
    folder: &Path,
    seeds: &Path,
) -> anyhow::Result<(bool, String)> {
    let (corpus, found) = (folder.join("corpus"), folder.join("found"));
    for folder in [&corpus, &found] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let output = Command::new(program)
        .env("OPCX_FUZZ_TARGET", target)
        .args([&corpus, &seeds.to_path_buf()])
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEGABYTES_MAX}"))
        .arg("-print_final_stats=1")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {}", program.display()))?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn statistic(said: &str, name: &str) -> Option<u64> {
    said.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
}
