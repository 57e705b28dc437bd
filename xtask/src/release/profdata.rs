//! Finds what puts profiles together. It has to be of the compiler's own LLVM: their formats change with each.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The compiler that builds.
pub(super) struct Compiler {
    /// What it builds for: this machine.
    pub(super) host: String,
    /// The LLVM it is made of: `22`.
    llvm: String,
    /// Where it is installed.
    sysroot: PathBuf,
}

impl Compiler {
    /// The compiler that cargo would take here.
    ///
    /// # Errors
    /// There is none, or it does not say what it is.
    pub(super) fn of_this_machine() -> anyhow::Result<Compiler> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let said = |argument: &[&str]| {
            let output = Command::new(&rustc).args(argument).output().context("asking rustc what it is")?;
            anyhow::Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        Compiler::of(&said(&["--version", "--verbose"])?, &said(&["--print", "sysroot"])?)
    }

    fn of(version: &str, sysroot: &str) -> anyhow::Result<Compiler> {
        let line = |name| version.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let (Some(host), Some(llvm)) = (line("host:"), line("LLVM version:")) else {
            bail!("`rustc --version --verbose` says nothing of its host or its LLVM:\n{version}");
        };
        let llvm = llvm.split('.').next().unwrap_or(llvm);
        Ok(Compiler { host: host.to_owned(), llvm: llvm.to_owned(), sysroot: sysroot.into() })
    }

    /// `llvm-profdata` of the compiler's own LLVM.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn profile_merger(&self) -> anyhow::Result<PathBuf> {
        let llvm = &self.llvm;
        let fits = |program: &Path| {
            let said = Command::new(program).arg("--version").output();
            said.is_ok_and(|said| version_of(&String::from_utf8_lossy(&said.stdout)).as_ref() == Some(llvm))
        };
        self.candidates().into_iter().find(|program| fits(program)).with_context(|| {
            format!(
                "there is no llvm-profdata of LLVM {llvm}, of which rustc is; run `rustup component add llvm-tools`, or install Debian's package llvm-{llvm}"
            )
        })
    }

    fn candidates(&self) -> [PathBuf; 3] {
        let tools = self.sysroot.join("lib/rustlib").join(&self.host).join("bin");
        [tools.join("llvm-profdata"), format!("llvm-profdata-{}", self.llvm).into(), "llvm-profdata".into()]
    }
}

/// The first part of the version that an LLVM tool says it has.
fn version_of(said: &str) -> Option<String> {
    let version = said.lines().find_map(|line| line.split_once("LLVM version "))?.1;
    Some(version.split('.').next().unwrap_or(version).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merger_of_another_llvm_is_not_taken() {
        let said = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";
        let compiler = Compiler::of(said, "/nowhere").unwrap();
        assert_eq!((compiler.host.as_str(), compiler.llvm.as_str()), ("x86_64-unknown-linux-gnu", "22"));
        let elder = "Debian LLVM version 14.0.6\n  Optimized build.\n";
        assert_eq!(version_of(elder).as_deref(), Some("14"));
        assert_eq!(version_of("Debian LLVM version 22.1.8\n").as_deref(), Some("22"));
        assert_eq!(version_of("no such thing"), None);
        let none = Compiler { llvm: "0".to_owned(), ..compiler };
        let error = none.profile_merger().unwrap_err().to_string();
        assert!(error.starts_with("there is no llvm-profdata of LLVM 0"), "{error}");
    }
}
