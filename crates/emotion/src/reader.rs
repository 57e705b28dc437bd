use std::fmt;
use std::sync::{Arc, LazyLock};

use opcx_core::event::CustomersWords;
use opcx_core::reading::{Chosen, Found, Model, Reading, Tier, Unknown};

use crate::heads::{self, Chances, EMOTIONS, LABELS, Scores};
use crate::{deep, fast};

/// The bytes of a text that are read; what follows is left unread. A message of 4 KiB has said
/// what its writer feels, and an endless one must not hold up the others.
pub const TEXT_BYTES_MAX: usize = 4096;

/// Which tier is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The fast tier.
    Fast,
    /// The deep tier, except where the fast tier sees that there is nothing to read or another language.
    Deep,
    /// The fast tier, and where it is not sure the deep tier.
    #[default]
    Auto,
    /// The first look of [`Choice::Auto`]: the fast tier, whose reading says whether a second look is due.
    First,
    /// The second look: the deep tier, at a text that the fast tier was not sure of.
    Second,
    /// What [`Choice::Auto`] gives where the deep tier has no time left: the fast tier, and the reading says so.
    Hurried,
}

/// Reads what a customer feels from what they wrote.
///
/// Cheap to clone and to share between threads: clones share their models. The deep tier's network is loaded when it is
/// first needed. Only words of customers can be read (law 11); a text of unknown writer does not compile:
///
/// ```compile_fail
/// use opcx_emotion::{Choice, Reader, Scratch};
///
/// Reader::embedded().read("Please hold the line.", Choice::Fast, &mut Scratch::default());
/// ```
#[derive(Debug, Clone)]
pub struct Reader {
    fast: Arc<fast::Model>,
    deep: Deep,
}

/// Memory that is reused from text to text; one for each thread that reads.
#[derive(Debug, Default)]
pub struct Scratch {
    fast: fast::Scratch,
    deep: deep::Scratch,
}

/// A reading, and what carried it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The reading.
    pub reading: Reading,
    /// The words in their order, with what each adds to the log-odds of the valence read.
    pub valence: Vec<Part>,
    /// Likewise for the likeliest emotion found.
    pub emotion: Vec<Part>,
}

/// What one word adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The word as the model sees it.
    pub word: String,
    /// Log-odds, in thousandths; below nought it speaks against.
    pub thousandths: i32,
}

/// What the fast tier makes of a text.
struct Seen {
    scores: Scores,
    chances: Chances,
}

#[derive(Clone)]
enum Deep {
    /// The one that ships, loaded when it is first needed.
    Embedded,
    Given(Arc<deep::Model>),
}

impl Reader {
    /// The reader with the models that ship with the program.
    #[must_use]
    pub fn embedded() -> Reader {
        static MODEL: LazyLock<Arc<fast::Model>> = LazyLock::new(|| {
            Arc::new(fast::file::decode(fast::EMBEDDED).expect("a test reads the embedded model"))
        });
        Reader { fast: Arc::clone(&MODEL), deep: Deep::Embedded }
    }

    /// A reader with other models, such as those just trained.
    #[must_use]
    pub fn with(fast: fast::Model, deep: Arc<deep::Model>) -> Reader {
        Reader { fast: Arc::new(fast), deep: Deep::Given(deep) }
    }

    /// What the writer of `words` feels and wants, as far as the models can tell.
    ///
    /// Equal words and choices give equal readings on one machine, whatever was read before or is read beside them; the
    /// fast tier's also from machine to machine. Of a text longer than [`TEXT_BYTES_MAX`] the beginning is read.
    pub fn read(&self, words: CustomersWords<'_>, choice: Choice, scratch: &mut Scratch) -> Reading {
        let text = beginning(words);
        let seen = self.look(text, scratch);
        match self.doubt(&seen, choice) {
            Err(chosen) => self.by_fast(&seen, chosen),
            Ok(chosen) => match self.deep().scores(text, &mut scratch.deep) {
                Some(network) => self.by_deep(network, &beside(&seen), chosen).0,
                None => self.by_fast(&seen, chosen),
            },
        }
    }

    /// One reading for each text, in their order, with the chances that it was made of, if there was anything to weigh.
    /// The readings are those of [`Reader::read`]; the deep tier reads many texts faster than one by one.
    pub fn read_all<'a>(
        &self,
        texts: impl IntoIterator<Item = CustomersWords<'a>>,
        choice: Choice,
        scratch: &mut Scratch,
    ) -> Vec<(Reading, Option<Chances>)> {
        let mut readings = Vec::new();
        let mut doubted: Vec<(usize, Chosen, Scores)> = Vec::new();
        let mut hard: Vec<&str> = Vec::new();
        for (at, words) in texts.into_iter().enumerate() {
            let text = beginning(words);
            let seen = self.look(text, scratch);
            let chosen = match self.doubt(&seen, choice) {
                Err(chosen) => chosen,
                Ok(chosen) => {
                    doubted.push((at, chosen, beside(&seen)));
                    hard.push(text);
                    chosen
                }
            };
            readings.push((self.by_fast(&seen, chosen), seen.ok().map(|seen| seen.chances)));
        }
        if !hard.is_empty() {
            let scores = self.deep().scores_of_all(&hard, &mut scratch.deep);
            for ((at, chosen, beside), network) in doubted.into_iter().zip(scores) {
                if let Some(network) = network {
                    let (reading, chances) = self.by_deep(network, &beside, chosen);
                    readings[at] = (reading, Some(chances));
                }
            }
        }
        readings
    }

    fn look(&self, text: &str, scratch: &mut Scratch) -> Result<Seen, Unknown> {
        let scores = self.fast.scores(text, &mut scratch.fast)?;
        Ok(Seen { chances: self.fast.heads.chances(&scores), scores })
    }

    /// Why the deep tier should read a text as the fast tier sees it, or why not.
    fn doubt(&self, seen: &Result<Seen, Unknown>, choice: Choice) -> Result<Chosen, Chosen> {
        let is_sure = || match seen {
            Ok(seen) => self.deep().judge.cascade.is_sure(&seen.chances),
            Err(Unknown::Unsure) => false,
            // What is empty or in another language is so for both tiers.
            Err(Unknown::Empty | Unknown::Language) => true,
        };
        match choice {
            Choice::Fast => Err(Chosen::Asked),
            Choice::Deep if matches!(seen, Err(Unknown::Empty | Unknown::Language)) => Err(Chosen::Asked),
            Choice::Deep => Ok(Chosen::Asked),
            Choice::Second => Ok(Chosen::Doubtful),
            Choice::Auto | Choice::First | Choice::Hurried if is_sure() => Err(Chosen::Sure),
            Choice::Auto => Ok(Chosen::Doubtful),
            Choice::First => Err(Chosen::Doubtful),
            Choice::Hurried => Err(Chosen::Overloaded),
        }
    }

    fn by_fast(&self, seen: &Result<Seen, Unknown>, chosen: Chosen) -> Reading {
        let found = match seen {
            Ok(seen) => self.fast.heads.found(&seen.chances),
            Err(unknown) => Found::Unknown(*unknown),
        };
        Reading { model: Model { tier: Tier::Fast, version: self.fast.version }, chosen, found }
    }

    fn by_deep(&self, network: Scores, beside: &Scores, chosen: Chosen) -> (Reading, Chances) {
        let judge = &self.deep().judge;
        let chances = judge.heads.chances(&deep::joined::scores(network, beside, &self.fast.heads));
        let found = judge.heads.found(&chances);
        (Reading { model: Model { tier: Tier::Deep, version: judge.version }, chosen, found }, chances)
    }

    /// A reading with the words that carried it.
    pub fn explain(&self, words: CustomersWords<'_>, choice: Choice, scratch: &mut Scratch) -> Explained {
        let reading = self.read(words, choice, scratch);
        let is_joined = self.fast.scores(beginning(words), &mut scratch.fast).is_ok();
        let parts = |label: usize| match reading.model.tier {
            Tier::Fast => self.fast.parts(&scratch.fast, label),
            Tier::Deep => {
                let parts = self.deep().parts(&scratch.deep, label);
                if is_joined && label < EMOTIONS {
                    let slope = self.deep().judge.heads.calibrations[label].slope;
                    deep::joined::parts(beginning(words), parts, self.fast.parts(&scratch.fast, label), slope)
                } else {
                    parts
                }
            }
            Tier::Given => Vec::new(),
        };
        let (valence, emotion) = match &reading.found {
            Found::Unknown(_) => (Vec::new(), Vec::new()),
            Found::Felt(felt) => (
                parts(heads::VALENCE + heads::place(felt.valence)),
                felt.emotions.first().map_or_else(Vec::new, |(emotion, _)| parts(usize::from(emotion.id()))),
            ),
        };
        Explained { valence, emotion, reading }
    }

    fn deep(&self) -> Arc<deep::Model> {
        match &self.deep {
            Deep::Embedded => deep::Model::embedded(),
            Deep::Given(model) => Arc::clone(model),
        }
    }
}

/// What the fast tier gives beside the network: nothing of a text that it cannot read.
fn beside(seen: &Result<Seen, Unknown>) -> Scores {
    seen.as_ref().map_or([0; LABELS], |seen| seen.scores)
}

fn beginning(words: CustomersWords<'_>) -> &str {
    let text = words.get();
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

impl fmt::Debug for Deep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Deep::Embedded => "Embedded",
            Deep::Given(_) => "Given",
        })
    }
}
