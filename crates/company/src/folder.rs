//! The folder on disk: which files matter, read within bounds.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::fault::{Faults, Place};

/// Largest file read, in bytes; ours have a few kilobytes.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Most files read.
pub const FILES_MAX: usize = 4_096;

/// The files of a folder by their path within it, with `/` between its parts.
pub type Files = BTreeMap<String, String>;

/// The directories that are looked into, with the endings of the files that count.
pub(crate) const DIRECTORIES: [(&str, &[&str]); 5] = [
    ("calendars", &["yaml", "yml"]),
    ("journeys", &["yaml", "yml"]),
    ("playbooks", &["yaml", "yml"]),
    ("templates", &["md", "txt"]),
    ("mappings", &["yaml", "yml"]),
];

/// The files at the top that are read.
pub(crate) const TOP: [&str; 2] = ["opcx.toml", "vocabulary.yaml"];

/// Whether a file of that path matters: at the top, or directly in one of the directories.
pub(crate) fn may_hold(path: &str) -> bool {
    let Some((directory, name)) = path.split_once('/') else { return TOP.contains(&path) };
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let known = DIRECTORIES.iter().any(|(known, endings)| *known == directory && endings.contains(&ending));
    known && !name.starts_with('.') && name.chars().all(plain) && name.len() <= FILE_NAME_BYTES_MAX
}

/// Longest name of a file, in bytes: what file systems take.
const FILE_NAME_BYTES_MAX: usize = 200;

/// Reads the files that matter.
pub(crate) fn read(folder: &Path, faults: &mut Faults) -> Files {
    let mut files = Files::new();
    for name in TOP {
        let path = folder.join(name);
        if path.is_file() {
            read_file(&path, name.to_owned(), &mut files, faults);
        }
    }
    for (directory, endings) in DIRECTORIES {
        let Ok(entries) = fs::read_dir(folder.join(directory)) else { continue };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        for name in names.into_iter().filter(|name| !name.starts_with('.')) {
            let within = format!("{directory}/{name}");
            let path = folder.join(directory).join(&name);
            if !path.is_file() {
                continue;
            }
            let ending = Path::new(&name).extension().and_then(|ending| ending.to_str()).unwrap_or("");
            if !endings.contains(&ending) {
                let what = format!(
                    "files here end in {}; rename this one or move it away",
                    endings.iter().map(|ending| format!("`.{ending}`")).collect::<Vec<_>>().join(" or ")
                );
                faults.warning("unread-file", &Place::start_of(&within), what);
                continue;
            }
            if files.len() >= FILES_MAX {
                let what = format!("more than {FILES_MAX} files; join some");
                faults.error("too-many", &Place::start_of(&within), what);
                return files;
            }
            read_file(&path, within, &mut files, faults);
        }
    }
    files
}

fn read_file(path: &Path, within: String, files: &mut Files, faults: &mut Faults) {
    let place = Place::start_of(&within);
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more.
    let read = fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        faults.error(
            "unreadable-file",
            &place,
            format!("the file cannot be read ({error}); check its rights"),
        );
        return;
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            files.insert(within, text);
        }
        Err(_) => faults.error("unreadable-file", &place, "the file is not UTF-8; save it as UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_may_be_held_and_nothing_outside() {
        for path in ["vocabulary.yaml", "playbooks/late.yaml", "templates/late delivery.md", "journeys/a.yml"]
        {
            assert!(may_hold(path), "{path}");
        }
        for path in [
            "",
            "a.yaml",
            "../opcx.toml",
            "playbooks/../opcx.toml",
            "playbooks/.hidden.yaml",
            "playbooks/a.txt",
            "playbooks/",
            "playbooks/a/b.yaml",
            "/etc/passwd",
            "playbooks/a\\b.yaml",
            "data/log",
        ] {
            assert!(!may_hold(path), "{path}");
        }
    }
}
