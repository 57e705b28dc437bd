use std::collections::BTreeMap;
use std::io::BufRead;

use anyhow::{Context as _, bail};
use opcx_sim::Truth;
use opcx_sim::truth::{Felt, Owed, Played, Text, TruePerson};

/// What was true.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// What was played.
    pub played: Played,
    /// Everybody, by number.
    pub people: Vec<TruePerson>,
    /// Every promise that was made.
    pub promises: Vec<Owed>,
    /// What was written, by the id of its event.
    pub texts: BTreeMap<String, Text>,
    /// What was felt, by the id of the event that tells of it.
    pub felt: BTreeMap<String, Felt>,
}

impl Book {
    /// Reads a truth file.
    ///
    /// # Errors
    /// A line is no truth, or the first does not say what was played.
    pub fn read(lines: impl BufRead) -> anyhow::Result<Book> {
        let mut book: Option<Book> = None;
        for (at, line) in lines.lines().enumerate() {
            let line = line.context("reading the truth")?;
            let truth: Truth = serde_json::from_str(&line)
                .with_context(|| format!("line {} is no truth that this version knows", at + 1))?;
            match (&mut book, truth) {
                (None, Truth::Scenario(played)) => book = Some(Book::of(played)),
                (Some(book), truth) => book.add(truth),
                (None, _) => bail!("the first line does not say what was played; is this a truth file?"),
            }
        }
        book.context("the truth file is empty")
    }

    /// An empty one.
    #[must_use]
    pub fn of(played: Played) -> Book {
        Book {
            played,
            people: Vec::new(),
            promises: Vec::new(),
            texts: BTreeMap::new(),
            felt: BTreeMap::new(),
        }
    }

    fn add(&mut self, truth: Truth) {
        match truth {
            Truth::Person(person) => self.people.push(*person),
            Truth::Promise(promise) => self.promises.push(promise),
            Truth::Text(text) => {
                self.texts.insert(text.event.clone(), text);
            }
            Truth::Felt(felt) => {
                if let Some(event) = &felt.event {
                    self.felt.insert(event.clone(), felt);
                }
            }
            // Nothing is concluded about these yet that could be compared with them.
            Truth::Scenario(_)
            | Truth::Cause(_)
            | Truth::Loss(_)
            | Truth::FirstComplaint(_)
            | Truth::OnItsWay(_)
            | Truth::Effect(_) => {}
        }
    }
}
