//! The repository's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what was built or installed, not what was written.
const NOT_OURS: [&str; 10] = [
    ".git",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "generated",
    "node_modules",
    "target",
    "test-results",
    "shared",
];

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_path_buf()
}

/// A text file of the repository.
pub(crate) struct TextFile {
    /// Its path below the root, with `/` between the parts.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl TextFile {
    pub(crate) fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }
}

/// All text files, in the order of their paths. Files that are not UTF-8 are left out.
pub(crate) fn text_files() -> Vec<TextFile> {
    let mut paths = Vec::new();
    collect(&root(), &mut paths);
    let mut files: Vec<TextFile> = paths.iter().filter_map(|path| read(path)).collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(files.len() > 50, "only {} files below {}: is this the root?", files.len(), root().display());
    files
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the repository can be read") {
        let entry = entry.expect("the repository can be read");
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type().expect("the repository can be read");
        if kind.is_dir() && !NOT_OURS.contains(&name.as_ref()) && !name.ends_with(".opcx-data") {
            collect(&entry.path(), paths);
        } else if kind.is_file() && name != ".git" {
            paths.push(entry.path());
        }
    }
}

fn read(path: &Path) -> Option<TextFile> {
    let text = String::from_utf8(fs::read(path).expect("the repository can be read")).ok()?;
    let below = path.strip_prefix(root()).expect("it was found below the root");
    let path = below.to_str().expect("our names are UTF-8").replace('\\', "/");
    Some(TextFile { path, text })
}
