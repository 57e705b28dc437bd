//! The `opcx` command.

use std::process::ExitCode;

use clap::Parser as _;
use opcx::cli::Arguments;

#[global_allocator]
static ALLOCATOR: opcx_allocator::Allocator = opcx_allocator::Allocator;

fn main() -> ExitCode {
    opcx_allocator::keep_what_is_freed();
    opcx::command::run(Arguments::parse())
}
