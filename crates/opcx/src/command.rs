//! The commands, one file each, and how they end.

pub mod bench;
pub mod check;
pub mod import;
pub mod init;
pub mod keys;
pub mod rejected;
pub mod replay;
pub mod serve;
pub mod show;

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::{Arguments, Command};

/// Everything went well and nothing was found.
const FINE: u8 = 0;
/// Something was found: faults in a folder, rows that could not be read, decisions that differ.
const FOUND: u8 = 1;
/// The command could not be carried out.
const FAILED: u8 = 2;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Well.
    Fine,
    /// Something was found that somebody should look at; it has been printed.
    Found,
}

/// Carries out a command. Errors are printed with their causes.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let ended = match arguments.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Rejected(arguments) => rejected::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
    };
    ExitCode::from(match ended {
        Ok(End::Fine) => FINE,
        Ok(End::Found) => FOUND,
        Err(error) => {
            // Nothing better can be done where even this cannot be written.
            let _ = writeln!(std::io::stderr(), "opcx: {error:#}");
            FAILED
        }
    })
}
