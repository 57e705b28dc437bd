//! Tables: columns under each other, as wide as the page, no wider.

use unicode_width::UnicodeWidthStr;

/// Space between two columns.
const GAP: usize = 2;
/// Narrowest that a column of words becomes.
const WORDS_MIN: usize = 12;
/// Most lines that a cell of words is broken into; the rest is cut.
const LINES_MAX: usize = 4;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Names and figures: never cut.
    Left,
    /// Numbers: never cut, ends under each other.
    Right,
    /// Words: broken into lines when the page is too narrow.
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
        std::iter::once(&titles).chain(&self.rows).flat_map(|row| self.row_lines(row, &widths)).collect()
    }

    fn row_lines(&self, row: &[String], widths: &[usize]) -> Vec<String> {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(&self.columns)
            .zip(widths)
            .map(|((cell, (_, column)), width)| match column {
                Column::Left | Column::Right => vec![cell.clone()],
                Column::Words => broken(cell, *width),
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height).map(|at| self.line(&cells, at, widths)).collect()
    }

    fn line(&self, cells: &[Vec<String>], at: usize, widths: &[usize]) -> String {
        let mut line = String::new();
        for (place, ((cell, (_, column)), width)) in cells.iter().zip(&self.columns).zip(widths).enumerate() {
            if place > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let words = cell.get(at).map_or("", String::as_str);
            let padding = " ".repeat(width.saturating_sub(words.width()));
            match column {
                Column::Left | Column::Words => line.extend([words, padding.as_str()]),
                Column::Right => line.extend([padding.as_str(), words]),
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

/// A text in lines of at most `width`, broken between words where there are any.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() || line.width() + 1 + word.width() <= width {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        while let Some(rest) = lines.last_mut().and_then(|line| overhang(line, width)) {
            lines.push(rest);
        }
    }
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        if let Some(last) = lines.last_mut() {
            while last.width() + 1 > width {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

/// Takes what does not fit off the end of a line.
fn overhang(line: &mut String, width: usize) -> Option<String> {
    if line.width() <= width {
        return None;
    }
    let mut end = 0;
    for (at, character) in line.char_indices() {
        let next = at + character.len_utf8();
        if line[..next].width() > width && end > 0 {
            break;
        }
        end = next;
    }
    let rest = line.split_off(end);
    (!rest.is_empty()).then_some(rest)
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
    fn columns_stand_under_each_other_and_words_are_broken_at_the_page() {
        expect![[r#"
            moment      n  said
            bags    1,204  you lost my
                           bag, and
                           nobody
                           answers
            board       9  荷物が見つか
                           りません"#]]
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
