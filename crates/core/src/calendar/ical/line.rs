use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};

use super::IcalError;

/// One property, `NAME;PARAMETERS:VALUE`, its folded lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The number of its first line in the file, from 1.
    pub(super) number: usize,
    /// The name, in capitals.
    pub(super) name: String,
    pub(super) value: String,
}

impl Line {
    /// An error about this line's value.
    pub(super) fn error(&self, mend: &'static str) -> IcalError {
        IcalError::Value {
            line: self.number,
            property: self.name.as_str().into(),
            value: self.value.chars().take(64).collect(),
            mend,
        }
    }
}

/// The properties of a file. A line that begins with a space or tab goes on with the one before
/// (RFC 5545, section 3.1); empty lines are passed over, as most programs do.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Result<Line, IcalError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut physical = text.lines().enumerate().peekable();
    core::iter::from_fn(move || {
        let (at, first) = physical.find(|(_, line)| !line.trim().is_empty())?;
        let mut joined = first.to_owned();
        while let Some((_, folded)) = physical.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            joined.push_str(&folded[1..]);
        }
        Some(read(at + 1, &joined))
    })
}

fn read(number: usize, line: &str) -> Result<Line, IcalError> {
    let mut quoted = false;
    let colon = line.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    });
    let Some(colon) = colon else {
        return Err(IcalError::Incomplete { line: number, what: "the colon between a name and its value" });
    };
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let name = head.split(';').next().unwrap_or(head);
    Ok(Line { number, name: name.trim().to_ascii_uppercase(), value: value.to_string() })
}
