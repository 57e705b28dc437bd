//! Tables: columns under each other, as wide as the page, no wider.

use unicode_width::UnicodeWidthStr;

/// Space between two columns.
const GAP: usize = 2;
/// Narrowest that a column of words is cut to.
const WORDS_MIN: usize = 12;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Names and figures: never cut.
    Left,
    /// Numbers: never cut, ends under each other.
    Right,
    /// Words: cut when the page is too narrow.
    Words,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    columns: Vec<(&'static str, Column)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: &[(&'static str, Column)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row: a cell for each column.
    pub(super) fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        debug_assert_eq!(CELLS, self.columns.len(), "a cell for each column");
        self.rows.push(cells.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in lines of at most `width` characters, where its words let it.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let titles: Vec<String> = self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
        std::iter::once(&titles).chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, (_, column)), width) in row.iter().zip(&self.columns).zip(widths) {
            if !line.is_empty() {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = cut(cell, *width);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            match column {
                Column::Left | Column::Words => line.extend([cell.as_str(), padding.as_str()]),
                Column::Right => line.extend([padding.as_str(), cell.as_str()]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    fn widths(&self, page: usize) -> Vec<usize> {
        let cells = |at: usize| self.rows.iter().filter_map(move |row| row.get(at)).map(|cell| cell.width());
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (title, _))| cells(at).chain([title.width()]).max().unwrap_or(0))
            .collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        // The widest words give way first.
        while widths.iter().sum::<usize>() + gaps > page {
            let words = self
                .columns
                .iter()
                .zip(&mut widths)
                .filter(|((_, column), width)| *column == Column::Words && **width > WORDS_MIN);
            let Some((_, widest)) = words.max_by_key(|(_, width)| **width) else { break };
            *widest -= 1;
        }
        widths
    }
}

/// The first `width` columns of a text, with a sign that something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if kept.width() + 1 > width {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use proptest::prelude::*;

    fn bags() -> Table {
        let mut table =
            Table::new(&[("moment", Column::Left), ("n", Column::Right), ("said", Column::Words)]);
        table.row(["bags".into(), "1,204".into(), "you lost my bag, and nobody answers".into()]);
        table.row(["board".into(), "9".into(), "荷物が見つかりません".into()]);
        table
    }

    #[test]
    fn columns_stand_under_each_other_and_words_are_cut_at_the_page() {
        expect![[r"
            moment      n  said
            bags    1,204  you lost my …
            board       9  荷物が見つか…"]]
        .assert_eq(&bags().lines(28).join("\n"));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_page_if_words_can_give_way(width in 27_usize..120, said in "\\PC{0,80}") {
            let mut table = bags();
            table.row(["x".into(), "1".into(), said]);
            for line in table.lines(width) {
                prop_assert!(line.width() <= width, "{line}");
            }
        }
    }
}
