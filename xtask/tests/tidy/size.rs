use crate::tree::text_files;

/// More lines than this, and something second has moved in.
const LINES_MAX: usize = 500;

/// Files that may be longer, and why.
const LONGER: [(&str, &str); 0] = [];

#[test]
fn no_file_of_code_is_longer_than_one_can_keep_in_mind() {
    let long: Vec<String> = text_files()
        .iter()
        .filter(|file| file.has_extension(&["rs", "py", "js", "mjs", "ts", "sh", "css", "html"]))
        .map(|file| (&file.path, lines(&file.text)))
        .filter(|(path, lines)| *lines > LINES_MAX && !LONGER.iter().any(|(longer, _)| longer == path))
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split them, or state in LONGER why not:\n{}", long.join("\n"));
}

#[test]
fn every_exception_is_still_needed() {
    let files = text_files();
    for (path, why) in LONGER {
        let lines = files.iter().find(|file| file.path == path).map_or(0, |file| lines(&file.text));
        assert!(lines > LINES_MAX, "{path} has {lines} lines; strike it from LONGER ({why})");
    }
}

/// Lines that somebody has to think about: all but the records that stories are compared with.
fn lines(text: &str) -> usize {
    let mut in_record = false;
    let mut lines = 0;
    for line in text.lines() {
        if in_record {
            in_record = !line.contains("\"#]]");
        } else {
            lines += 1;
            in_record = line.contains("expect![[r#\"") && !line.contains("\"#]]");
        }
    }
    lines
}

#[test]
fn records_of_stories_are_not_counted() {
    let text = "check(\n    expect![[r#\"\n        one\n        two\n    \"#]],\n);\n";
    assert_eq!(lines(text), 3);
}
