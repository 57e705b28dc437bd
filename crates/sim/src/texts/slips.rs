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

/// Two letters change places, one is left out, or one comes twice.
fn slip(random: &mut Random, word: &str, typed: &mut String) {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.place(letters.len() - 2);
    match random.below(3) {
        0 => letters.swap(at - 1, at),
        1 => drop(letters.remove(at)),
        _ => letters.insert(at, letters[at]),
    }
    typed.extend(letters);
}
