//! Texts that the first model was not sure of, read again by a slower one behind what was decided.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::expect;
use opcx::reread::reread;
use opcx_core::delivery::Policy;
use opcx_core::event::{CustomersWords, Event, Facts, Origin};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::reading::{Chosen, Emotion, Felt, Found, Model, Permille, Reading, Tier, Unknown, Valence};
use opcx_core::record::Entry;
use opcx_emotion::Choice;
use opcx_engine::{
    Budget, Clock as _, Memory, Node, NodeSettings, Outbox, ReadAgain, Submission, Submitted, Waiting,
    WallClock,
};
use opcx_store::{Encoded, EventKey, Store, digest};

use super::shop::Shop;

const COMPLAINT: &str = "third time rebooked, bag still missing";
const CHAT: &str = "my order is with the neighbour";

/// Sure of nothing.
fn at_once(_: CustomersWords<'_>) -> Reading {
    let model = Model { tier: Tier::Fast, version: 1 };
    Reading { model, chosen: Chosen::Doubtful, found: Found::Unknown(Unknown::Unsure) }
}

/// Knows a complaint.
fn later(texts: &[CustomersWords<'_>]) -> Vec<Reading> {
    let read = |words: &CustomersWords<'_>| {
        let (emotion, valence, score) = match words.get() {
            COMPLAINT => (Emotion::Anger, Valence::Negative, -800),
            _ => (Emotion::Neutral, Valence::Neutral, 0),
        };
        let felt = Felt::one(emotion, Permille::new(900), valence, score);
        Reading {
            model: Model { tier: Tier::Deep, version: 1 },
            chosen: Chosen::Doubtful,
            found: Found::Felt(felt),
        }
    };
    texts.iter().map(read).collect()
}

fn start(shop: &Shop, store: &Arc<dyn Store>, again: Option<ReadAgain>) -> Node {
    let settings = NodeSettings {
        store: Arc::clone(store),
        definitions: shop.company().definitions,
        second_look: again.map(|again| (again, Waiting::default())),
        clock: Arc::new(WallClock),
        policy: Policy::default(),
        budget: Budget::default(),
        memory: Arc::new(Memory::unlimited()),
        erased: Arc::new(|_| Ok(())),
    };
    Node::start(settings, Outbox::new()).unwrap()
}

fn message(id: &str, who: &str, said: &str) -> Submitted {
    let event = Event {
        source: "chat".into(),
        id: id.into(),
        // Just now, so that no promise is due before the test is over.
        happened: WallClock.now(),
        kind: "Message Received".into(),
        channel: "chat".into(),
        who: vec![Identifier::new(IdentifierKind::UserId, who).unwrap()],
        masked: Vec::new(),
        facts: Facts::default(),
        said: Some(said.into()),
        reading: None,
        consents: Vec::new(),
        origin: Origin::Customer,
    };
    let event = event.sensed(at_once);
    Submitted { key: Some(EventKey::of(&event.source, &event.id)), entry: Encoded::of(&Entry::Event(event)) }
}

async fn until_decided(node: &Node, records: u64) {
    let mut decided = node.decided();
    while decided.borrow_and_update().get() < records {
        decided.changed().await.unwrap();
    }
}

/// What is read in the texts, the moments that they are, and what was decided, record by record.
fn told(store: &dyn Store) -> String {
    let mut told = String::new();
    for position in (0..store.end().get()).map(Position::new) {
        if let Some(reading) = store.readings(&[position]).unwrap().pop().flatten() {
            let valence = reading.valence().map_or("unknown", Valence::word);
            writeln!(told, "{position}: read by the {:?} tier, {valence}", reading.model.tier).unwrap();
        }
        for moment in store.moments_at(&[position]).unwrap() {
            writeln!(told, "{position}: moment {} {}", moment.moment, moment.outcome.word()).unwrap();
        }
        for receipt in store.receipts(position..position.next(), 10).unwrap() {
            for decision in receipt.decisions.iter() {
                writeln!(told, "{position}: {} because of {}", decision.subject, decision.because).unwrap();
            }
        }
    }
    told
}

#[tokio::test]
async fn a_complaint_that_the_second_look_finds_is_decided_on_when_it_arrives() {
    let shop = Shop::open();
    let store = shop.store();
    // Nothing reads again yet: the texts wait, over a restart too.
    let node = start(&shop, &store, None);
    let entries = vec![message("1", "ada", COMPLAINT), message("2", "ben", CHAT)];
    node.intake().submit(Submission { lane: Lane::LIVE, at: None, entries }).await.unwrap();
    until_decided(&node, 2).await;
    node.shutdown().await;
    expect![[r#"
        0: read by the Fast tier, unknown
        0: moment ask neutral
        1: read by the Fast tier, unknown
        1: moment ask neutral
    "#]]
    .assert_eq(&told(&*store));

    let node = start(&shop, &store, Some(Arc::new(later)));
    until_decided(&node, 4).await;
    node.shutdown().await;
    expect![[r#"
        0: read by the Deep tier, negative
        0: moment ask bad
        1: read by the Deep tier, neutral
        1: moment ask neutral
        2: bad-feeling because of moment ask bad
    "#]]
    .assert_eq(&told(&*store));
    assert_eq!(store.progress().unwrap().totals.texts, 2, "a text read twice counts once");

    // Everything is told by the log: deciding on it again needs no model.
    let definitions = shop.company().definitions;
    let [again, _] = opcx::replay::replay(&store, [&definitions, &definitions]).unwrap();
    assert!(told(&*again).contains("0: moment ask bad\n"));
    let node = start(&shop, &store, Some(Arc::new(later)));
    let before = digest(&*store).unwrap();
    node.shutdown().await;
    assert_eq!(digest(&*store).unwrap(), before, "nothing is read a third time");
}

#[tokio::test]
async fn reading_again_in_shadow_tells_what_would_change_and_changes_nothing() {
    let shop = Shop::open();
    let store = shop.store();
    let node = start(&shop, &store, None);
    let entries = vec![message("1", "ada", COMPLAINT), message("2", "ben", "Thank you so much!")];
    node.intake().submit(Submission { lane: Lane::LIVE, at: None, entries }).await.unwrap();
    until_decided(&node, 2).await;
    node.shutdown().await;
    let (end, before) = (store.end(), digest(&*store).unwrap());

    let definitions = shop.company().definitions;
    let told = reread(&store, &definitions, Choice::Fast, 10, &mut |_| {}).unwrap();
    expect![[r#"
        {
          "texts": 2,
          "by": {
            "fast 1": 2
          },
          "valence": {
            "unknown": {
              "negative": 1,
              "positive": 1
            }
          },
          "valence_differs": 2,
          "ask_differs": 0,
          "first": [
            {
              "position": 0,
              "was": "unknown",
              "is": "negative, neutral, asks: complaint",
              "said": "third time rebooked, bag still missing"
            },
            {
              "position": 1,
              "was": "unknown",
              "is": "positive, gratitude, asks: thanks",
              "said": "Thank you so much!"
            }
          ],
          "decided": null
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&told).unwrap());
    let decided = opcx::reread::decided_otherwise(&store, &definitions, Choice::Fast, 10).unwrap().unwrap();
    assert_eq!((decided.moments_differ, decided.moments["online-order / ask"]["bad"].with), (1, 1));
    assert_eq!((store.end(), digest(&*store).unwrap()), (end, before));
}
