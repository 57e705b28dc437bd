use std::collections::BTreeSet;

use super::*;

const NAMES: Names = Names { product: "moka pot", carrier: "City Post", branch: "Station", order: 4711 };

fn wish(language: Language, topic: Topic, emotion: Emotion) -> Wish {
    Wish { language, topic, emotion, names: NAMES }
}

#[test]
fn every_topic_can_be_written_in_every_language() {
    for grammar in GRAMMARS.iter() {
        for topic in Topic::ALL {
            assert!(grammar.has(&format!("{}.say", topic.word())), "{}", topic.word());
        }
        for rule in ["hello", "bye", "sarcasm", "yet-good", "yet-bad", "feel.good", "feel.bad"] {
            assert!(grammar.has(rule), "{rule}");
        }
    }
}

#[test]
fn a_situation_has_thousands_of_wordings() {
    let mut random = Random::stream(1, 1);
    for topic in Topic::ALL {
        let texts: BTreeSet<String> = (0..3_000)
            .map(|_| {
                write(&mut random, wish(Language::English, topic, Emotion::Annoyance), Texts::default()).text
            })
            .collect();
        assert!(texts.len() > 2_500, "{}: {} of 3000 differ", topic.word(), texts.len());
    }
}

#[test]
fn sarcasm_and_mixed_feelings_come_at_their_rates_and_only_with_feelings() {
    let mut random = Random::stream(2, 1);
    let mut count = |emotion| {
        let texts: Vec<Written> = (0..10_000)
            .map(|_| write(&mut random, wish(Language::English, Topic::Late, emotion), Texts::default()))
            .collect();
        let sarcastic = texts.iter().filter(|one| one.sarcasm).count();
        (sarcastic, texts.iter().filter(|one| one.mixed).count())
    };
    let (sarcasm, mixed) = count(Emotion::Anger);
    assert!(sarcasm.abs_diff(400) < 80 && mixed.abs_diff(576) < 90, "{sarcasm}, {mixed}");
    assert_eq!(count(Emotion::Neutral), (0, 0));
    let (sarcasm, mixed) = count(Emotion::Joy);
    assert!(sarcasm == 0 && mixed.abs_diff(600) < 90);
}

#[test]
fn every_name_stands_in_some_text() {
    let mut random = Random::stream(3, 1);
    let mut texts = String::new();
    for _ in 0..2_000 {
        for topic in [Topic::Late, Topic::Branch] {
            texts +=
                &write(&mut random, wish(Language::English, topic, Emotion::Anger), Texts::default()).text;
        }
    }
    for name in ["moka pot", "City Post", "Station", "o-4711"] {
        assert!(texts.contains(name), "{name}");
    }
}
