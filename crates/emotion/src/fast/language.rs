//! Is this a language the model was trained on, that is, English?
//!
//! Three signs, all cheap, the last two not judged on a few words:
//!
//! * **Script** – a text with more letters of other scripts than Latin ones is not English.
//! * **Known words** – the share of its words that at least [`KNOWN_FROM_TEXTS`] texts of the
//!   training split hold.
//! * **Common words** – the share of words that hold English sentences together (the, you, with).
//!   A sentence full of flight numbers and names has few known words, but it has these.
//!
//! From [`WORDS_MIN`] words on, a text with too few known *and* too few common words is taken for
//! another language, unless the trigrams of the `whatlang` crate say that it is English beyond doubt; and a text whose
//! words are known but few of them common is asked of `whatlang` as well, since neighbours of English share words with
//! it. The trigrams cost fifty times as much as the words, so they are asked in doubt alone. A shorter text is not
//! judged; but if none of its words is known, the model has nothing to go by, and is unsure. Hashtags and what holds
//! digits do not count as words here.
//!
//! What it cannot do: tell English from a list of names. A word is looked up in a set of bits, so about one unknown
//! word in 36 passes for known.

use opcx_core::reading::{Permille, Unknown};
use whatlang::{Info, Lang};

use super::features::Feature;

/// A word counts as known if this many training texts hold it: fewer may be names, slips and
/// foreign words.
pub const KNOWN_FROM_TEXTS: usize = 4;

/// A word counts as common if one training text in so many holds it: about 245 words do.
pub const COMMON_FROM_ONE_TEXT_IN: usize = 150;

/// A text is English, whatever else it holds, if one of so many words is common.
pub const COMMON_ONE_IN: usize = 4;

/// With fewer words than this the language is not judged.
pub const WORDS_MIN: usize = 4;

/// Bits of the set, as a power of two.
const BITS_LOG2: u32 = 18;
/// Bytes of the set.
pub const WORD_SET_BYTES: usize = 1 << BITS_LOG2 >> 3;

/// What is known of the language of the training split.
#[derive(Debug, Clone)]
pub struct Language {
    /// The words that enough of its texts hold.
    pub known: WordSet,
    /// Those of them that hold sentences together: the, and, you, with.
    pub common: WordSet,
    /// A text with a smaller share of known words is taken for another language.
    pub known_from: Permille,
}

impl Language {
    /// Refuses a text, given with its `words`, that is not in the language.
    ///
    /// # Errors
    /// [`Unknown::Language`] if enough words are there and it is another one; [`Unknown::Unsure`] if none of a few is
    /// known.
    pub fn check(&self, words: &[Feature], text: &str) -> Result<(), Unknown> {
        let known = self.known.count(words);
        if words.len() < WORDS_MIN {
            return if known == 0 && !words.is_empty() { Err(Unknown::Unsure) } else { Ok(()) };
        }
        if self.common.count(words) * COMMON_ONE_IN >= words.len() {
            return Ok(());
        }
        let is_known = known * 1000 >= words.len() * usize::from(self.known_from.get());
        let is_english = match whatlang::detect(text) {
            Some(info) if info.is_reliable() => info.lang() == Lang::Eng,
            Some(_) | None => is_known,
        };
        if is_english { Ok(()) } else { Err(Unknown::Language) }
    }
}

/// The language of a text by its trigrams, as the three letters of ISO 639-3; nothing where they leave doubt.
#[must_use]
pub fn named(text: &str) -> Option<&'static str> {
    whatlang::detect(text).filter(Info::is_reliable).map(|info| info.lang().code())
}

/// A set of words, as bits addressed by hash.
#[derive(Debug, Clone)]
pub struct WordSet {
    bits: Box<[u8; WORD_SET_BYTES]>,
}

impl WordSet {
    /// The set of `words`.
    pub fn of(words: impl IntoIterator<Item = Feature>) -> WordSet {
        let mut bits = Box::new([0; WORD_SET_BYTES]);
        for word in words {
            let (byte, bit) = place(word);
            bits[byte] |= bit;
        }
        WordSet { bits }
    }

    /// Reads a set as written.
    #[must_use]
    pub fn from_bytes(bytes: [u8; WORD_SET_BYTES]) -> WordSet {
        WordSet { bits: Box::new(bytes) }
    }

    /// The set as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; WORD_SET_BYTES] {
        &self.bits
    }

    /// How many of `words` are in the set.
    #[must_use]
    pub fn count(&self, words: &[Feature]) -> usize {
        let is_in_set = |word: &&Feature| {
            let (byte, bit) = place(**word);
            self.bits[byte] & bit != 0
        };
        words.iter().filter(is_in_set).count()
    }
}

fn place(word: Feature) -> (usize, u8) {
    let at = word.upper_bits(BITS_LOG2);
    (at >> 3, 1 << (at & 7))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::{features::Features, text::PlainText};

    fn words(text: &str) -> Vec<Feature> {
        let mut plain = PlainText::default();
        plain.read(text);
        let mut features = Features::default();
        features.collect(&plain);
        features.words
    }

    #[test]
    fn the_language_is_judged_from_four_words_on() {
        let language = Language {
            known: WordSet::of(words("where is my bag")),
            common: WordSet::of(words("is")),
            known_from: Permille::new(500),
        };
        let check = |text| language.check(&words(text), text);
        assert_eq!(check("where is my Koffer"), Ok(()));
        assert_eq!(check("Koffer is weg und fort"), Err(Unknown::Language));
        assert_eq!(check("Koffer is weg fort"), Ok(()), "one in four is common");
        assert_eq!(check("wo ist my Koffer"), Err(Unknown::Language));
        assert_eq!(check("wo ist my"), Ok(()));
        assert_eq!(check("wo ist mein"), Err(Unknown::Unsure));
    }
}
