//! The command line: what can be asked of the program, as written.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::command::{
    backup, bench, check, demo, doctor, emotion, export, import, init, keys, rejected, replay, reread,
    restore, serve, show, sim,
};

/// Operational Customer Experience engine.
#[derive(Debug, Parser)]
#[command(name = "opcx", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See it at work: a simulated company, weeks of its history and then live, in a temporary folder.
    Demo(demo::Arguments),
    /// Write a small working company into a new folder.
    Init(init::Arguments),
    /// Check a company's folder and print every fault.
    Check(check::Arguments),
    /// Run the engine: take events in over HTTP, decide, deliver.
    Serve(serve::Arguments),
    /// Read a CSV or JSON Lines file through a mapping; counts each row once, however often it is run.
    Import(import::Arguments),
    /// List inputs that could not be understood, or send them again after a mend.
    Rejected(rejected::Arguments),
    /// Look: pulse, customers, moments, promises, cases, decisions.
    Show(show::Arguments),
    /// Print everything that is held about one customer, what was inferred and why, a JSON object a line.
    Export(export::Arguments),
    /// Decide on the past again under other definitions, and print what would have been different.
    Replay(replay::Arguments),
    /// Read old texts again with the models of this program, and print what would be read otherwise.
    Reread(reread::Arguments),
    /// Copy the data, also while the engine runs; of an earlier backup only what is new.
    Backup(backup::Arguments),
    /// Make a data directory out of a backup, up to a point in time.
    Restore(restore::Arguments),
    /// Examine the data and say what is damaged; mend it.
    Doctor(doctor::Arguments),
    /// Read what customers feel and want, from lines of standard input; or measure how well that goes.
    Emotion(emotion::Arguments),
    /// Measure this machine and this build.
    Bench(bench::Arguments),
    /// Make keys for the HTTP API.
    Keys(keys::Arguments),
    /// Simulate a company whose truth is known; score what opcx concluded about it.
    Sim(sim::Arguments),
}

/// The company's folder.
#[derive(Debug, Clone, clap::Args)]
pub struct Folder {
    /// The company's folder.
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}
