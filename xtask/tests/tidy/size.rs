use crate::tree::text_files;

/// More lines than this, and something second has moved in.
const LINES_MAX: usize = 500;

/// Files that may be longer, and why.
const LONGER: [(&str, &str); 1] =
    [("crates/insight/tests/looking/views.rs", "views written out whole, which is what it is for")];

#[test]
fn no_file_of_code_is_longer_than_one_can_keep_in_mind() {
    let long: Vec<String> = text_files()
        .iter()
        .filter(|file| file.has_extension(&["rs", "py", "js", "mjs", "ts", "sh", "css", "html"]))
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(path, lines)| *lines > LINES_MAX && !LONGER.iter().any(|(longer, _)| longer == path))
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split them, or state in LONGER why not:\n{}", long.join("\n"));
}

#[test]
fn every_exception_is_still_needed() {
    let files = text_files();
    for (path, why) in LONGER {
        let file = files.iter().find(|file| file.path == path);
        let lines = file.map_or(0, |file| file.text.lines().count());
        assert!(lines > LINES_MAX, "{path} has {lines} lines; strike it from LONGER ({why})");
    }
}
