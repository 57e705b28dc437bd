//! The `opcx` command.

fn main() {
    println!("opcx {}", env!("CARGO_PKG_VERSION"));
}
