use alloc::collections::BTreeSet;
use alloc::string::String;

use crate::identity::{Identifier, IdentifierKind};

/// Fewest digits of a telephone number that are looked for in texts; fewer are found anywhere.
const PHONE_DIGITS_MIN: usize = 7;

/// Finds where an erased customer is named.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    identifiers: BTreeSet<Identifier>,
}

impl Mentions {
    /// Finds these identifiers.
    #[must_use]
    pub fn new(identifiers: impl IntoIterator<Item = Identifier>) -> Mentions {
        Mentions { identifiers: identifiers.into_iter().collect() }
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn hold(&self, identifier: &Identifier) -> bool {
        self.identifiers.contains(identifier)
    }

    /// Whether a text names one of them, as a whole word: case and, in a telephone number, what stands
    /// between its digits do not matter.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        if self.identifiers.is_empty() {
            return false;
        }
        let lower = text.to_lowercase();
        self.identifiers.iter().any(|identifier| match identifier.kind {
            IdentifierKind::Phone => has_number(text, identifier.value()),
            IdentifierKind::UserId
            | IdentifierKind::Email
            | IdentifierKind::Handle
            | IdentifierKind::AnonymousId => has_word(&lower, &identifier.value().to_lowercase()),
        })
    }
}

/// Whether `word` stands in `text` with nothing before or after it that could belong to it.
fn has_word(text: &str, word: &str) -> bool {
    let belongs = |character: char| character.is_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(belongs);
        let after = text[at + word.len()..].chars().next().is_some_and(belongs);
        !before && !after
    })
}

/// Whether the digits of `number` stand in `text` one after the other, with nothing between them but what
/// people write into telephone numbers.
fn has_number(text: &str, number: &str) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < PHONE_DIGITS_MIN {
        return false;
    }
    let mut run = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_digit() {
            run.push(character);
        } else if !matches!(character, ' ' | '+' | '-' | '.' | '/' | '(' | ')') {
            if run.contains(&digits) {
                return true;
            }
            run.clear();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(kind: IdentifierKind, value: &str) -> Mentions {
        Mentions::new([Identifier::new(kind, value).expect("somebody")])
    }

    #[test]
    fn a_text_names_somebody_however_it_is_written() {
        let ada = mentions(IdentifierKind::Email, "ada@example.org");
        assert!(ada.are_in(r#"{"email":"Ada@Example.org"}"#));
        assert!(ada.are_in("mailto:ada@example.org?subject=x"));
        assert!(!ada.are_in("nada@example.org"));
        let phone = mentions(IdentifierKind::Phone, "+44 20 7946 0958");
        assert!(phone.are_in("call +44 (20) 7946-0958 today"));
        assert!(!phone.are_in("call +44 (20) 7946-0959 today"));
    }

    #[test]
    fn a_short_id_is_found_as_a_word_only() {
        let user = mentions(IdentifierKind::UserId, "u7");
        assert!(user.are_in(r#"{"userId":"u7"}"#));
        assert!(!user.are_in(r#"{"userId":"u77"}"#));
    }
}
