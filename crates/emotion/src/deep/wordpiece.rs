//! Words into the pieces that the network knows, as BERT's uncased tokenizer cuts them.
//!
//! Lower case, accents off, signs on their own; then, word by word, the longest piece of the vocabulary that fits,
//! and the next (Wu and others 2016). A word without such pieces becomes one unknown token.

use std::collections::HashMap;

/// The pieces of text the network was trained on, by number.
#[derive(Debug)]
pub struct Vocabulary {
    pieces: HashMap<&'static str, i32>,
}

/// One piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: i32,
    /// The word it belongs to, counted over the words between spaces; nothing for the marks at both ends.
    pub word: Option<usize>,
}

/// More tokens than this are left unread: a message of so many pieces has said what its writer feels.
pub const TOKENS_MAX: usize = 96;

const UNKNOWN: i32 = 100;
const BEGIN: i32 = 101;
const END: i32 = 102;
/// A longer word is no word.
const WORD_CHARACTERS_MAX: usize = 100;

impl Vocabulary {
    /// The vocabulary in a file of one piece a line; the line's number is the piece's.
    #[must_use]
    pub fn of(lines: &'static str) -> Vocabulary {
        let pieces = lines.lines().zip(0..).collect();
        Vocabulary { pieces }
    }

    /// The tokens of a cleaned text.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = vec![Token { id: BEGIN, word: None }];
        let mut part = String::new();
        'words: for (number, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
            for character in word.chars().flat_map(char::to_lowercase).map(without_accent) {
                if character.is_control() {
                    continue;
                }
                if stands_alone(character) {
                    self.cut(&std::mem::take(&mut part), number, &mut tokens);
                    let mut alone = [0; 4];
                    self.cut(character.encode_utf8(&mut alone), number, &mut tokens);
                } else {
                    part.push(character);
                }
            }
            self.cut(&std::mem::take(&mut part), number, &mut tokens);
            if tokens.len() >= TOKENS_MAX {
                break 'words;
            }
        }
        tokens.truncate(TOKENS_MAX - 1);
        tokens.push(Token { id: END, word: None });
        tokens
    }

    /// Adds the pieces of one part of a word.
    fn cut(&self, part: &str, word: usize, tokens: &mut Vec<Token>) {
        if part.is_empty() {
            return;
        }
        let before = tokens.len();
        let mut rest = part;
        let mut piece = String::new();
        while !rest.is_empty() && part.chars().count() <= WORD_CHARACTERS_MAX {
            let ends = rest.char_indices().map(|(at, character)| at + character.len_utf8());
            let found = ends.rev().find_map(|end| {
                piece.clear();
                if rest.len() < part.len() {
                    piece.push_str("##");
                }
                piece.push_str(&rest[..end]);
                Some((*self.pieces.get(piece.as_str())?, end))
            });
            let Some((id, end)) = found else { break };
            tokens.push(Token { id, word: Some(word) });
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            tokens.truncate(before);
            tokens.push(Token { id: UNKNOWN, word: Some(word) });
        }
    }
}

/// Letters from `À` to `ſ` without their marks, in lower case.
const WITHOUT_ACCENT: &str = "aaaaaaæceeeeiiiiðnooooo×øuuuuyþßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþyaaaaaaccccccccddđđeeeeeeeeeegggggggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuuuuuuuuuuuuwwyyyzzzzzzſ";

fn without_accent(character: char) -> char {
    let place = u32::from(character).checked_sub(0xc0).and_then(|at| usize::try_from(at).ok());
    place.and_then(|at| WITHOUT_ACCENT.chars().nth(at)).unwrap_or(character)
}

/// Signs, and the characters of scripts that are written without spaces.
fn stands_alone(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(character,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}' | '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deep::VOCABULARY;

    /// Made by `python train/clean.py`: the tokens that the training saw for these texts.
    #[test]
    fn a_text_is_cut_as_it_was_for_training() {
        let vocabulary = Vocabulary::of(VOCABULARY);
        for line in include_str!("../../tests/tokens.tsv").lines() {
            let (text, ids) = line.split_once('\t').expect("a cleaned text, a tab, ids");
            let expected: Vec<i32> = ids.split(' ').map(|id| id.parse().expect("an id")).collect();
            let found: Vec<i32> = vocabulary.tokens(text).iter().map(|token| token.id).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn every_piece_knows_its_word_and_an_endless_text_is_cut_off() {
        let vocabulary = Vocabulary::of(VOCABULARY);
        let words: Vec<Option<usize>> =
            vocabulary.tokens("don't panic").iter().map(|token| token.word).collect();
        assert_eq!(words, [None, Some(0), Some(0), Some(0), Some(1), None]);
        assert_eq!(vocabulary.tokens(&"late ".repeat(1000)).len(), TOKENS_MAX);
    }
}
