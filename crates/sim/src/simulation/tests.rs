use std::collections::BTreeSet;

use super::*;
use crate::scenario::BUILT_IN;
use crate::wire::segment;

fn scenario(name: &str) -> Scenario {
    let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).expect("it is built in");
    Scenario::parse(text).expect("a test reads the scenarios")
}

fn hash(name: &str, seed: u64) -> (usize, String) {
    let mut simulation = Simulation::new(scenario(name), seed, 120, 24);
    let mut hasher = blake3::Hasher::new();
    let mut line = Vec::new();
    let mut count = 0;
    for sent in simulation.by_ref() {
        line.clear();
        segment::write(&sent, &mut line);
        hasher.update(&line);
        count += 1;
    }
    for truth in simulation.take_truths() {
        hasher.update(serde_json::to_string(&truth).expect("plain data").as_bytes());
    }
    (count, hasher.finalize().to_hex()[..16].to_owned())
}

#[test]
fn one_seed_gives_the_same_bytes_on_every_machine() {
    assert_eq!(hash("default", 1), (1787, "06df61bfd4654782".to_owned()));
    assert_ne!(hash("default", 1), hash("default", 2));
}

#[test]
fn events_arrive_in_order_and_every_line_that_is_whole_is_json() {
    let mut last = Timestamp::MIN;
    let mut line = Vec::new();
    for sent in Simulation::new(scenario("storm"), 3, 100, 20) {
        assert!(sent.arrived >= last);
        last = sent.arrived;
        line.clear();
        segment::write(&sent, &mut line);
        let read = serde_json::from_slice::<serde_json::Value>(&line);
        assert_eq!(read.is_ok(), sent.shape != crate::Shape::CutOff, "{}", String::from_utf8_lossy(&line));
    }
}

#[test]
fn one_customer_lives_the_same_life_among_few_and_among_many() {
    let life = |customers| -> Vec<String> {
        let simulation = Simulation::new(scenario("quiet"), 5, customers, 20);
        let of_first = simulation.filter(|sent| sent.message.who.user_id.as_deref() == Some("u-00002"));
        let told: BTreeSet<String> =
            of_first.map(|sent| format!("{} {}", sent.message.at, sent.message.kind.word())).collect();
        told.into_iter().collect()
    };
    assert!(!life(20).is_empty());
    assert_eq!(life(20), life(80));
}
