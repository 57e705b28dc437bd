//! Which of a customer's words carried what was read in them.
//!
//! What a tier finds is a sum over the pieces of a text, so that the part of each is exact. A tier takes a text apart
//! otherwise than people do: it sets links and handles aside, and knows pictures by their names. It never joins what
//! a space parts, though, so that its pieces are told word by word as the customer wrote them.

use opcx_core::event::CustomersWords;
use opcx_core::reading::{Found, Reading, Tier};
use opcx_emotion::deep::clean::clean;
use opcx_emotion::fast::text::PlainText;
use opcx_emotion::{Choice, Explained, Part, Reader, Scratch, TEXT_BYTES_MAX};
use opcx_insight::WeighedWord;

/// What each word adds to a reading that was stored.
///
/// # Errors
/// Why that cannot be told: in words, for whoever looks at the text.
pub(crate) fn weigh(words: CustomersWords<'_>, stored: &Reading) -> Result<Vec<WeighedWord>, String> {
    let (choice, pieces): (Choice, fn(&str) -> usize) = match (&stored.found, stored.model.tier) {
        (Found::Unknown(_), _) => return Err("nothing could be read, so that no word carried it".to_owned()),
        (Found::Felt(_), Tier::Given) => {
            return Err("whoever sent the text sent along what was felt, and not why".to_owned());
        }
        (Found::Felt(_), Tier::Fast) => (Choice::Fast, fast_pieces),
        (Found::Felt(_), Tier::Deep) => (Choice::Deep, deep_pieces),
    };
    let Explained { reading, valence, emotion } =
        Reader::embedded().explain(words, choice, &mut Scratch::default());
    if reading.model != stored.model {
        let (tier, then, now) = (stored.model.tier.word(), stored.model.version, reading.model.version);
        return Err(format!("version {then} of the {tier} tier read it, and this program has version {now}"));
    }
    if reading.found != stored.found {
        return Err(
            "read again, it comes out otherwise, so that its words would tell of another reading".to_owned()
        );
    }
    by_word(words.get(), pieces, &valence, &emotion)
        .ok_or_else(|| "the model takes this text apart otherwise than its words are written".to_owned())
}

fn fast_pieces(word: &str) -> usize {
    let mut plain = PlainText::default();
    plain.read(word);
    plain.tokens().len()
}

fn deep_pieces(word: &str) -> usize {
    clean(word).split_whitespace().count()
}

/// The parts of a text's pieces, word by word; nothing if there are not as many pieces as the words have.
fn by_word(
    text: &str,
    pieces: fn(&str) -> usize,
    valence: &[Part],
    emotion: &[Part],
) -> Option<Vec<WeighedWord>> {
    let (read, left) = text.split_at(text.floor_char_boundary(TEXT_BYTES_MAX));
    let counts: Vec<usize> = read.split_whitespace().map(pieces).collect();
    if counts.iter().sum::<usize>() != valence.len() {
        return None;
    }
    let (mut valence, mut emotion) = (valence.iter(), emotion.iter());
    let sum = |parts: &mut std::slice::Iter<'_, Part>, count: usize| {
        parts.by_ref().take(count).fold(0, |sum: i32, part| sum.saturating_add(part.thousandths))
    };
    let mut words: Vec<WeighedWord> = read
        .split_whitespace()
        .zip(counts)
        .map(|(word, count)| {
            let (valence, emotion) = (sum(&mut valence, count), sum(&mut emotion, count));
            WeighedWord { word: word.to_owned(), valence, emotion }
        })
        .collect();
    // Nobody read what comes after, except where a word was cut in two.
    let mut beyond = left.split_whitespace();
    let is_cut = !read.ends_with(char::is_whitespace) && !left.starts_with(char::is_whitespace);
    if is_cut && let (Some(last), Some(rest)) = (words.last_mut(), beyond.next()) {
        last.word.push_str(rest);
    }
    words.extend(beyond.map(|word| WeighedWord { word: word.to_owned(), valence: 0, emotion: 0 }));
    Some(words)
}

#[cfg(test)]
mod tests;
