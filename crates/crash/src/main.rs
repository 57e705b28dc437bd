//! Trials of a company's engine: `cargo xtask crash`, `cargo xtask powercut`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use opcx_crash::plant::Plant;
use opcx_crash::{Report, crash, powercut, victim};

/// Kills real engines, cuts their power, and checks from outside what is left.
#[derive(Debug, Parser)]
enum Command {
    /// Kill engines with SIGKILL and at every persist point.
    Crash {
        /// How many to kill.
        #[arg(long, default_value_t = 1000)]
        kills: usize,
        /// What the trial follows from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Give the engines a bug: the trial must fail.
        #[arg(long)]
        plant: Option<Plant>,
    },
    /// Cut the power under engines, and under SQLite. Needs the right to mount.
    Powercut {
        /// How often.
        #[arg(long, default_value_t = 200)]
        cuts: usize,
        /// What the trial follows from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Give the engines a bug: the trial must fail.
        #[arg(long)]
        plant: Option<Plant>,
    },
    /// Be an engine on trial.
    Serve(victim::Orders),
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("opcx-crash: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe().context("finding this program")?;
    Ok(match Command::parse() {
        Command::Crash { kills, seed, plant } => {
            let report = crash::run(&program, kills, seed, plant)?;
            print!("{report}");
            exit(&report)
        }
        Command::Powercut { cuts, seed, plant } => {
            let cuts = powercut::run(&program, cuts, seed, plant)?;
            print!("{cuts}");
            exit(&cuts.report)
        }
        Command::Serve(orders) => victim::run(&orders).map(|_| ExitCode::SUCCESS)?,
    })
}

fn exit(report: &Report) -> ExitCode {
    if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
