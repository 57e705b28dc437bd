//! The `opcx` command.

use std::process::ExitCode;

use clap::Parser as _;
use opcx::cli::Arguments;

/// Much is allocated by one thread and freed by another, which the C library's allocator does not like.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    opcx::command::run(Arguments::parse())
}
