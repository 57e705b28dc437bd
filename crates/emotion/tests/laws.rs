//! What holds for every text.

use expect_test::expect;
use opcx_core::reading::{Found, Valence};
use opcx_emotion::{Reader, Scratch, TEXT_BYTES_MAX};
use proptest::prelude::*;

/// The digest changes with every version of the model, and with nothing else: not with the
/// machine, the compiler, the build or the order of the texts.
#[test]
fn a_version_of_the_model_reads_the_same_everywhere() {
    let reader = Reader::embedded();
    let mut hasher = blake3::Hasher::new();
    let mut scratch = Scratch::default();
    for number in 0..2000 {
        let reading = reader.read(&made_up_text(number), &mut scratch);
        hasher.update(format!("{reading:?}\n").as_bytes());
    }
    expect!["1 457e60494646871163f7525be3fa2bbce00a546baa563f8faeccead4fce41320"].assert_eq(&format!(
        "{} {}",
        reader.read("", &mut scratch).model.version,
        hasher.finalize()
    ));
}

proptest! {
    #[test]
    fn any_text_gives_a_reading_within_range(text in any_text()) {
        let reading = Reader::embedded().read(&text, &mut Scratch::default());
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
        reader.read(&before, &mut used);
        prop_assert_eq!(reader.read(&text, &mut used), reader.read(&text, &mut Scratch::default()));
    }

    #[test]
    fn handles_and_links_change_nothing(handle in "@[A-Za-z0-9_]{1,15}", link in "https://[a-z]{3,9}\\.example/[a-z0-9]{0,9}") {
        let reader = Reader::embedded();
        let text = "my bag is late and I am really angry";
        let with = format!("{handle} {text} {link}");
        let mut scratch = Scratch::default();
        prop_assert_eq!(reader.read(&with, &mut scratch), reader.read(text, &mut scratch));
    }
}

#[test]
fn only_the_beginning_of_an_endless_text_is_read() {
    let reader = Reader::embedded();
    let mut scratch = Scratch::default();
    let thanks = "thank you so much! ".repeat(TEXT_BYTES_MAX / 19 + 1);
    let then_anger = thanks.clone() + &"I hate this! ".repeat(10_000);
    let reading = reader.read(&then_anger, &mut scratch);
    assert_eq!(reading, reader.read(&thanks, &mut scratch));
    assert_eq!(reading.valence(), Some(Valence::Positive));

    let cut_inside_a_letter = "я".repeat(TEXT_BYTES_MAX).replacen('я', "a", 1);
    reader.read(&cut_inside_a_letter, &mut scratch);
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
