//! Text as the deep tier's network sees it: what `train/clean.py` does, in the same order.
//!
//! Links, addresses and handles go, pictures become words, hashtags become words, letters drawn out are shortened.
//! `tests/clean.tsv` holds the two implementations to the same words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The words and signs of `text` that a reading may rest on, one space between them.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut text = std::borrow::Cow::Borrowed(text);
    for (entity, sign) in ENTITIES {
        if text.contains(entity) {
            text = text.replace(entity, sign).into();
        }
    }
    let mut kept = String::with_capacity(text.len());
    let mut cleaned = Vec::new();
    for chunk in text.split_whitespace() {
        if is_link_or_address(chunk) {
            continue;
        }
        clean_chunk(chunk, &mut cleaned);
        for word in cleaned.split(|&character| character == ' ').filter(|word| !word.is_empty()) {
            if !kept.is_empty() {
                kept.push(' ');
            }
            kept.extend(word);
        }
    }
    kept
}

/// What exports from web services leave in a text, in the order in which they are undone.
const ENTITIES: [(&str, &str); 6] =
    [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " ")];

fn is_link_or_address(chunk: &str) -> bool {
    let bytes = chunk.as_bytes();
    chunk.contains("://")
        || bytes.len() >= 4 && bytes[..4].eq_ignore_ascii_case(b"www.")
        || bytes.windows(3).any(|three| {
            three[1] == b'@' && three[0].is_ascii_alphanumeric() && three[2].is_ascii_alphanumeric()
        })
}

fn clean_chunk(chunk: &str, out: &mut Vec<char>) {
    out.clear();
    let mut is_in_hashtag = false;
    let mut before = ' ';
    let mut rest = chunk.chars();
    while let Some(written) = rest.next() {
        let character = straight(written);
        let (last, this) = (before, written);
        before = this;
        if character == '@' && !last.is_ascii_alphanumeric() {
            let handle =
                rest.as_str().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            let (handle, after) = rest.as_str().split_at(handle);
            before = handle.chars().last().unwrap_or(this);
            rest = after.chars();
        } else if character == '#' {
            is_in_hashtag = true;
            out.push(' ');
        } else if let Some(word) = EMOJI.get(&character) {
            out.push(' ');
            out.extend(word.chars());
            out.push(' ');
        } else if is_picture(character) {
            out.push(' ');
        } else {
            if is_in_hashtag && character.is_ascii_uppercase() && last.is_ascii_lowercase() {
                out.push(' ');
            }
            let is_drawn_out = out.ends_with(&[character, character]) && !character.is_numeric();
            if !is_drawn_out {
                out.push(character);
            }
        }
    }
}

/// Typographic quotes are the same as straight ones.
fn straight(character: char) -> char {
    match character {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2026}' => '.',
        other => other,
    }
}

fn is_picture(character: char) -> bool {
    matches!(character,
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1ffff}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{fffd}')
}

/// The pictures that have a word.
static EMOJI: LazyLock<BTreeMap<char, &'static str>> = LazyLock::new(|| {
    include_str!("emoji.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(picture, word)| Some((picture.chars().next()?, word)))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `python train/clean.py`: what the training saw for these texts.
    #[test]
    fn a_text_is_cleaned_as_it_was_for_training() {
        for line in include_str!("../../tests/clean.tsv").lines() {
            let (text, cleaned) = line.split_once('\t').expect("a text, a tab, what is left of it");
            assert_eq!(clean(&text.replace("\\n", "\n")), cleaned, "{text}");
        }
    }
}
