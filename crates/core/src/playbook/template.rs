use alloc::string::String;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::condition::{Field, Operand, Sight};
use crate::event::Name;
use crate::promise::{PromiseIndex, PromiseState};

/// A template's place in [`crate::definitions::Definitions::templates`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TemplateIndex(pub u16);

/// Longest message that a template may become, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// What is written to a customer: words, and holes that the ledger fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name: the file's name without ending.
    pub name: Name,
    /// What the words claim. A message goes out only if the ledger holds each (law 8).
    pub claims: Vec<Claim>,
    /// The words and the holes.
    pub body: Vec<Piece>,
}

/// One thing that a message says is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// The promise at hand, or the customer's latest of that name, is in that state.
    Promise(PromiseIndex, PromiseState),
    /// An event of that kind happened to the customer.
    Happened(Name),
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Words as they are.
    Words(CompactString),
    /// What the ledger holds.
    Hole(Field),
}

impl Template {
    /// The message for what is in sight.
    ///
    /// # Errors
    /// The first field that is not there or may not be seen: nothing is sent with a gap (law 8).
    pub fn fill<'a>(&'a self, sight: &Sight<'a>) -> Result<String, &'a Field> {
        let mut message = String::new();
        for piece in &self.body {
            match piece {
                Piece::Words(words) => message.push_str(words),
                Piece::Hole(field) => {
                    let value = sight.read(field).map_err(|_| field)?;
                    write(&mut message, value);
                }
            }
        }
        let mut end = message.len().min(MESSAGE_BYTES_MAX);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        Ok(message)
    }
}

fn write(message: &mut String, value: Operand<'_>) {
    use core::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = match value {
        Operand::Bool(truth) => write!(message, "{}", if truth { "yes" } else { "no" }),
        Operand::Number(number) => write!(message, "{number}"),
        Operand::Text(text) => write!(message, "{text}"),
        Operand::Lowered(text) => write!(message, "{}", text.to_ascii_lowercase()),
        Operand::Time(time) => write!(message, "{time}"),
        Operand::Span(span) => write!(message, "{span}"),
        Operand::List(list) => {
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    message.push_str(", ");
                }
                match item {
                    crate::event::Value::Text(text) => message.push_str(text),
                    crate::event::Value::Number(number) => write!(message, "{number}").unwrap_or_default(),
                    crate::event::Value::Bool(truth) => write!(message, "{truth}").unwrap_or_default(),
                    crate::event::Value::List(_) => {}
                }
            }
            Ok(())
        }
    };
}
