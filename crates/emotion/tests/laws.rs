//! What holds for every text.

use expect_test::expect;
use opcx_core::event::{CustomersWords, Event, Facts, Origin};
use opcx_core::reading::{Chosen, Found, Reading, Tier, Valence};
use opcx_core::time::Timestamp;
use opcx_emotion::{Choice, Reader, Scratch, TEXT_BYTES_MAX};
use proptest::prelude::*;

/// The digest changes with every version of the model, and with nothing else: not with the
/// machine, the compiler, the build or the order of the texts.
#[test]
fn a_version_of_the_fast_tier_reads_the_same_everywhere() {
    let reader = Reader::embedded();
    let mut hasher = blake3::Hasher::new();
    let mut scratch = Scratch::default();
    for number in 0..2000 {
        let reading = fast(&reader, &made_up_text(number), &mut scratch);
        hasher.update(format!("{reading:?}\n").as_bytes());
    }
    expect!["3 8d58b4e69d7c87c4fa3238090f545e093fa258a0c8645484b054020c573694c0"].assert_eq(&format!(
        "{} {}",
        fast(&reader, "", &mut scratch).model.version,
        hasher.finalize()
    ));
}

proptest! {
    #[test]
    fn any_text_gives_a_reading_within_range(text in any_text()) {
        let reading = fast(&Reader::embedded(), &text, &mut Scratch::default());
        if let Found::Felt(felt) = reading.found {
            prop_assert!(!felt.emotions.is_empty());
            prop_assert!(felt.emotions.is_sorted_by(|one, other| one.1 >= other.1));
            prop_assert!((-1000..=1000).contains(&felt.valence_permille));
        }
    }

    #[test]
    fn what_was_read_before_changes_nothing(before in any_text(), text in any_text()) {
        let reader = Reader::embedded();
        let mut used = Scratch::default();
        fast(&reader, &before, &mut used);
        prop_assert_eq!(fast(&reader, &text, &mut used), fast(&reader, &text, &mut Scratch::default()));
    }

    #[test]
    fn handles_and_links_change_nothing(handle in "@[A-Za-z0-9_]{1,15}", link in "https://[a-z]{3,9}\\.example/[a-z0-9]{0,9}") {
        let reader = Reader::embedded();
        let text = "my bag is late and I am really angry";
        let with = format!("{handle} {text} {link}");
        let mut scratch = Scratch::default();
        prop_assert_eq!(fast(&reader, &with, &mut scratch), fast(&reader, text, &mut scratch));
    }
}

#[test]
fn only_the_beginning_of_an_endless_text_is_read() {
    let reader = Reader::embedded();
    let mut scratch = Scratch::default();
    let thanks = "thank you so much! ".repeat(TEXT_BYTES_MAX / 19 + 1);
    let then_anger = thanks.clone() + &"I hate this! ".repeat(10_000);
    let reading = fast(&reader, &then_anger, &mut scratch);
    assert_eq!(reading, fast(&reader, &thanks, &mut scratch));
    assert_eq!(reading.valence(), Some(Valence::Positive));

    let cut_inside_a_letter = "я".repeat(TEXT_BYTES_MAX).replacen('я', "a", 1);
    fast(&reader, &cut_inside_a_letter, &mut scratch);
}

fn fast(reader: &Reader, text: &str, scratch: &mut Scratch) -> Reading {
    reader.read(CustomersWords::vouched(text), Choice::Fast, scratch)
}

/// To the bit: what is read beside a text, and how many texts at a time, changes nothing.
#[test]
fn many_texts_are_read_as_each_would_be_by_itself() {
    let reader = Reader::embedded();
    let texts: Vec<String> = (0..60).map(made_up_text).collect();
    let words = || texts.iter().map(|text| CustomersWords::vouched(text));
    for choice in [Choice::Fast, Choice::Deep, Choice::Auto, Choice::Hurried] {
        let mut scratch = Scratch::default();
        let together: Vec<Reading> =
            reader.read_all(words(), choice, &mut scratch).into_iter().map(|(reading, _)| reading).collect();
        let alone: Vec<Reading> = words().map(|words| reader.read(words, choice, &mut scratch)).collect();
        assert_eq!(together, alone, "{choice:?}");
    }
}

#[test]
fn under_overload_the_fast_tier_answers_and_the_reading_says_so() {
    let reader = Reader::embedded();
    let texts: Vec<String> = (0..200).map(made_up_text).collect();
    let mut scratch = Scratch::default();
    let mut read = |choice| -> Vec<Reading> {
        let words = texts.iter().map(|text| CustomersWords::vouched(text));
        reader.read_all(words, choice, &mut scratch).into_iter().map(|(reading, _)| reading).collect()
    };
    let (auto, hurried, fast) = (read(Choice::Auto), read(Choice::Hurried), read(Choice::Fast));
    assert!(auto.iter().any(|reading| reading.model.tier == Tier::Deep));
    for ((auto, hurried), fast) in auto.iter().zip(&hurried).zip(&fast) {
        assert_eq!((hurried.model, &hurried.found), (fast.model, &fast.found));
        let expected = if auto.model.tier == Tier::Deep { Chosen::Overloaded } else { Chosen::Sure };
        assert_eq!(hurried.chosen, expected);
    }
}

/// Law 11. That nothing but words of customers goes into a reader, the compiler sees to; where they come from, this.
#[test]
fn law_11_only_a_customers_event_gives_words_to_read() {
    let event = |origin| Event {
        source: "s".into(),
        id: "1".into(),
        happened: Timestamp::EPOCH,
        kind: "Message".into(),
        channel: "phone".into(),
        who: Vec::new(),
        masked: Vec::new(),
        facts: Facts::default(),
        said: Some("This is outrageous".into()),
        reading: None,
        consents: Vec::new(),
        origin,
    };
    let is_read = |origin| event(origin).customers_words().is_some();
    assert_eq!([Origin::Customer, Origin::Probe, Origin::Staff].map(is_read), [true, false, false]);
}

fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,9}",
        "[A-Z' ]{1,9}",
        Just("thank you".to_owned()),
        Just("angry".to_owned()),
        "[@#\\[\\]:/.!?*-]{1,5}",
        any::<char>().prop_map(String::from),
        "\\PC{0,12}",
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

fn made_up_text(seed: u64) -> String {
    const WORDS: [&str; 40] = [
        "i",
        "you",
        "the",
        "my",
        "is",
        "not",
        "was",
        "so",
        "thank",
        "thanks",
        "love",
        "hate",
        "angry",
        "late",
        "bag",
        "flight",
        "refund",
        "why",
        "?",
        "!!!",
        "please",
        "sorry",
        "great",
        "worst",
        "ever",
        "wow",
        "lol",
        "\u{1f621}",
        "\u{2764}\u{fe0f}",
        ":)",
        "WHERE",
        "scared",
        "happy",
        "never",
        "again",
        "don\u{2019}t",
        "know",
        "caf\u{e9}",
        "sooooo",
        "@shop",
    ];
    let mut state = seed;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits fit") % bound
    };
    let words: Vec<&str> = (0..2 + next(30)).map(|_| WORDS[next(WORDS.len())]).collect();
    words.join(" ")
}
