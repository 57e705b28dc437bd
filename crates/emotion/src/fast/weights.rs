//! The weights: one row per feature that the training kept, one column per label.
//!
//! A row is a cache line of 64 bytes: a weight of eight bits for each label, and a tag of four bytes that says whose
//! row it is, so a feature that was never learned meets no foreign weight. A feature may live in either of two
//! neighbouring rows, which the processor fetches together. Tag and empty bytes are summed along with the weights and
//! thrown away, which keeps the addition one plain loop that vectorises.

use super::features::Feature;
use crate::heads::LABELS;

/// Bytes in a row: the weights, nothing, and the tag.
pub const ROW_BYTES: usize = 64;
/// Where the tag begins.
const TAG: usize = ROW_BYTES - 4;
/// Pairs of rows, as a power of two: 4 MiB of rows.
pub const LINES_LOG2: u32 = 15;
/// Pairs of rows.
pub const LINES: usize = 1 << LINES_LOG2;

/// What the weights of a text's features add up to, per label.
pub type Sums = [i32; LABELS];

/// The rows, in pairs.
#[derive(Debug, Clone)]
pub struct Weights {
    lines: Box<[Line]>,
}

/// One row as stored: weights, nothing, tag.
pub type Row = [i8; ROW_BYTES];

/// Two neighbouring rows.
#[derive(Debug, Clone, Copy)]
#[repr(align(128))]
struct Line([Row; 2]);

impl Weights {
    /// Reads rows as [`Weights::to_bytes`] writes them; `None` if there are not exactly [`LINES`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Weights> {
        let (rows, rest) = bytes.as_chunks::<ROW_BYTES>();
        let (pairs, odd) = rows.as_chunks::<2>();
        if pairs.len() != LINES || !odd.is_empty() || !rest.is_empty() {
            return None;
        }
        let lines = pairs.iter().map(|pair| Line(pair.map(|row| row.map(u8::cast_signed)))).collect();
        Some(Weights { lines })
    }

    /// Those of `ranked`, the most valuable first, that find room when placed in this order.
    pub fn with_room(ranked: impl IntoIterator<Item = Feature>) -> Vec<Feature> {
        let mut taken = vec![0; LINES];
        let mut finds_room = |feature: &Feature| {
            let rows = &mut taken[feature.upper_bits(LINES_LOG2)];
            *rows += 1;
            *rows <= 2
        };
        ranked.into_iter().filter(|feature| finds_room(feature)).collect()
    }

    /// Places learned weights, the most valuable features first. A feature whose line is full is
    /// left out.
    pub fn place(learned: impl IntoIterator<Item = (Feature, [i8; LABELS])>) -> Weights {
        let mut lines = vec![Line([[0; ROW_BYTES]; 2]); LINES].into_boxed_slice();
        for (feature, weights) in learned {
            let Line(rows) = &mut lines[feature.upper_bits(LINES_LOG2)];
            if let Some(free) = rows.iter_mut().find(|row| row.iter().all(|&byte| byte == 0)) {
                free[..LABELS].copy_from_slice(&weights);
                free[TAG..].copy_from_slice(&feature.tag().map(u8::cast_signed));
            }
        }
        Weights { lines }
    }

    /// The rows as bytes, line by line.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.lines
            .iter()
            .flat_map(|Line(rows)| rows.as_flattened())
            .map(|byte| byte.cast_unsigned())
            .collect()
    }

    /// Adds up the rows of `features`.
    #[must_use]
    pub fn sum(&self, features: &[Feature]) -> Sums {
        let mut sums = [0i32; LABELS];
        for some in features.chunks(ROWS_UNTIL_FULL) {
            let mut lanes = [0i16; ROW_BYTES];
            for &feature in some {
                for (lane, &weight) in lanes.iter_mut().zip(self.row(feature)) {
                    // The lanes of the tag mean nothing; the others cannot overflow in a chunk.
                    *lane = lane.wrapping_add(i16::from(weight));
                }
            }
            for (sum, &lane) in sums.iter_mut().zip(&lanes) {
                *sum += i32::from(lane);
            }
        }
        sums
    }

    /// The row of a feature; one of zeros if it has none.
    #[must_use]
    pub fn row(&self, feature: Feature) -> &Row {
        let Line([first, second]) = &self.lines[feature.upper_bits(LINES_LOG2)];
        let tag = feature.tag().map(u8::cast_signed);
        if first[TAG..] == tag {
            first
        } else if second[TAG..] == tag {
            second
        } else {
            &ZEROS
        }
    }
}

static ZEROS: Row = [0; ROW_BYTES];

/// 256 rows of weights within `-127..=127` stay within an `i16`.
const ROWS_UNTIL_FULL: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::{features::Features, text::PlainText};

    fn features(text: &str) -> Vec<Feature> {
        let mut plain = PlainText::default();
        plain.read(text);
        let mut features = Features::default();
        features.collect(&plain);
        features.all
    }

    #[test]
    fn a_sum_takes_only_the_rows_of_features_that_were_learned() {
        let learned = features("late")[0];
        let mut row = [0; LABELS];
        row[9] = 127;
        let weights = Weights::place([(learned, row)]);

        let mut expected = [0; LABELS];
        expected[9] = 127 * 1000;
        assert_eq!(weights.sum(&[learned; 1000]), expected);
        assert_eq!(weights.sum(&features("xyz")), [0; LABELS]);
    }

    #[test]
    fn rows_survive_writing_and_reading() {
        let learned: Vec<_> =
            features("my bag is late again").into_iter().map(|f| (f, [-5; LABELS])).collect();
        let weights = Weights::place(learned);
        let bytes = weights.to_bytes();
        let again = Weights::from_bytes(&bytes).expect("as many lines as were written");
        assert_eq!(again.to_bytes(), bytes);
        assert!(Weights::from_bytes(&bytes[1..]).is_none());
    }
}
