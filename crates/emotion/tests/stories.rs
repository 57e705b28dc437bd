//! What the model that ships reads in messages of the kind that companies get.

use expect_test::{Expect, expect};
use opcx_core::reading::Found;
use opcx_emotion::Reader;

#[test]
fn praise_thanks_and_love_are_read_as_good_feelings() {
    check(
        &[
            "Thank you so much, your agent was amazing!",
            "I love the new app, great job",
            "We are so happy with our flight, can't wait to fly with you again",
            "thanks @united",
            "Hope you can fix it soon",
        ],
        &expect![[r#"
            "Thank you so much, your agent was amazing!": positive 993 (gratitude 996, admiration 837)
            "I love the new app, great job": positive 972 (admiration 873, love 818)
            "We are so happy with our flight, can't wait to fly with you again": positive 617 (joy 659, excitement 346)
            "thanks @united": positive 991 (gratitude 997)
            "Hope you can fix it soon": positive 822 (optimism 814)
        "#]],
    );
}

#[test]
fn anger_and_disappointment_are_read_as_bad_feelings() {
    check(
        &[
            "THIS IS RIDICULOUS. Worst airline ever, I hate you",
            "So disappointed with your service, this is awful",
            "what a disgusting room, the toilet made me sick",
            "I'm scared that we will miss the funeral, I am so worried",
            "I am so sad, you lost the last letter from my mother",
        ],
        &expect![[r#"
            "THIS IS RIDICULOUS. Worst airline ever, I hate you": negative -856 (disgust 795, anger 694, annoyance 534, disapproval 230)
            "So disappointed with your service, this is awful": negative -744 (disappointment 653, disgust 337)
            "what a disgusting room, the toilet made me sick": negative -816 (disgust 809)
            "I'm scared that we will miss the funeral, I am so worried": negative -760 (fear 768, nervousness 562)
            "I am so sad, you lost the last letter from my mother": negative -592 (sadness 691)
        "#]],
    );
}

#[test]
fn questions_and_reports_are_curious_or_neutral() {
    check(
        &[
            "When does the branch open on Saturday?",
            "What does the fee on my invoice mean? I don't understand it",
            "The parcel was delivered on Tuesday at noon.",
            "My bag did not arrive in Boston.",
        ],
        &expect![[r#"
            "When does the branch open on Saturday?": neutral 11 (curiosity 531, neutral 525)
            "What does the fee on my invoice mean? I don't understand it": neutral -100 (confusion 544, curiosity 332)
            "The parcel was delivered on Tuesday at noon.": neutral -25 (neutral 649)
            "My bag did not arrive in Boston.": neutral -156 (neutral 823)
        "#]],
    );
}

#[test]
fn a_text_without_words_is_unknown_because_it_is_empty() {
    check(
        &["", "  \n", "@united", "https://t.co/abc123 @delta [NAME]", "?!...", "12 34"],
        &expect![[r#"
        "": unknown, Empty
        "  \n": unknown, Empty
        "@united": unknown, Empty
        "https://t.co/abc123 @delta [NAME]": unknown, Empty
        "?!...": unknown, Empty
        "12 34": unknown, Empty
    "#]],
    );
}

#[test]
fn another_language_is_unknown() {
    check(
        &[
            "Мой рейс отменили, и никто не отвечает. Ужасно!",
            "Спасибо",
            "我的行李还没有到",
            "Wo ist mein Gepäck? Ich warte seit drei Stunden und niemand hilft mir.",
            "Vielen Dank für die schnelle Hilfe, das war großartig!",
            "Mon vol a été annulé et personne ne répond au téléphone.",
            "Merci beaucoup pour votre aide, c'était parfait",
            "Mi vuelo fue cancelado y nadie contesta el teléfono",
            "Muchas gracias por la ayuda, son los mejores",
            "O meu voo foi cancelado e ninguém atende o telefone",
            "Il mio volo è stato cancellato e nessuno risponde",
            "Mijn vlucht is geannuleerd en niemand neemt de telefoon op",
            "Mój lot został odwołany i nikt nie odbiera telefonu",
            "Mitt flyg är inställt och ingen svarar i telefon",
            "Uçuşum iptal edildi ve kimse telefona cevap vermiyor",
        ],
        &expect![[r#"
            "Мой рейс отменили, и никто не отвечает. Ужасно!": unknown, Language
            "Спасибо": unknown, Language
            "我的行李还没有到": unknown, Language
            "Wo ist mein Gepäck? Ich warte seit drei Stunden und niemand hilft mir.": unknown, Language
            "Vielen Dank für die schnelle Hilfe, das war großartig!": unknown, Language
            "Mon vol a été annulé et personne ne répond au téléphone.": unknown, Language
            "Merci beaucoup pour votre aide, c'était parfait": unknown, Language
            "Mi vuelo fue cancelado y nadie contesta el teléfono": unknown, Language
            "Muchas gracias por la ayuda, son los mejores": unknown, Language
            "O meu voo foi cancelado e ninguém atende o telefone": unknown, Language
            "Il mio volo è stato cancellato e nessuno risponde": unknown, Language
            "Mijn vlucht is geannuleerd en niemand neemt de telefoon op": unknown, Language
            "Mój lot został odwołany i nikt nie odbiera telefonu": unknown, Language
            "Mitt flyg är inställt och ingen svarar i telefon": unknown, Language
            "Uçuşum iptal edildi ve kimse telefona cevap vermiyor": unknown, Language
        "#]],
    );
}

#[test]
fn a_short_text_of_unknown_words_is_unknown_as_well() {
    check(
        &["danke", "Qxzzy", "AA1234 DFW"],
        &expect![[r#"
            "danke": unknown, Unsure
            "Qxzzy": unknown, Unsure
            "AA1234 DFW": unknown, Unsure
        "#]],
    );
}

fn check(texts: &[&str], expected: &Expect) {
    let readings = Reader::embedded().read_all(texts.iter().copied());
    let mut lines = String::new();
    for (text, reading) in texts.iter().zip(readings) {
        let found = match reading.found {
            Found::Unknown(why) => format!("unknown, {why:?}"),
            Found::Felt(felt) => {
                let emotions: Vec<String> = felt
                    .emotions
                    .iter()
                    .map(|(emotion, confidence)| format!("{emotion} {}", confidence.get()))
                    .collect();
                format!("{} {} ({})", felt.valence.word(), felt.valence_permille, emotions.join(", "))
            }
        };
        lines += &format!("{text:?}: {found}\n");
    }
    expected.assert_eq(&lines);
}
