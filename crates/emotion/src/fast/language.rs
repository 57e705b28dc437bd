//! Is this a language the model was trained on, that is, English?
//!
//! Two signs, both cheap and both honest about short texts:
//!
//! * **Script** – a text with more letters of other scripts than Latin ones is not English.
//! * **Known words** – the share of its words that occur in at least [`KNOWN_FROM_TEXTS`] texts of
//!   the training split. Below a learned share the text is taken for another language, but only
//!   from [`WORDS_MIN`] words on: two or three words do not tell.
//!
//! A shorter text of which no word is known gives the model nothing to go by: unsure.
//!
//! What it cannot do: tell English from a text of English names and terms in another language. A
//! word is looked up in a bit set, so about one unknown word in twenty-five passes for known; the
//! learned share allows for that.

use opcx_core::reading::{Permille, Unknown};

use super::features::Feature;

/// A word counts as known if this many training texts hold it: fewer may be names, slips and
/// foreign words.
pub const KNOWN_FROM_TEXTS: usize = 4;

/// With fewer words than this the language is not judged.
pub const WORDS_MIN: usize = 4;

/// Bits of the set, as a power of two.
const BITS_LOG2: u32 = 18;
/// Bytes of the set.
pub const WORD_SET_BYTES: usize = 1 << BITS_LOG2 >> 3;

/// The words of the training split, as a set of bits addressed by hash.
#[derive(Debug, Clone)]
pub struct KnownWords {
    bits: Box<[u8; WORD_SET_BYTES]>,
}

impl KnownWords {
    /// The set of `words`.
    pub fn of(words: impl IntoIterator<Item = Feature>) -> KnownWords {
        let mut bits = Box::new([0; WORD_SET_BYTES]);
        for word in words {
            let (byte, bit) = place(word);
            bits[byte] |= bit;
        }
        KnownWords { bits }
    }

    /// Reads a set as written.
    #[must_use]
    pub fn from_bytes(bytes: [u8; WORD_SET_BYTES]) -> KnownWords {
        KnownWords { bits: Box::new(bytes) }
    }

    /// The set as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; WORD_SET_BYTES] {
        &self.bits
    }

    /// Refuses a text whose words are not those of the training split.
    ///
    /// # Errors
    /// [`Unknown::Language`] if a smaller share than `known_from` of enough words is known;
    /// [`Unknown::Unsure`] if none of a few is.
    pub fn check(&self, words: &[Feature], known_from: Permille) -> Result<(), Unknown> {
        let known = self.count(words);
        if words.len() >= WORDS_MIN && known * 1000 < words.len() * usize::from(known_from.get()) {
            return Err(Unknown::Language);
        }
        if known == 0 { Err(Unknown::Unsure) } else { Ok(()) }
    }

    /// How many of `words` are known.
    #[must_use]
    pub fn count(&self, words: &[Feature]) -> usize {
        let is_known = |word: &&Feature| {
            let (byte, bit) = place(**word);
            self.bits[byte] & bit != 0
        };
        words.iter().filter(is_known).count()
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
        let known = KnownWords::of(words("where is my bag"));
        let check = |text| known.check(&words(text), Permille::new(500));
        assert_eq!(check("where is my Koffer"), Ok(()));
        assert_eq!(check("wo ist my Koffer"), Err(Unknown::Language));
        assert_eq!(check("wo ist my"), Ok(()));
        assert_eq!(check("wo ist mein"), Err(Unknown::Unsure));
    }
}
