use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use opcx_store::{Embedded, Settings, Store};

/// A file of the public data; says so if it is not there.
pub(crate) fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("OPCX_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    // Past the test runner, which keeps to itself what a passing test prints; whole, as tests run side by side.
    let _ = std::io::stderr().write_all(
        format!("SKIPPED: {} is not there; `OPCX_DATA` names the folder of the data sets\n", path.display())
            .as_bytes(),
    );
    None
}

/// The example airline in a folder of its own, and the program.
pub(crate) struct Air {
    folder: tempfile::TempDir,
}

impl Air {
    pub(crate) fn open() -> Air {
        let air = Air { folder: tempfile::tempdir().expect("a folder for a test") };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/airline");
        copy(&example, air.folder());
        air
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command of the program to its good end and gives what it printed. An empty argument
    /// stands for the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let folder = self.folder().to_str().expect("a folder for a test has a plain name");
        let arguments = arguments.iter().map(|argument| if argument.is_empty() { folder } else { argument });
        let output = Command::new(env!("CARGO_BIN_EXE_opcx")).args(arguments).output().expect("opcx starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("opcx prints UTF-8")
    }

    /// Takes in a file and gives the counts that the program tells.
    pub(crate) fn import(&self, file: &Path, mapping: &str) -> String {
        let file = file.to_str().expect("the data have plain names");
        let told = self.run(&["import", "", file, "--mapping", mapping]);
        let counts = told.lines().take_while(|line| !line.starts_with("It took"));
        counts.map(|line| format!("{}\n", line.trim_start())).collect()
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        let data = self.folder().join("live.opcx-data");
        Arc::new(Embedded::open(&data, &Settings::default()).expect("data that nobody else has open"))
    }
}

/// Copies the definitions of a folder, not what was decided by them.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the example is there") {
        let path = entry.expect("the example can be listed").path();
        let name = path.file_name().expect("an entry has a name");
        if path.is_file() {
            std::fs::copy(&path, to.join(name)).expect("a writable folder");
        } else if !name.to_string_lossy().ends_with("opcx-data") {
            std::fs::create_dir(to.join(name)).expect("a writable folder");
            copy(&path, &to.join(name));
        }
    }
}
