//! Rules with alternatives, and texts made of them.
//!
//! ```text
//! # a comment
//! = late.say
//! where is my {product}
//! it is {two|three|four} days late{|, again}
//! ```
//!
//! A line is an alternative of the rule above it. `{a|b}` is one of several, `{name}` another rule or a name
//! that the situation gives.

use std::collections::BTreeMap;

use crate::random::Random;

/// Deepest nesting of rules: a rule that calls itself is a mistake.
const DEPTH_MAX: usize = 12;

/// What the situation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) product: &'static str,
    pub(crate) carrier: &'static str,
    pub(crate) branch: &'static str,
    pub(crate) order: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Product,
    Carrier,
    Branch,
    Order,
}

impl Given {
    const ALL: [(&'static str, Given); 4] = [
        ("product", Given::Product),
        ("carrier", Given::Carrier),
        ("branch", Given::Branch),
        ("order", Given::Order),
    ];
}

/// A piece of an alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Rule(usize),
    Given(Given),
    OneOf(Vec<Vec<Piece>>),
}

/// The rules of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grammar {
    places: BTreeMap<String, usize>,
    rules: Vec<Vec<Vec<Piece>>>,
}

impl Grammar {
    /// Reads rules.
    ///
    /// # Errors
    /// A brace is not closed, a name is unknown, a rule has no line or calls itself.
    pub(super) fn parse(text: &str) -> Result<Grammar, String> {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let named = lines().filter_map(|line| line.strip_prefix("= "));
        let mut grammar = Grammar {
            places: named.enumerate().map(|(at, name)| (name.to_owned(), at)).collect(),
            rules: Vec::new(),
        };
        for line in lines() {
            if line.starts_with("= ") {
                grammar.rules.push(Vec::new());
                continue;
            }
            let mut rest = line.chars().peekable();
            let alternative = grammar.pieces(&mut rest, false).map_err(|why| format!("`{line}`: {why}"))?;
            let rule = grammar.rules.last_mut().ok_or_else(|| format!("`{line}` stands in no rule"))?;
            rule.push(alternative);
        }
        if grammar.places.len() != grammar.rules.len() {
            return Err("two rules have one name".to_owned());
        }
        for (name, &at) in &grammar.places {
            if grammar.rules[at].is_empty() {
                return Err(format!("the rule `{name}` has no line"));
            }
            if grammar.depth(&grammar.rules[at], 0).is_none() {
                return Err(format!("the rule `{name}` calls itself"));
            }
        }
        Ok(grammar)
    }

    fn pieces(
        &self,
        rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
        within: bool,
    ) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        while let Some(&next) = rest.peek() {
            if within && (next == '|' || next == '}') {
                break;
            }
            rest.next();
            if next != '{' {
                words.push(next);
                continue;
            }
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            let mut several = vec![self.pieces(rest, true)?];
            loop {
                match rest.next() {
                    Some('|') => several.push(self.pieces(rest, true)?),
                    Some('}') => break,
                    Some(_) | None => return Err("a brace is not closed".to_owned()),
                }
            }
            pieces.push(self.piece(several)?);
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        Ok(pieces)
    }

    fn piece(&self, several: Vec<Vec<Piece>>) -> Result<Piece, String> {
        let [one] = several.as_slice() else { return Ok(Piece::OneOf(several)) };
        let [Piece::Words(name)] = one.as_slice() else { return Ok(Piece::OneOf(several)) };
        if let Some(&(_, given)) = Given::ALL.iter().find(|(known, _)| known == name) {
            return Ok(Piece::Given(given));
        }
        self.places.get(name).map(|&at| Piece::Rule(at)).ok_or_else(|| format!("there is no rule `{name}`"))
    }

    fn depth(&self, alternatives: &[Vec<Piece>], so_far: usize) -> Option<usize> {
        if so_far > DEPTH_MAX {
            return None;
        }
        let mut deepest = so_far;
        for piece in alternatives.iter().flatten() {
            let depth = match piece {
                Piece::Words(_) | Piece::Given(_) => so_far,
                Piece::Rule(at) => self.depth(&self.rules[*at], so_far + 1)?,
                Piece::OneOf(several) => self.depth(several, so_far)?,
            };
            deepest = deepest.max(depth);
        }
        Some(deepest)
    }

    /// Whether there is such a rule.
    pub(super) fn has(&self, rule: &str) -> bool {
        self.places.contains_key(rule)
    }

    /// Adds one text of a rule; nothing if there is no such rule.
    pub(super) fn expand(&self, random: &mut Random, rule: &str, names: &Names, to: &mut String) {
        if let Some(&at) = self.places.get(rule) {
            self.one(random, &self.rules[at], names, to);
        }
    }

    fn one(&self, random: &mut Random, alternatives: &[Vec<Piece>], names: &Names, to: &mut String) {
        for piece in &alternatives[random.place(alternatives.len())] {
            match piece {
                Piece::Words(words) => to.push_str(words),
                Piece::Rule(at) => self.one(random, &self.rules[*at], names, to),
                Piece::OneOf(several) => self.one(random, several, names, to),
                Piece::Given(Given::Product) => to.push_str(names.product),
                Piece::Given(Given::Carrier) => to.push_str(names.carrier),
                Piece::Given(Given::Branch) => to.push_str(names.branch),
                Piece::Given(Given::Order) => to.push_str(&format!("o-{}", names.order)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_wrongly_is_told() {
        let told = |text| Grammar::parse(text).map(|_| ()).unwrap_err();
        assert_eq!(told("= a\nx {b}"), "`x {b}`: there is no rule `b`");
        assert_eq!(told("= a\nx {y|z"), "`x {y|z`: a brace is not closed");
        assert_eq!(told("= a\n{a} again"), "the rule `a` calls itself");
        assert_eq!(told("= a\n= b\nx"), "the rule `a` has no line");
    }
}
