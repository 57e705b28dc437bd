//! Laws that hold of every folder that passes the check.

use std::path::Path;

use opcx_company::{Files, Loaded, Severity, parse, starter};

/// The companies that come with opcx.
fn companies() -> Vec<(&'static str, Files)> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    vec![
        ("starter", starter()),
        ("airline", read(&examples.join("airline"))),
        ("shop", read(&examples.join("shop"))),
    ]
}

fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder).expect("the example is there") {
        let path = entry.expect("the example can be listed").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "data" {
            let within = read(&path).into_iter();
            files.extend(within.map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else if name.ends_with(".yaml") || name.ends_with(".md") || name == "opcx.toml" {
            files.insert(name, std::fs::read_to_string(&path).expect("the example can be read"));
        }
    }
    files
}

/// Every way that a moment's way out can be missing, as what stands in place of its line.
const NO_WAY_OUT: [&str; 5] = ["", "way_out:", "way_out: \"\"", "way_out: a bot", "way_out: []"];

/// The lines of a folder's journeys that lead to a human: path and number.
fn ways_out(files: &Files) -> Vec<(String, usize)> {
    let journeys = files.iter().filter(|(path, _)| path.starts_with("journeys/"));
    let lines = journeys.flat_map(|(path, text)| text.lines().enumerate().map(move |line| (path, line)));
    lines
        .filter(|(_, (_, line))| line.trim_start().starts_with("way_out:"))
        .map(|(path, (number, _))| (path.clone(), number))
        .collect()
}

/// The folder with one line of one file replaced.
fn with_line(files: &Files, path: &str, number: usize, instead: &str) -> Files {
    let mut changed = files.clone();
    let text = changed.get_mut(path).expect("the file is one of the folder's");
    let lines = text.lines().enumerate().map(|(at, line)| {
        let indent = line.len() - line.trim_start().len();
        if at == number { format!("{}{instead}\n", &line[..indent]) } else { format!("{line}\n") }
    });
    *text = lines.collect();
    changed
}

fn refused_for_want_of_a_way_out(loaded: &Loaded) -> bool {
    loaded.definitions.is_none()
        && loaded
            .faults
            .iter()
            .any(|fault| fault.severity == Severity::Error && fault.rule == "moment-without-way-out")
}

#[test]
fn law_10_a_human_can_be_reached_from_every_moment() {
    for (company, files) in companies() {
        let loaded = parse(&files);
        let definitions = loaded.definitions.unwrap_or_else(|| panic!("{company}: {:?}", loaded.faults));
        let ways_out = ways_out(&files);
        assert_eq!(ways_out.len(), definitions.moments.len(), "{company}: a way out for each moment");
        for moment in &definitions.moments {
            let human = loaded.settings.house.human_channels.contains(&moment.way_out);
            assert!(human, "{company}: `{}` leads to `{}`, where no human is", moment.name, moment.way_out);
        }
        for (path, number) in ways_out {
            for instead in NO_WAY_OUT {
                let loaded = parse(&with_line(&files, &path, number, instead));
                let at = format!("{company}: {path}:{} as `{instead}`: {:?}", number + 1, loaded.faults);
                assert!(refused_for_want_of_a_way_out(&loaded), "{at}");
            }
        }
    }
}

#[test]
fn law_10_a_company_where_no_human_answers_has_no_map() {
    for (company, files) in companies() {
        let settings = &files["opcx.toml"];
        let number = settings.lines().position(|line| line.starts_with("human_channels"));
        let number = number.unwrap_or_else(|| panic!("{company} says where humans answer"));
        for instead in ["", "human_channels = []"] {
            let loaded = parse(&with_line(&files, "opcx.toml", number, instead));
            assert!(refused_for_want_of_a_way_out(&loaded), "{company}, `{instead}`: {:?}", loaded.faults);
        }
    }
}
