//! Features of a text: words, pairs of neighbours, and character sequences inside a word.
//!
//! A feature is a 64-bit hash. The same code makes the features when the model is trained and when
//! it reads, so that the two cannot drift apart. A feature that occurs twice counts twice.

use super::text::PlainText;

/// The hash of one feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(u64);

/// The features of one text. Reused from text to text.
#[derive(Debug, Default)]
pub struct Features {
    /// Every feature, in the order of the text.
    pub all: Vec<Feature>,
    /// Of these, the words.
    pub words: Vec<Feature>,
    /// Per token, where its features end.
    pub ends: Vec<usize>,
}

impl Features {
    /// Replaces what is held by the features of `text`.
    pub fn collect(&mut self, text: &PlainText) {
        self.all.clear();
        self.words.clear();
        self.ends.clear();
        let mut before = EDGE;
        for token in text.tokens() {
            let hash = self.collect_sequences(token.bytes);
            let feature = Feature::of(hash);
            self.all.push(feature);
            self.all.push(Feature::pair(before, hash));
            if token.is_word {
                self.words.push(feature);
            }
            before = hash;
            self.ends.push(self.all.len());
        }
        self.all.push(Feature::pair(before, EDGE));
        self.all.push(Feature::of(LENGTH + length_step(text.tokens().len())));
        if text.is_shouted() {
            self.all.push(Feature::of(SHOUTED));
        }
    }

    /// Adds the sequences of 3, 4 and 5 bytes of a token between spaces, and hashes the token.
    ///
    /// The last bytes are kept in one integer, so a sequence costs a mask and no loop.
    fn collect_sequences(&mut self, token: &[u8]) -> u64 {
        let mut hash = WORD;
        for &byte in token {
            hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
        let mut window = u64::from(b' ');
        for (at, &byte) in token.iter().chain(b" ").enumerate() {
            window = window << 8 | u64::from(byte);
            if at >= 1 {
                self.all.push(Feature::of(window & 0xff_ffff | 3 << SEQUENCE_LENGTH_BIT));
            }
            if at >= 2 {
                self.all.push(Feature::of(window & 0xffff_ffff | 4 << SEQUENCE_LENGTH_BIT));
            }
            if at >= 3 {
                self.all.push(Feature::of(window & 0xff_ffff_ffff | 5 << SEQUENCE_LENGTH_BIT));
            }
        }
        hash
    }
}

/// `65536 / sqrt(features + 5)`, rounded down: a text's sum is divided by the root of its number of features, so that
/// long texts do not shout down short ones; with the five, a text of two or three features does not speak louder
/// than one of a sentence.
#[must_use]
pub fn inverse_root(features: usize) -> i64 {
    let features = i64::try_from(features).expect("a text is bounded") + FEATURES_ADDED;
    // Eight more bits under the root give its four first binary places twice over.
    (1 << 24) / (features << 16).isqrt()
}

/// Added to the number of features before its root is taken.
pub const FEATURES_ADDED: i64 = 5;

impl Feature {
    /// The upper bits, which say where the feature lives.
    #[must_use]
    pub fn upper_bits(self, count: u32) -> usize {
        usize::try_from(self.0 >> (64 - count)).expect("an index of at most 32 bits fits")
    }

    /// The lower 32 bits, which tell it from others that live at the same place.
    #[must_use]
    pub fn tag(self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0.to_le_bytes();
        [a, b, c, d]
    }

    fn of(key: u64) -> Feature {
        // The finisher of SplitMix64 (Steele et al. 2014) with two of its three steps: every bit
        // of the key reaches the upper bits and the tag.
        let mixed = (key ^ key >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Feature(mixed ^ mixed >> 31)
    }

    fn pair(first: u64, second: u64) -> Feature {
        Feature::of(first.rotate_left(21).wrapping_mul(FNV_PRIME) ^ second)
    }
}

/// Few, some or many tokens: short texts feel otherwise than long ones.
fn length_step(tokens: usize) -> u64 {
    match tokens {
        0..=3 => 0,
        4..=7 => 1,
        8..=14 => 2,
        15..=22 => 3,
        _ => 4,
    }
}

/// FNV-1a's prime; the offset basis below starts a word's hash.
const FNV_PRIME: u64 = 0x100_0000_01b3;
const WORD: u64 = 0xcbf2_9ce4_8422_2325;
/// Stands for "before the first token" and "after the last".
const EDGE: u64 = 0x6f70_6378_0000_0001;
const LENGTH: u64 = 0x6f70_6378_0000_0010;
const SHOUTED: u64 = 0x6f70_6378_0000_0020;
/// A sequence of 5 bytes takes 40 bits; its length sits above them.
const SEQUENCE_LENGTH_BIT: u32 = 56;

#[cfg(test)]
mod tests {
    use super::*;

    fn features(text: &str) -> Features {
        let mut plain = PlainText::default();
        plain.read(text);
        let mut features = Features::default();
        features.collect(&plain);
        features
    }

    #[test]
    fn a_word_of_four_letters_has_nine_sequences() {
        // " late ": 4 of three bytes, 3 of four, 2 of five; then the word, two pairs, the length.
        assert_eq!(features("late").all.len(), 9 + 1 + 2 + 1);
    }

    #[test]
    fn sequences_do_not_cross_from_word_to_word_but_pairs_see_the_order() {
        let (one, other) = (features("late bag").all, features("bag late").all);
        let differing = one.iter().filter(|feature| !other.contains(feature)).count();
        assert_eq!(differing, 3, "the pairs edge-late, late-bag, bag-edge");
    }

    #[test]
    fn a_text_twice_as_long_divides_its_sum_by_more() {
        assert_eq!([inverse_root(0), inverse_root(20), inverse_root(200)], [29_330, 13_107, 4_577]);
    }

    #[test]
    fn words_are_listed_apart_from_signs_and_numbers() {
        assert_eq!(features("gate 12 closed !!").words.len(), 2);
    }
}
