use std::path::Path;
use std::process::{Command, Output};

use opcx::demo::write_company;
use serde_json::Value;

fn opcx(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_opcx")).args(arguments).output().unwrap()
}

fn play(out: &Path, seed: &str) {
    let out = out.to_str().unwrap();
    let played = opcx(&["sim", "--seed", seed, "--customers", "300", "--days", "25", "--out", out]);
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
}

#[test]
fn a_small_company_is_played_taken_in_and_scored() {
    let folder = tempfile::tempdir().unwrap();
    let (out, company) = (folder.path().join("sim"), folder.path().join("company"));
    play(&out, "7");
    write_company(&company).unwrap();
    let company = company.to_str().unwrap();
    let events = out.join("events.jsonl");

    let imported = opcx(&["import", company, events.to_str().unwrap(), "--mapping", "bus"]);
    let said = String::from_utf8_lossy(&imported.stdout).into_owned();
    // Some lines cannot be understood, and that is told.
    assert_eq!(imported.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&imported.stderr));
    assert!(said.contains("repeats, counted before") && said.contains("put on the rejected list"), "{said}");

    let truth = out.join("truth.jsonl");
    let scored = opcx(&["sim", "score", "--truth", truth.to_str().unwrap(), "--store", company, "--json"]);
    let report: Value = serde_json::from_slice(&scored.stdout).unwrap();
    let figure = |part: &str, what: &str| -> f64 {
        let rows = report["rows"].as_array().unwrap();
        let found =
            rows.iter().find(|row| row["part"] == part && row["what"].as_str().unwrap().contains(what));
        found.unwrap_or_else(|| panic!("no row {what} in {report:#}"))["figure"].as_f64().unwrap()
    };
    assert!(figure("promises", "states right, ") >= 0.99, "{report:#}");
    assert!(figure("promises", "due at the very moment") >= 0.999, "{report:#}");
    assert!(figure("identities", "that events join: F1") >= 0.97, "{report:#}");
    assert!(figure("moments", "what happened: F1") >= 0.85, "{report:#}");
    assert!(figure("decisions", "delight while") <= 0.0, "{report:#}");
}

#[test]
fn a_seed_gives_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        play(&out, seed);
        ["events.jsonl", "truth.jsonl"].map(|file| std::fs::read(out.join(file)).unwrap())
    };
    assert_eq!(read("one", "3"), read("other", "3"));
    assert_ne!(read("one", "3"), read("third", "4"));
}
