//! The words that tell of people here: what they are called, and what their events are.

use std::collections::BTreeSet;

/// How words begin, and how many digits follow; so no word is part of another.
pub(crate) const FORMS: [(&str, usize); 4] = [("user-", 2), ("device-", 2), ("e", 6), ("h", 6)];

/// Words, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(BTreeSet<Vec<u8>>);

impl Words {
    /// The words in these bytes, whatever stands around them.
    pub(crate) fn of(bytes: &[u8]) -> Words {
        let mut words = Words::default();
        words.read(bytes);
        words
    }

    /// Adds the words in these bytes.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        for start in 0..bytes.len() {
            for (begin, digits) in FORMS {
                let rest = &bytes[start..];
                let Some(word) = rest.get(..begin.len() + digits) else { continue };
                let is_word = word.starts_with(begin.as_bytes())
                    && word[begin.len()..].iter().all(u8::is_ascii_digit)
                    && !self.0.contains(word);
                if is_word {
                    self.0.insert(word.to_vec());
                }
            }
        }
    }

    pub(crate) fn extend(&mut self, others: &Words) {
        self.0.extend(others.0.iter().cloned());
    }

    pub(crate) fn remove(&mut self, others: &Words) {
        self.0.retain(|word| !others.0.contains(word));
    }

    /// A word that both have.
    pub(crate) fn meet(&self, others: &Words) -> Option<String> {
        self.0.intersection(&others.0).next().map(|word| String::from_utf8_lossy(word).into_owned())
    }
}
