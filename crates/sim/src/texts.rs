//! What customers write: a grammar of our own, with the truth beside each text.
//!
//! * **Made of** – a greeting, what happened, a detail, a feeling, a wish, a farewell; each may be missing, and
//!   each has alternatives within alternatives (`grammar/*.txt`). Then people mistype, shout, leave out marks.
//! * **Truth** – topic, intent, emotion, valence, sarcasm and mixed feelings are chosen first and the words
//!   after, so they are known without reading.
//! * **No giveaway** – many texts say what happened and leave the feeling to be guessed; how far a model can
//!   learn from them is measured by `cargo xtask sim-texts` (`docs/benchmarks.md`).

mod grammar;
mod slips;

use std::sync::LazyLock;

use opcx_core::reading::{Emotion, Valence};
use serde::{Deserialize, Serialize};

use crate::company::Language;
use crate::random::Random;
use crate::scenario::Texts;

use grammar::{Grammar, Names};

/// What somebody writes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Topic {
    Late,
    Silence,
    Payment,
    Download,
    Damaged,
    WrongItem,
    Branch,
    Refund,
    Price,
    Question,
    Thanks,
    ProductGood,
    ProductBad,
    ServiceGood,
    Leaving,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Topic; 15] = [
        Topic::Late,
        Topic::Silence,
        Topic::Payment,
        Topic::Download,
        Topic::Damaged,
        Topic::WrongItem,
        Topic::Branch,
        Topic::Refund,
        Topic::Price,
        Topic::Question,
        Topic::Thanks,
        Topic::ProductGood,
        Topic::ProductBad,
        Topic::ServiceGood,
        Topic::Leaving,
    ];

    /// The word in the grammar.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Topic::Late => "late",
            Topic::Silence => "silence",
            Topic::Payment => "payment",
            Topic::Download => "download",
            Topic::Damaged => "damaged",
            Topic::WrongItem => "wrong-item",
            Topic::Branch => "branch",
            Topic::Refund => "refund",
            Topic::Price => "price",
            Topic::Question => "question",
            Topic::Thanks => "thanks",
            Topic::ProductGood => "product-good",
            Topic::ProductBad => "product-bad",
            Topic::ServiceGood => "service-good",
            Topic::Leaving => "leaving",
        }
    }

    /// What it is written for.
    #[must_use]
    pub const fn intent(self) -> Intent {
        match self {
            Topic::Late
            | Topic::Silence
            | Topic::Payment
            | Topic::Download
            | Topic::Branch
            | Topic::Price => Intent::Complain,
            Topic::Damaged | Topic::WrongItem | Topic::Refund => Intent::Claim,
            Topic::Question => Intent::Ask,
            Topic::Thanks => Intent::Thank,
            Topic::ProductGood | Topic::ServiceGood => Intent::Praise,
            Topic::ProductBad => Intent::Judge,
            Topic::Leaving => Intent::Leave,
        }
    }
}

/// What somebody writes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Intent {
    Ask,
    Complain,
    Claim,
    Judge,
    Leave,
    Praise,
    Thank,
}

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) language: Language,
    pub(crate) topic: Topic,
    pub(crate) emotion: Emotion,
    pub(crate) names: Names,
}

/// A text and what is true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) sarcasm: bool,
    pub(crate) mixed: bool,
}

pub(crate) use grammar::Names as TextNames;

/// The grammars, in the order of [`Language::ALL`].
static GRAMMARS: LazyLock<[Grammar; 4]> = LazyLock::new(|| {
    let [english, german, spanish, french] = [
        concat!(
            include_str!("../grammar/english.txt"),
            include_str!("../grammar/english-words.txt"),
            include_str!("../grammar/english-life.txt"),
        ),
        include_str!("../grammar/german.txt"),
        include_str!("../grammar/spanish.txt"),
        include_str!("../grammar/french.txt"),
    ]
    .map(|text| Grammar::parse(text).expect("a test reads the grammars"));
    [english, german, spanish, french]
});

/// What agents say.
static STAFF: LazyLock<Grammar> = LazyLock::new(|| {
    Grammar::parse(include_str!("../grammar/staff.txt")).expect("a test reads the grammars")
});

/// Of texts, how many tell something of their writer that has nothing to do with it.
const ASIDE_PERMILLE: u32 = 190;
/// Of texts with a feeling, how many do not say it.
const UNSAID_PERMILLE: u32 = 380;

/// Writes what is wished.
pub(crate) fn write(random: &mut Random, wish: Wish, how: Texts) -> Written {
    let grammar = match wish.language {
        Language::English => &GRAMMARS[0],
        Language::German => &GRAMMARS[1],
        Language::Spanish => &GRAMMARS[2],
        Language::French => &GRAMMARS[3],
    };
    let valence = wish.emotion.valence().unwrap_or(Valence::Neutral);
    let topic = wish.topic.word();
    let sarcasm = valence == Valence::Negative && random.millionth(how.sarcasm.millionths());
    let mixed = !sarcasm && valence != Valence::Neutral && random.millionth(how.mixed.millionths());
    let mut words = Sentence { text: String::with_capacity(160), grammar, names: wish.names };
    if random.permille(330) {
        words.add(random, "hello");
    }
    if sarcasm && random.permille(500) {
        words.add(random, "sarcasm");
    }
    words.add_of(random, topic, "say");
    if random.permille(350) {
        words.add_of(random, topic, "more");
    }
    if random.permille(ASIDE_PERMILLE) && words.grammar.has("aside") {
        words.add(random, "aside");
    }
    match valence {
        Valence::Negative if sarcasm => words.add(random, "sarcasm"),
        Valence::Negative | Valence::Positive if !random.permille(UNSAID_PERMILLE) => {
            words.feeling(random, wish.emotion, valence);
        }
        Valence::Negative | Valence::Neutral | Valence::Positive => {}
    }
    if mixed {
        words.add(random, if valence == Valence::Negative { "yet-good" } else { "yet-bad" });
    }
    if random.permille(300) {
        words.add_of(random, topic, "wish");
    }
    if random.permille(140) {
        words.add(random, "bye");
    }
    let text = slips::made(random, words.text, how, valence);
    Written { text, sarcasm, mixed }
}

/// What an agent of the company says, by the rule of their grammar.
pub(crate) fn of_staff(random: &mut Random, rule: &str) -> String {
    let names = Names { product: "order", carrier: "the carrier", branch: "the branch", order: 100_000 };
    let mut said = String::new();
    STAFF.expand(random, rule, &names, &mut said);
    said
}

/// A text under way.
struct Sentence<'a> {
    text: String,
    grammar: &'a Grammar,
    names: Names,
}

impl Sentence<'_> {
    fn add(&mut self, random: &mut Random, rule: &str) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
        self.grammar.expand(random, rule, &self.names, &mut self.text);
    }

    fn add_of(&mut self, random: &mut Random, topic: &str, part: &str) {
        let rule = format!("{topic}.{part}");
        if self.grammar.has(&rule) {
            self.add(random, &rule);
        }
    }

    fn feeling(&mut self, random: &mut Random, emotion: Emotion, valence: Valence) {
        let rule = format!("feel.{}", emotion.word());
        if self.grammar.has(&rule) {
            self.add(random, &rule);
        } else {
            self.add(random, if valence == Valence::Negative { "feel.bad" } else { "feel.good" });
        }
    }
}

#[cfg(test)]
mod tests;
