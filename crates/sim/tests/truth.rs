//! What holds between the events and the truth, whatever the seed: customers, promises, texts and failures of the
//! truth can be found in what the company's systems sent, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::time::{Span, Timestamp};
use opcx_sim::message::{Fact, Kind, Message};
use opcx_sim::scenario::{BUILT_IN, Share};
use opcx_sim::texts::Intent;
use opcx_sim::truth::{Mishap, PromiseEnd};
use opcx_sim::wire::segment;
use opcx_sim::{Scenario, Sent, Shape, Simulation, Truth};
use proptest::prelude::*;

/// After so long nothing is on its way any more: late events take five hours more in the mean.
const LATEST: Span = Span::DAY.times(4);

fn scenario(at: usize) -> Scenario {
    Scenario::parse(BUILT_IN[at].1).expect("a test reads the scenarios")
}

/// What was played: what arrived, and what was true.
#[derive(Debug)]
struct Run {
    sent: Vec<Sent>,
    truths: Vec<Truth>,
    end: Timestamp,
}

impl Run {
    fn of(scenario: Scenario, seed: u64, customers: u32, days: u16) -> Run {
        let mut simulation = Simulation::new(scenario, seed, customers, days);
        let sent: Vec<Sent> = simulation.by_ref().collect();
        Run { sent, end: simulation.end(), truths: simulation.take_truths() }
    }

    /// Each event once, by the id that the truth names it by.
    fn events(&self) -> BTreeMap<String, &Message> {
        self.sent.iter().map(|sent| (format!("m-{}", sent.message.number), &*sent.message)).collect()
    }

    fn on_its_way(&self, wanted: Mishap) -> BTreeSet<&str> {
        let told = self.truths.iter().filter_map(|truth| match truth {
            Truth::OnItsWay(mishap) if mishap.what == wanted => Some(mishap.event.as_str()),
            _ => None,
        });
        told.collect()
    }
}

/// A scenario's place, and a seed: a small company of that fate.
fn companies() -> impl Strategy<Value = (usize, u64)> {
    (0..BUILT_IN.len(), any::<u64>())
}

fn played((at, seed): (usize, u64)) -> Run {
    Run::of(scenario(at), seed, 60, 26)
}

/// The order or contact that an event is about, as a promise names it.
fn key(message: &Message) -> Option<String> {
    let of = |wanted| message.facts.iter().find(|(name, _)| *name == wanted).map(|(_, fact)| *fact);
    match (of("contact_id"), of("order_id")) {
        (Some(Fact::Contact(contact)), _) => Some(format!("k-{contact}")),
        (_, Some(Fact::Order(order))) => Some(format!("o-{order}")),
        _ => None,
    }
}

/// By which events a promise is made, and kept.
fn kinds(promise: &str) -> (Kind, Kind) {
    match promise {
        "delivered-by" => (Kind::OrderShipped, Kind::OrderDelivered),
        "ready-by" => (Kind::CollectionPromised, Kind::CollectionReady),
        "money-back" => (Kind::ReturnRequested, Kind::RefundPaid),
        "answered" => (Kind::MessageReceived, Kind::MessageAnswered),
        other => panic!("a promise that nobody knows: {other}"),
    }
}

/// Whether so many of `n` are the share, within five deviations.
#[allow(clippy::cast_precision_loss, reason = "thousands of events")]
fn is_about(count: usize, n: usize, share: Share) -> bool {
    let (n, p) = (n as f64, f64::from(share.millionths()) / 1_000_000.0);
    (count as f64 - n * p).abs() <= 5.0 * (n * p * (1.0 - p)).sqrt() + 1.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_seed_gives_the_same_bytes_and_another_seed_others(seed: u64) {
        let bytes = |seed| {
            let run = Run::of(scenario(2), seed, 12, 12);
            let mut bytes = Vec::new();
            run.sent.iter().for_each(|sent| segment::write(sent, &mut bytes));
            run.truths.iter().for_each(|truth| serde_json::to_writer(&mut bytes, truth).expect("plain data"));
            bytes
        };
        prop_assert_eq!(bytes(seed), bytes(seed));
        prop_assert_ne!(bytes(seed), bytes(seed.wrapping_add(1)));
    }

    #[test]
    fn each_of_few_customers_lives_the_same_life_among_many(seed: u64, at in 0..BUILT_IN.len()) {
        let lives = |customers| {
            let run = Run::of(scenario(at), seed, customers, 14);
            let mut lives: BTreeMap<u32, Vec<(Timestamp, String, i64)>> = BTreeMap::new();
            for truth in run.truths {
                if let Truth::Felt(felt) = truth
                    && felt.person < 8
                {
                    lives.entry(felt.person).or_default().push((felt.at, felt.about, felt.change));
                }
            }
            lives
        };
        // A newcomer's number depends on how many there are, so only those who were there first are looked at.
        prop_assert_eq!(lives(8), lives(30));
    }

    #[test]
    fn every_promise_of_the_truth_stands_in_the_events(company in companies()) {
        let run = played(company);
        let events = run.events();
        let told: BTreeSet<(Kind, String, Timestamp)> = events
            .values()
            .filter_map(|message| Some((message.kind, key(message)?, message.really_at)))
            .collect();
        let lost = run.on_its_way(Mishap::Lost).len();
        let (mut promises, mut without_proof) = (0, 0);
        for truth in &run.truths {
            let Truth::Promise(promise) = truth else { continue };
            promises += 1;
            let (made, kept) = kinds(&promise.promise);
            let is_told =
                |kind, at: Timestamp| at + LATEST > run.end || told.contains(&(kind, promise.key.clone(), at));
            prop_assert!(is_told(made, promise.made), "{promise:?}");
            let is_in_time = promise.done.is_some_and(|done| done <= promise.due);
            prop_assert_eq!(is_in_time, promise.state == PromiseEnd::Kept, "{:?}", promise);
            prop_assert!(promise.state != PromiseEnd::Owed || promise.due >= run.end, "{promise:?}");
            without_proof += usize::from(promise.done.is_some_and(|done| !is_told(kept, done)));
        }
        // A parcel's last scan may be lost on its way, and that is told.
        prop_assert!(promises > 20 && without_proof <= lost, "{without_proof} of {promises}");
    }

    #[test]
    fn every_identifier_of_the_truth_stands_in_an_event_that_can_be_read_and_no_other_does(
        company in companies(),
    ) {
        let run = played(company);
        let mut told = BTreeSet::new();
        for sent in run.sent.iter().filter(|sent| sent.shape == Shape::Good) {
            let who = &sent.message.who;
            let named = [
                ("user_id", &who.user_id),
                ("email", &who.email),
                ("phone", &who.phone),
                ("handle", &who.handle),
                ("anonymous_id", &who.anonymous_id),
            ];
            for (kind, value) in named {
                told.extend(value.iter().map(|value| format!("{kind}:{value}")));
            }
        }
        let mut truly = BTreeSet::new();
        for truth in &run.truths {
            let Truth::Person(person) = truth else { continue };
            for identifier in person.identifiers.iter().flatten() {
                prop_assert!(truly.insert(identifier.clone()), "{identifier} is theirs alone");
            }
        }
        for truth in &run.truths {
            if let Truth::Person(person) = truth {
                truly.extend(person.shared.iter().cloned());
            }
        }
        prop_assert_eq!(told, truly);
    }

    #[test]
    fn what_happens_on_the_way_happens_as_often_as_the_scenario_sets(
        seed: u64,
        twice in 0_u16..60,
        late in 0_u16..60,
        skewed in 0_u16..300,
        malformed in 0_u16..60,
        wrong in 0_u16..200,
    ) {
        let mut scenario = scenario(1);
        let how = &mut scenario.transport;
        how.twice = Share::permille(twice);
        how.late = Share::permille(late);
        how.skewed = Share::permille(skewed);
        how.malformed = Share::permille(malformed);
        how.wrong_currency = Share::permille(wrong);
        let how = *how;
        let run = Run::of(scenario, seed, 120, 20);
        let events = run.events();
        let of_those =
            |mishap| run.on_its_way(mishap).into_iter().filter(|id| events.contains_key(*id)).count();
        prop_assert!(is_about(of_those(Mishap::Late), events.len(), how.late));
        let whole: BTreeSet<u64> = run
            .sent
            .iter()
            .filter(|sent| sent.shape == Shape::Good)
            .map(|sent| sent.message.number)
            .collect();
        prop_assert_eq!(events.len() - whole.len(), of_those(Mishap::Malformed));
        prop_assert!(is_about(events.len() - whole.len(), events.len(), how.malformed));
        prop_assert!(is_about(of_those(Mishap::Twice), whole.len(), how.twice));
        let again = run.sent.len() - events.len();
        // The second time of the very last ones is after the end.
        prop_assert!(again <= of_those(Mishap::Twice) && again + 10 > of_those(Mishap::Twice));
        let paid: Vec<&Message> = events
            .values()
            .copied()
            .filter(|message| matches!(message.kind, Kind::OrderCompleted | Kind::ReceiptPrinted))
            .collect();
        let dollars = ("currency", Fact::Word("USD"));
        let in_dollars = paid.iter().filter(|message| message.facts.contains(&dollars)).count();
        prop_assert!(is_about(in_dollars, paid.len(), how.wrong_currency), "{in_dollars} of {}", paid.len());
        let mut devices: BTreeMap<&str, bool> = BTreeMap::new();
        for message in events.values().filter(|message| message.kind == Kind::ProductViewed) {
            if let Some(user) = message.who.user_id.as_deref() {
                devices.insert(user, message.at != message.really_at);
            }
        }
        let off = devices.values().filter(|is_off| **is_off).count();
        prop_assert!(is_about(off, devices.len(), how.skewed), "{off} of {}", devices.len());
    }

    #[test]
    fn the_first_complaint_is_the_earliest_text_that_complains_about_its_cause(seed: u64) {
        let run = Run::of(scenario(2), seed, 150, 40);
        let events = run.events();
        let mut first: BTreeMap<&str, (Timestamp, &str)> = BTreeMap::new();
        for truth in &run.truths {
            let Truth::Text(text) = truth else { continue };
            let Some(cause) = text.cause.as_deref().filter(|_| text.intent != Intent::Ask) else { continue };
            let Some(message) = events.get(&text.event) else { continue };
            let one = (message.really_at, text.event.as_str());
            first.entry(cause).and_modify(|first| *first = one.min(*first)).or_insert(one);
        }
        let mut told = BTreeMap::new();
        for truth in &run.truths {
            let Truth::FirstComplaint(complaint) = truth else { continue };
            if events.contains_key(&complaint.event) {
                told.insert(complaint.cause.as_str(), (complaint.at, complaint.event.as_str()));
            } else {
                // It was on its way at the end, and so was all that came after it.
                prop_assert!(complaint.at + LATEST > run.end);
                first.remove(complaint.cause.as_str());
            }
        }
        prop_assert!(!told.is_empty(), "nobody complains in forty days");
        prop_assert_eq!(told, first);
    }

    #[test]
    fn what_a_cause_did_is_the_sum_of_what_was_felt_and_lost_for_it(company in companies()) {
        let run = played(company);
        let mut felt: BTreeMap<&str, (BTreeSet<u32>, u64, i64)> = BTreeMap::new();
        let mut lost: BTreeMap<&str, i64> = BTreeMap::new();
        for truth in &run.truths {
            match truth {
                Truth::Felt(one) => {
                    let Some(cause) = one.cause.as_deref() else { continue };
                    let (people, times, change) = felt.entry(cause).or_default();
                    people.insert(one.person);
                    *times += 1;
                    *change += one.change;
                }
                Truth::Loss(loss) => *lost.entry(loss.cause.as_str()).or_default() += loss.cents,
                _ => {}
            }
        }
        for truth in &run.truths {
            let Truth::Effect(effect) = truth else { continue };
            let cause = effect.cause.as_str();
            let (people, times, change) = felt.remove(cause).unwrap_or_default();
            let summed = (people.len() as u64, times, change);
            prop_assert_eq!(summed, (effect.people, effect.times, effect.trust_change), "{}", cause);
            // Beyond what was lost at once there is what those would have spent who left.
            prop_assert!(effect.lost_cents >= lost.remove(cause).unwrap_or(0), "{effect:?}");
        }
        prop_assert!(felt.is_empty() && lost.is_empty(), "causes without an effect");
    }

    #[test]
    fn what_was_felt_and_said_names_an_event_that_was_sent(company in companies()) {
        let run = played(company);
        let events = run.events();
        let lost = run.on_its_way(Mishap::Lost);
        for truth in &run.truths {
            match truth {
                // A review is written some days after what it is about was felt.
                Truth::Felt(felt) if felt.at + LATEST + LATEST + LATEST < run.end => {
                    let Some(event) = felt.event.as_deref() else { continue };
                    prop_assert!(events.contains_key(event) || lost.contains(event), "{felt:?}");
                }
                Truth::Text(text) => {
                    let said = events.get(&text.event).map(|message| message.said.is_some());
                    prop_assert!(said.unwrap_or(true), "{text:?}");
                }
                _ => {}
            }
        }
    }
}
