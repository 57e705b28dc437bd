//! The world's two models: a first one that is sure of some texts alone, and a slower one that knows better.

use opcx_core::event::CustomersWords;
use opcx_core::reading::{Chosen, Emotion, Felt, Found, Model, Permille, Reading, Tier, Unknown, Valence};

/// What customers say. The first model is sure of the first two; of the others the second one thinks otherwise, knows
/// no more, or thinks the same.
pub(crate) const TEXTS: [&str; 6] =
    ["it is bad", "it is good", "well done, it is late again", "not bad at all", "hm", "it is so so"];

/// What the first model reads when an event is accepted. What comes from files is not looked at again.
pub(crate) fn first(words: CustomersWords<'_>, is_live: bool) -> Reading {
    let (found, is_sure) = match words.get() {
        "it is bad" => (bad(), true),
        "it is good" | "well done, it is late again" => (good(), words.get() == "it is good"),
        "not bad at all" => (bad(), false),
        _ => (Found::Unknown(Unknown::Unsure), false),
    };
    let chosen = match (is_sure, is_live) {
        (true, _) => Chosen::Sure,
        (false, true) => Chosen::Doubtful,
        (false, false) => Chosen::Overloaded,
    };
    Reading { model: Model { tier: Tier::Fast, version: 1 }, chosen, found }
}

/// What the second model reads.
pub(crate) fn second(texts: &[CustomersWords<'_>]) -> Vec<Reading> {
    let read = |words: &CustomersWords<'_>| {
        let found = match words.get() {
            "it is bad" | "well done, it is late again" => bad(),
            "it is good" | "not bad at all" => good(),
            "it is so so" => felt(Emotion::Neutral, Valence::Neutral, 0),
            _ => Found::Unknown(Unknown::Unsure),
        };
        Reading { model: Model { tier: Tier::Deep, version: 1 }, chosen: Chosen::Doubtful, found }
    };
    texts.iter().map(read).collect()
}

pub(crate) fn bad() -> Found {
    felt(Emotion::Anger, Valence::Negative, -700)
}

pub(crate) fn good() -> Found {
    felt(Emotion::Joy, Valence::Positive, 700)
}

fn felt(emotion: Emotion, valence: Valence, valence_permille: i16) -> Found {
    Found::Felt(Felt::one(emotion, Permille::new(800), valence, valence_permille))
}
