//! How people type: wrong letters, no capitals, no full stop, a face at the end.

use opcx_core::reading::Valence;

use crate::random::Random;
use crate::scenario::Texts;

const GLAD: [&str; 12] = ["😊", "🙏", "❤️", "👍", "😍", "☕", "🎉", ":)", "😄", "🥰", "👏", "<3"];
const CROSS: [&str; 12] = ["😡", "😤", "🙄", "👎", "😞", "😠", "🤦", ":(", "😢", "💔", "😩", "🤬"];
const EVEN: [&str; 6] = ["🤔", "☕", "🙂", "😅", "👋", ";)"];

/// Of texts, in permille.
const ALL_SMALL: u32 = 260;
const SHOUTED: u32 = 22;
const NO_LAST_MARK: u32 = 330;
const FIRST_CAPITAL: u32 = 560;
const HURRIED: u32 = 110;
const WITHOUT_APOSTROPHES: u32 = 140;
/// Of words that have a short form, how many are shortened by somebody in a hurry.
const SHORTENED: u32 = 750;

/// Words as they are written in a hurry.
const SHORT: [(&str, &str); 32] = [
    ("about", "abt"),
    ("and", "&"),
    ("anyone", "any1"),
    ("are", "r"),
    ("at", "@"),
    ("because", "cos"),
    ("before", "b4"),
    ("between", "btwn"),
    ("customer", "cust"),
    ("delivery", "dlvry"),
    ("for", "4"),
    ("great", "gr8"),
    ("message", "msg"),
    ("minutes", "mins"),
    ("number", "no."),
    ("okay", "ok"),
    ("people", "ppl"),
    ("please", "pls"),
    ("probably", "prob"),
    ("really", "rly"),
    ("regarding", "re"),
    ("should", "shd"),
    ("thanks", "thx"),
    ("though", "tho"),
    ("through", "thru"),
    ("tomorrow", "tmrw"),
    ("tonight", "tonite"),
    ("weekend", "wkend"),
    ("with", "w/"),
    ("without", "w/o"),
    ("you", "u"),
    ("your", "ur"),
];

/// Rows of a keyboard: whoever misses a key hits its neighbour.
const KEYS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// The text as somebody types it.
pub(super) fn made(random: &mut Random, text: String, how: Texts, valence: Valence) -> String {
    let mut text = text;
    if random.permille(ALL_SMALL) {
        text = text.to_lowercase();
    } else if valence == Valence::Negative && random.permille(SHOUTED) {
        text = text.to_uppercase();
    } else if random.permille(FIRST_CAPITAL) {
        capital(&mut text);
    }
    if random.permille(NO_LAST_MARK) && text.ends_with('.') {
        text.pop();
    }
    if random.permille(HURRIED) {
        text = shortened(random, &text);
    } else if random.permille(WITHOUT_APOSTROPHES) {
        text.retain(|letter| letter != '\'');
    }
    text = mistyped(random, &text, how.typos.millionths());
    if random.millionth(how.emoji.millionths()) {
        let faces: &[&str] = match valence {
            // A face is no proof: some put a wry one.
            Valence::Negative if random.permille(120) => &EVEN,
            Valence::Negative => &CROSS,
            Valence::Neutral => &EVEN,
            Valence::Positive => &GLAD,
        };
        text.push(' ');
        text.push_str(random.one_of(faces));
    }
    text
}

fn capital(text: &mut String) {
    if let Some(first) = text.chars().next() {
        let upper: String = first.to_uppercase().collect();
        text.replace_range(..first.len_utf8(), &upper);
    }
}

fn mistyped(random: &mut Random, text: &str, millionths: u32) -> String {
    let mut typed = String::with_capacity(text.len() + 4);
    for word in text.split_inclusive(' ') {
        if word.len() > 3 && random.millionth(millionths) {
            slip(random, word, &mut typed);
        } else {
            typed.push_str(word);
        }
    }
    typed
}

/// Words that have a short form are mostly written in it.
fn shortened(random: &mut Random, text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches([' ', ',', '.', '!', '?']);
        let found = SHORT.binary_search_by_key(&bare, |(long, _)| long).ok();
        match found.filter(|_| random.permille(SHORTENED)) {
            Some(at) => {
                short.push_str(SHORT[at].1);
                short.push_str(&word[bare.len()..]);
            }
            None => short.push_str(word),
        }
    }
    short
}

/// Two letters change places, one is left out, one comes twice, or the key beside it is hit.
fn slip(random: &mut Random, word: &str, typed: &mut String) {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.place(letters.len() - 2);
    match random.below(4) {
        0 => letters.swap(at - 1, at),
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = neighbour(random, letters[at]),
    }
    typed.extend(letters);
}

/// The key beside that one; itself where a keyboard of letters does not have it.
fn neighbour(random: &mut Random, letter: char) -> char {
    let found =
        KEYS.iter().find_map(|row| Some((row, row.iter().position(|&key| char::from(key) == letter)?)));
    let Some((row, at)) = found else { return letter };
    let beside = if at == 0 || (at + 1 < row.len() && random.permille(500)) { at + 1 } else { at - 1 };
    char::from(row[beside])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_sorted_so_that_they_are_found() {
        assert!(SHORT.is_sorted_by_key(|(long, _)| long));
    }

    #[test]
    fn a_hurry_shortens_words_and_leaves_their_marks() {
        let mut random = Random::stream(5, 1);
        let texts: Vec<String> =
            (0..40).map(|_| shortened(&mut random, "thanks, you are great! Yours")).collect();
        assert!(texts.contains(&"thx, u r gr8! Yours".to_owned()), "{texts:?}");
    }

    #[test]
    fn whoever_misses_a_key_hits_one_beside_it() {
        let mut random = Random::stream(6, 1);
        let mut beside = |letter| -> String {
            let all: std::collections::BTreeSet<char> =
                (0..50).map(|_| neighbour(&mut random, letter)).collect();
            all.into_iter().collect()
        };
        assert_eq!([beside('q'), beside('g'), beside('m'), beside('ü')], ["w", "fh", "n", "ü"]);
    }
}
