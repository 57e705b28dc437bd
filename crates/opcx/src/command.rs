//! The commands, one file each, and how they end.

pub mod backup;
pub mod bench;
pub mod check;
pub mod demo;
pub mod doctor;
pub mod emotion;
pub mod export;
pub mod import;
pub mod init;
pub mod keys;
pub mod rejected;
pub mod replay;
pub mod reread;
pub mod restore;
pub mod serve;
pub mod show;
pub mod sim;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

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
        Command::Reread(arguments) => reread::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Emotion(arguments) => emotion::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Sim(arguments) => sim::run(&arguments),
    };
    ExitCode::from(match ended {
        Ok(End::Fine) => FINE,
        Ok(End::Found) => FOUND,
        Err(error) => {
            // Nothing better can be done where even this cannot be written.
            let _ = writeln!(std::io::stderr(), "opcx: {}", told(&error));
            FAILED
        }
    })
}

/// Prints. Whoever reads may have seen enough (`opcx check acme | head`); that is no failure.
///
/// # Errors
/// Nothing can be printed.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("nothing can be printed"),
    }
}

/// An error with its causes, each told once: some errors name their cause themselves.
fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told += &format!(": {cause}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_each_cause_once() {
        let cause = anyhow::anyhow!("no room");
        assert_eq!(
            told(&cause.context("writing a: no room; make some").context("b")),
            "b: writing a: no room; make some"
        );
        assert_eq!(told(&anyhow::anyhow!("no room").context("writing a")), "writing a: no room");
    }
}
