//! Faults: what is wrong in a folder, where, and how to mend it.

use std::fmt;
use std::sync::Arc;

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path within the folder, with `/` between its parts.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// Where a file begins: for faults that concern all of it.
    #[must_use]
    pub fn start_of(file: &str) -> Place {
        Place { file: file.into(), line: 1, column: 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whether a fault keeps the folder from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The folder cannot be used until it is mended.
    Error,
    /// The folder can be used, but probably does not do what was meant.
    Warning,
}

impl Severity {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One fault.
///
/// Shown as `file:line:column: what, and how to mend it`, with the rule's name behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// Whether it keeps the folder from being used.
    pub severity: Severity,
    /// The rule that it breaks: a stable name such as `moment-without-owner`.
    pub rule: &'static str,
    /// What is wrong and how to mend it, in one sentence.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warning = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        write!(f, "{}: {warning}{} [{}]", self.place, self.what, self.rule)
    }
}

/// Most faults kept of one folder; nobody mends more at a time.
pub const FAULTS_MAX: usize = 1_000;

/// Collects faults while a folder is read, so that all are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    /// Something that keeps the folder from being used.
    pub(crate) fn error(&mut self, rule: &'static str, place: &Place, what: impl Into<String>) {
        self.add(Severity::Error, rule, place, what.into());
    }

    /// Something that is probably not meant.
    pub(crate) fn warning(&mut self, rule: &'static str, place: &Place, what: impl Into<String>) {
        self.add(Severity::Warning, rule, place, what.into());
    }

    fn add(&mut self, severity: Severity, rule: &'static str, place: &Place, what: String) {
        if self.list.len() < FAULTS_MAX {
            self.list.push(Fault { place: place.clone(), severity, rule, what });
        }
    }

    /// Whether anything keeps the folder from being used.
    pub(crate) fn any_error(&self) -> bool {
        self.list.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// How many faults there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// The faults in the order of the files, each once.
    pub(crate) fn into_sorted(mut self) -> Vec<Fault> {
        self.list.sort();
        self.list.dedup();
        self.list
    }
}
