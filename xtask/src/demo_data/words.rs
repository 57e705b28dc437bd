//! What the shop's customers write: a small grammar of our own.

use super::random::Random;

/// What somebody writes about.
#[derive(Debug, Clone, Copy)]
pub(super) enum About {
    /// The parcel is late.
    Late,
    /// It is late and nobody answered.
    LateAgain,
    /// It came broken.
    Damaged,
    /// The payment did not go through.
    Payment,
    /// A question.
    Question,
    /// Thanks.
    Thanks,
}

const HELLO: [&str; 6] = ["Hello, ", "Hi there, ", "Good morning, ", "", "", "Hey, "];

/// A message about `about` and the `product`.
pub(super) fn message(random: &mut Random, about: About, product: &str) -> String {
    let (says, ends): (&[&str], &[&str]) = match about {
        About::Late => (
            &[
                "where is my PRODUCT? It should have been here by now",
                "I took a day off for the PRODUCT and nobody came",
                "the tracking has said the same thing about my PRODUCT for days",
                "my PRODUCT has still not arrived",
            ],
            &[
                ". Can you find out?",
                ". This is really annoying.",
                ". I am disappointed, I trusted you.",
                ".",
            ],
        ),
        About::LateAgain => (
            &[
                "I wrote to you about my PRODUCT and nobody answers",
                "this is the third time I ask about my PRODUCT",
                "still waiting for my PRODUCT and for an answer",
            ],
            &[". This is terrible service!", ". I am so angry.", ". Never again.", ". I feel let down."],
        ),
        About::Damaged => (
            &[
                "the PRODUCT arrived with a crack in it, so it is broken",
                "my new PRODUCT leaks all over the counter",
                "I unpacked the PRODUCT and the handle was broken off",
            ],
            &[
                ". I would like my money back.",
                ". I am sad, it was a present.",
                ". That is not good enough.",
                ".",
            ],
        ),
        About::Payment => (
            &[
                "I tried to pay for the PRODUCT and the card was refused, though nothing is wrong with it",
                "the payment for my PRODUCT failed and I think I was charged twice",
                "your checkout throws an error when I want to pay for the PRODUCT",
            ],
            &[". What should I do?", ". I am worried about my money.", ". Ridiculous.", "."],
        ),
        About::Question => (
            &[
                "which filter fits the PRODUCT",
                "does the PRODUCT work on an induction hob",
                "how often should I descale the PRODUCT",
                "is there a spare gasket for the PRODUCT",
            ],
            &["?", "? I could not find it on the page.", "? Thanks in advance!"],
        ),
        About::Thanks => (
            &[
                "thank you for the quick help with my PRODUCT",
                "I love my PRODUCT, the coffee is wonderful",
                "that was kind of you, the PRODUCT works perfectly now",
            ],
            &["!", ". Great people.", ". I am really happy with it."],
        ),
    };
    put_together(random, says, ends, product)
}

/// A review that gives `stars`.
pub(super) fn review(random: &mut Random, stars: u64, product: &str) -> String {
    let says: &[&str] = match stars {
        0..=2 => &["The PRODUCT is a disappointment", "I regret the PRODUCT, and the wait was awful"],
        3 => &["The PRODUCT does what it should", "An ordinary PRODUCT"],
        _ => {
            &["The PRODUCT is wonderful, I love it", "Best coffee I have made at home, thanks to the PRODUCT"]
        }
    };
    put_together(random, says, &[".", "!", ", to be honest."], product)
}

fn put_together(random: &mut Random, says: &[&str], ends: &[&str], product: &str) -> String {
    let (hello, says, ends) = (random.one_of(&HELLO), random.one_of(says), random.one_of(ends));
    format!("{hello}{}{ends}", says.replace("PRODUCT", product))
}
