use std::collections::{BTreeMap, BTreeSet};

use opcx_core::time::parse_rfc3339;

use super::*;
use crate::message::Channel;
use crate::scenario::BUILT_IN;
use crate::{Scenario, Shape, Simulation};

fn simulation() -> Simulation {
    Simulation::new(Scenario::parse(BUILT_IN[2].1).expect("a test reads the scenarios"), 4, 150, 20)
}

/// The values of a row of a table.
fn values(row: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(row).expect("text");
    let (mut values, mut value, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => values.push(std::mem::take(&mut value)),
            letter => value.push(letter),
        }
    }
    assert!(!is_quoted, "a quote is not closed: {text}");
    values.push(value);
    values
}

#[test]
fn every_event_stands_in_one_file_in_the_shape_of_its_system() {
    let mut seen = BTreeSet::new();
    let mut line = Vec::new();
    for sent in simulation() {
        let system = System::of(sent.message.kind);
        seen.insert(system);
        line.clear();
        write(&sent, &mut line);
        match system.header() {
            Some(header) => {
                let is_whole = values(&line).len() == header.split(',').count();
                assert_eq!(is_whole, sent.shape != Shape::CutOff, "{}", String::from_utf8_lossy(&line));
            }
            None => {
                let read = serde_json::from_slice::<serde_json::Value>(&line);
                assert_eq!(read.is_ok(), sent.shape != Shape::CutOff, "{}", String::from_utf8_lossy(&line));
            }
        }
    }
    assert_eq!(seen, System::ALL.into());
}

#[test]
fn agents_are_staff_in_transcripts_and_say_the_same_each_time() {
    let mut of_calls = 0;
    for sent in simulation().filter(|sent| sent.shape == Shape::Good) {
        if System::of(sent.message.kind) != System::ContactCentre {
            continue;
        }
        let (mut line, mut again) = (Vec::new(), Vec::new());
        write(&sent, &mut line);
        write(&sent, &mut again);
        assert_eq!(line, again);
        let read: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        let turns = read["turns"].as_array().expect("turns");
        let id = format!("m-{}", sent.message.number);
        let known: Vec<_> = turns.iter().filter(|turn| turn["id"] == id.as_str()).collect();
        assert_eq!(known.len(), 1, "{read}");
        assert_eq!(known[0]["role"], if sent.message.by_staff { "agent" } else { "customer" });
        if sent.message.channel == Channel::Phone && !sent.message.by_staff {
            of_calls += 1;
            let roles: Vec<_> = turns.iter().map(|turn| turn["role"].as_str().expect("a role")).collect();
            assert_eq!(roles, ["agent", "customer", "agent", "agent"]);
        }
    }
    assert!(of_calls > 0);
}

#[test]
fn stock_is_counted_every_morning_and_never_below_nothing() {
    let mut gauges = Gauges::default();
    let (mut stock, mut latency) = (Vec::new(), Vec::new());
    for sent in simulation() {
        gauges.pass(&sent, &mut stock, &mut latency);
    }
    let mut mornings: BTreeMap<String, usize> = BTreeMap::new();
    for row in String::from_utf8(stock).expect("text").lines() {
        let row = values(row.as_bytes());
        assert!(parse_rfc3339(&row[0]).is_some());
        assert!(row[3].parse::<u64>().is_ok() && row[4].parse::<u64>().is_ok(), "{row:?}");
        *mornings.entry(row[0].clone()).or_default() += 1;
    }
    assert_eq!(mornings.len(), 19);
    assert!(mornings.values().all(|rows| *rows == 28), "{mornings:?}");
    let latency = String::from_utf8(latency).expect("text");
    let of_checkout: Vec<Vec<String>> =
        latency.lines().map(|row| values(row.as_bytes())).filter(|row| row[1] == "checkout").collect();
    assert!(of_checkout.len() > 20);
    for row in of_checkout.iter().filter(|row| !row[4].is_empty()) {
        let [median, p95, longest] = [4, 5, 6].map(|at| row[at].parse::<u64>().expect("milliseconds"));
        assert!(median <= p95 && p95 <= longest, "{row:?}");
    }
}
