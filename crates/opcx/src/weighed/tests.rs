use opcx_core::reading::{Chosen, Emotion, Model};
use proptest::prelude::*;

use super::*;

fn read(text: &str, choice: Choice) -> Reading {
    Reader::embedded().read(CustomersWords::vouched(text), choice, &mut Scratch::default())
}

#[test]
fn every_word_tells_what_it_adds_as_it_was_written() {
    let text = "@shop I am SO angry!!! Nobody answers, see https://shop.example/1 \u{1f621}";
    for choice in [Choice::Fast, Choice::Deep] {
        let reading = read(text, choice);
        assert_eq!(reading.strongest(), Some(Emotion::Anger), "{choice:?}");
        let words = weigh(CustomersWords::vouched(text), &reading).expect("its words can be weighed");
        let written: Vec<&str> = words.iter().map(|word| word.word.as_str()).collect();
        assert_eq!(written, text.split(' ').collect::<Vec<_>>());
        let most = words.iter().max_by_key(|word| word.emotion).expect("there are words");
        assert_eq!(most.word, "angry!!!", "{choice:?}");
        // Nobody reads who is written to, or an address.
        for word in words.iter().filter(|word| ["@shop", "https://shop.example/1"].contains(&&*word.word)) {
            assert_eq!((word.valence, word.emotion), (0, 0), "{choice:?}: {}", word.word);
        }
    }
}

#[test]
fn what_cannot_be_told_says_why() {
    let text = "I am so angry, nobody answers me";
    let reading = read(text, Choice::Fast);
    let words = CustomersWords::vouched(text);
    let with = |tier, version| {
        let stored = Reading { model: Model { tier, version }, chosen: Chosen::Asked, ..reading.clone() };
        weigh(words, &stored).expect_err("these words cannot be weighed")
    };
    let unread = "Где мой заказ?";
    let told = format!(
        "{}\n{}\n{}\n{}",
        with(Tier::Given, 1),
        with(Tier::Fast, 0),
        weigh(CustomersWords::vouched("Thank you, that was great!"), &reading).expect_err("another text"),
        weigh(CustomersWords::vouched(unread), &read(unread, Choice::Fast)).expect_err("no English"),
    );
    let now = reading.model.version;
    let told = told.replace(&format!("has version {now}"), "has another version");
    expect_test::expect![[r#"
        whoever sent the text sent along what was felt, and not why
        version 0 of the fast tier read it, and this program has another version
        read again, it comes out otherwise, so that its words would tell of another reading
        nothing could be read, so that no word carried it"#]]
    .assert_eq(&told);
}

#[test]
fn what_lies_beyond_what_is_read_adds_nothing() {
    let text = format!("{} I am so angry", "thanks a lot ".repeat(TEXT_BYTES_MAX / 13 + 1));
    let words = weigh(CustomersWords::vouched(&text), &read(&text, Choice::Fast)).expect("it was read");
    assert_eq!(words.len(), text.split_whitespace().count());
    assert!(words.iter().rev().take(4).all(|word| (word.valence, word.emotion) == (0, 0)));
}

proptest! {
    #[test]
    fn the_words_of_any_text_add_up_to_its_pieces(text in "([a-zA-Z'#@:/.!&;\\[\\]\u{e9}\u{1f621}\u{2764}\u{fe0f}0-9]{1,9}[ \n]{1,2}){0,12}") {
        let reading = read(&text, Choice::Fast);
        if reading.felt().is_some() {
            let explained =
                Reader::embedded().explain(CustomersWords::vouched(&text), Choice::Fast, &mut Scratch::default());
            let words = weigh(CustomersWords::vouched(&text), &reading);
            let words = words.expect("no word of it is taken apart otherwise than it is written");
            let sum = |valences: &mut dyn Iterator<Item = i32>| valences.map(i64::from).sum::<i64>();
            prop_assert_eq!(
                sum(&mut words.iter().map(|word| word.valence)),
                sum(&mut explained.valence.iter().map(|part| part.thousandths))
            );
        }
    }
}
