//! A page: headings, sentences and tables, one under the other.

use super::table::Table;

/// How a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How many characters fit on a line.
    pub width: usize,
    /// Whether headings may stand out by the terminal's own means.
    pub bold: bool,
}

/// A page being written.
#[derive(Debug)]
pub(super) struct Page {
    look: Look,
    text: String,
}

impl Page {
    pub(super) fn new(look: Look) -> Page {
        Page { look, text: String::new() }
    }

    /// A heading, with an empty line before it.
    pub(super) fn heading(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let (on, off) = if self.look.bold { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        self.text.extend([on, words, off, "\n"]);
    }

    /// A line as it is.
    pub(super) fn line(&mut self, words: &str) {
        self.text.extend([words, "\n"]);
    }

    /// A table; of an empty one, words instead.
    pub(super) fn table(&mut self, table: &Table, if_empty: &str) {
        if table.is_empty() {
            return self.line(if_empty);
        }
        for line in table.lines(self.look.width) {
            self.line(&line);
        }
    }

    /// A table whose columns need no titles.
    pub(super) fn table_without_titles(&mut self, table: &Table) {
        for line in table.lines(self.look.width).iter().skip(1) {
            self.line(line);
        }
    }

    /// Where to go on, if there is more.
    pub(super) fn next(&mut self, next: Option<&str>) {
        if let Some(next) = next {
            self.line(&format!("There are more: add --after {next}"));
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
