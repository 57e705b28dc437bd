use crate::tree::text_files;

/// What no file may say, and why. Written in two parts, so that this file does not say it.
const FORBIDDEN: [(&str, &str, &str); 9] = [
    ("/ro", "ot/", "a path of one machine"),
    ("/wo", "rk/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("<<<<", "<<< ", "what a merge left behind"),
    (">>>>", ">>> ", "what a merge left behind"),
    ("FIX", "ME", "a fault that belongs into an issue, or mended"),
    ("XX", "X", "a fault that belongs into an issue, or mended"),
    ("\u{feff}", "", "an invisible mark of byte order"),
    ("\"resolved\": \"", "http", "a registry's host; npm has omit-lockfile-registry-resolved"),
];

/// Files in which such a thing is data, with the thing.
const ALLOWED: [(&str, &str); 0] = [];

#[test]
fn no_file_says_what_belongs_elsewhere() {
    let mut found = Vec::new();
    for file in text_files() {
        for (number, line) in file.text.lines().enumerate() {
            for (start, end, what) in FORBIDDEN {
                let forbidden = format!("{start}{end}");
                if line.contains(&forbidden) && !ALLOWED.contains(&(&file.path, &forbidden)) {
                    found.push(format!("{}:{}: `{forbidden}`, {what}", file.path, number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn crates_come_from_one_registry() {
    let lock = text_files().into_iter().find(|file| file.path == "Cargo.lock").expect("it is committed");
    for line in lock.text.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, r#"source = "registry+https://github.com/rust-lang/crates.io-index""#);
    }
}
