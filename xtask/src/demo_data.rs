//! The data of `examples/shop`: four weeks of a shop that sells coffee gear, made up from a seed.
//!
//! * **Same on every run** – one seed, one order of drawing, no clock.
//! * **What is wrong there** – Swift Parcel is late in the north; card payments fail in the third week;
//!   one message in seven is never answered. Whoever looks should find these.
//! * **What is wrong with the file** – some lines come twice, some late, and a few cannot be understood.
//! * **Elsewhere** – what the lines mean: `examples/shop/mappings/events.yaml`.

mod random;
mod story;
mod words;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use random::Random;
use story::{Line, customers};

const SEED: u64 = 0xC0FF_EE00;

/// Of a thousand lines so many come a second time.
const TWICE_PERMILLE: u64 = 10;

/// Of a thousand lines so many come out of order.
const LATE_PERMILLE: u64 = 15;

/// How many places further down a line that is late may come.
const LATE_PLACES_MAX: u64 = 400;

/// Writes the lines to `file`, and its folder if need be.
pub(crate) fn run(file: &Path) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let cannot_write = || format!("cannot write {}", file.display());
    let mut to = BufWriter::new(File::create(file).with_context(cannot_write)?);
    let lines = lines();
    for line in &lines {
        writeln!(to, "{line}").with_context(cannot_write)?;
    }
    to.flush().with_context(cannot_write)?;
    println!("{} lines written to {}", lines.len(), file.display());
    Ok(())
}

fn lines() -> Vec<String> {
    let mut random = Random::new(SEED);
    let mut lines = customers(&mut random);
    lines.sort_by_key(|line| line.at);
    let mut placed: Vec<(u64, String)> = Vec::with_capacity(lines.len());
    for (place, line) in (0..).zip(&lines) {
        let text = written(place, line);
        if random.permille(TWICE_PERMILLE) {
            placed.push((place + random.below(LATE_PLACES_MAX), text.clone()));
        }
        let late = if random.permille(LATE_PERMILLE) { random.below(LATE_PLACES_MAX) } else { 0 };
        placed.push((place + late, text));
    }
    placed.extend(not_understood());
    placed.sort();
    placed.into_iter().map(|(_, text)| text).collect()
}

fn written(number: u64, line: &Line) -> String {
    let mut object = line.facts.clone();
    object.insert("id".to_owned(), json!(format!("e{number:05}")));
    object.insert("at".to_owned(), json!(line.at.to_string()));
    object.insert("what".to_owned(), json!(line.what));
    Value::Object(object).to_string()
}

/// Lines as other systems really write them on a bad day, with where they stand.
fn not_understood() -> Vec<(u64, String)> {
    let lines = [
        (310, r#"{"id":"x1","at":"2026-09-09T10:00:00Z","what":"deliverd","via":"door","customer":"c010"}"#),
        (720, r#"{"id":"x2","what":"ordered","via":"web","customer":"c011","order":"o-9001","value":18.9}"#),
        (1130, r#"{"id":"x3","at":"12.09.2026 14:10","what":"visit","via":"counter","customer":"c012"}"#),
        (1540, r#"{"id":"x4","at":"2026-09-14T08:00:00Z","what":"message","via":"chat","customer":nul"#),
        (
            1950,
            r#"{"id":"x5","at":"2026-09-16T08:00:00Z","what":"review","via":"web","customer":"anonymous","stars":1}"#,
        ),
        (
            2360,
            r#"{"id":"x6","at":"2026-09-18T08:00:00Z","what":"shipped","via":"pigeon","customer":"c013"}"#,
        ),
        (2770, r#"{"at":"2026-09-20T08:00:00Z","what":"viewed","via":"app","customer":"c014"}"#),
    ];
    lines.into_iter().map(|(place, line)| (place, line.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_makes_the_same_few_thousand_lines() {
        let lines = lines();
        assert_eq!(lines, super::lines());
        assert!((3_000..9_000).contains(&lines.len()), "{} lines", lines.len());
    }

    #[test]
    fn only_the_lines_that_were_spoilt_are_not_json() {
        let broken = lines().iter().filter(|line| serde_json::from_str::<Value>(line).is_err()).count();
        assert_eq!(broken, 1);
    }

    #[test]
    fn some_lines_come_twice_and_some_late() {
        let lines = lines();
        let distinct: std::collections::BTreeSet<&String> = lines.iter().collect();
        assert!(distinct.len() < lines.len());
        let field =
            |line: &String| serde_json::from_str::<Value>(line).ok()?.get("at")?.as_str().map(str::to_owned);
        let times: Vec<String> = lines.iter().filter_map(field).filter(|at| at.ends_with('Z')).collect();
        assert!(times.windows(2).any(|two| two[0] > two[1]));
    }
}
