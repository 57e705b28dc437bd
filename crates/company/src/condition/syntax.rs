use opcx_core::condition::{Comparison, Reckoning};

use super::Wrong;
use super::lex::{Kind, Token, lex};

/// Deepest nesting of brackets, signs and choices.
const DEPTH_MAX: usize = 48;

/// Longest condition, in bytes.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A condition as written, not yet resolved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// Where it begins; for an operator with two sides, where the operator stands.
    pub(super) at: usize,
    pub(super) form: Form,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Number(f64),
    Text(String),
    Truth(bool),
    Name(String),
    /// `a.b`, or `a["b"]`.
    Member(Box<Tree>, String),
    /// `name(..)`, or `target.name(..)`.
    Call(Option<Box<Tree>>, String, Vec<Tree>),
    List(Vec<Tree>),
    Not(Box<Tree>),
    Minus(Box<Tree>),
    Both(Operator, Box<(Tree, Tree)>),
    Choose(Box<(Tree, Tree, Tree)>),
}

/// An operator with two sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operator {
    Or,
    And,
    In,
    Compare(Comparison),
    Reckon(Reckoning),
}

impl Operator {
    /// How strongly it binds; CEL's table, weakest first.
    fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::In | Operator::Compare(_) => 3,
            Operator::Reckon(Reckoning::Add | Reckoning::Subtract) => 4,
            Operator::Reckon(Reckoning::Multiply | Reckoning::Divide | Reckoning::Remainder) => 5,
        }
    }

    /// How it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Operator::Or => "||",
            Operator::And => "&&",
            Operator::In => "in",
            Operator::Compare(Comparison::Equal) => "==",
            Operator::Compare(Comparison::NotEqual) => "!=",
            Operator::Compare(Comparison::Less) => "<",
            Operator::Compare(Comparison::AtMost) => "<=",
            Operator::Compare(Comparison::Greater) => ">",
            Operator::Compare(Comparison::AtLeast) => ">=",
            Operator::Reckon(Reckoning::Add) => "+",
            Operator::Reckon(Reckoning::Subtract) => "-",
            Operator::Reckon(Reckoning::Multiply) => "*",
            Operator::Reckon(Reckoning::Divide) => "/",
            Operator::Reckon(Reckoning::Remainder) => "%",
        }
    }

    fn of(kind: &Kind) -> Option<Operator> {
        let sign = match kind {
            Kind::Sign(sign) => sign,
            Kind::Name(name) => name.as_str(),
            Kind::Number(_) | Kind::Text(_) | Kind::End => return None,
        };
        Some(match sign {
            "||" => Operator::Or,
            "&&" => Operator::And,
            "in" => Operator::In,
            "==" => Operator::Compare(Comparison::Equal),
            "!=" => Operator::Compare(Comparison::NotEqual),
            "<" => Operator::Compare(Comparison::Less),
            "<=" => Operator::Compare(Comparison::AtMost),
            ">" => Operator::Compare(Comparison::Greater),
            ">=" => Operator::Compare(Comparison::AtLeast),
            "+" => Operator::Reckon(Reckoning::Add),
            "-" => Operator::Reckon(Reckoning::Subtract),
            "*" => Operator::Reckon(Reckoning::Multiply),
            "/" => Operator::Reckon(Reckoning::Divide),
            "%" => Operator::Reckon(Reckoning::Remainder),
            _ => return None,
        })
    }
}

/// Reads a condition of at most `nodes_max` parts.
pub(super) fn parse(text: &str, nodes_max: usize) -> Result<Tree, Wrong> {
    if text.len() > TEXT_BYTES_MAX {
        let what = format!(
            "the condition is longer than {TEXT_BYTES_MAX} bytes; split it over moments or playbooks"
        );
        return Err(Wrong { at: 0, what });
    }
    let mut parser = Parser { tokens: lex(text)?, next: 0, depth: 0, nodes: 0, nodes_max };
    let tree = parser.choice()?;
    match parser.peek() {
        Kind::End => Ok(tree),
        other => Err(parser.wrong(format!("{} is not expected here; {}", shown(other), JOIN))),
    }
}

const JOIN: &str = "join conditions with `&&` or `||`";

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    nodes: usize,
    nodes_max: usize,
}

impl Parser {
    /// `test ? this : that`, or what binds stronger.
    fn choice(&mut self) -> Result<Tree, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.wrong(format!("nested more than {DEPTH_MAX} deep; simplify the condition")));
        }
        let test = self.sides(1)?;
        let tree = if self.take("?") {
            let at = test.at;
            let this = self.choice()?;
            self.expect(":", "a choice is written `test ? this : that`")?;
            let that = self.choice()?;
            self.tree(at, Form::Choose(Box::new((test, this, that))))?
        } else {
            test
        };
        self.depth -= 1;
        Ok(tree)
    }

    /// Operators that bind at least as strongly as `least`, from left to right.
    fn sides(&mut self, least: u8) -> Result<Tree, Wrong> {
        let mut left = self.signed()?;
        while let Some(operator) = Operator::of(self.peek()).filter(|operator| operator.strength() >= least) {
            let at = self.at();
            self.next += 1;
            let right = self.sides(operator.strength() + 1)?;
            left = self.tree(at, Form::Both(operator, Box::new((left, right))))?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Tree, Wrong> {
        let at = self.at();
        let not = self.take("!");
        if !not && !self.take("-") {
            return self.members();
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.wrong(format!("nested more than {DEPTH_MAX} deep; simplify the condition")));
        }
        let operand = Box::new(self.signed()?);
        self.depth -= 1;
        self.tree(at, if not { Form::Not(operand) } else { Form::Minus(operand) })
    }

    fn members(&mut self) -> Result<Tree, Wrong> {
        let mut tree = self.primary()?;
        loop {
            if self.take(".") {
                let at = self.at();
                let Kind::Name(name) = self.peek().clone() else {
                    return Err(self.wrong("a name belongs after the dot".to_owned()));
                };
                self.next += 1;
                tree = if self.take("(") {
                    let arguments = self.list(")")?;
                    self.tree(at, Form::Call(Some(Box::new(tree)), name, arguments))?
                } else {
                    let at = tree.at;
                    self.tree(at, Form::Member(Box::new(tree), name))?
                };
            } else if self.take("[") {
                let Kind::Text(name) = self.peek().clone() else {
                    return Err(self.wrong(
                        "in brackets belongs a name in quotes, like `facts[\"order id\"]`".to_owned(),
                    ));
                };
                self.next += 1;
                self.expect("]", "a name in brackets is closed with `]`")?;
                let at = tree.at;
                tree = self.tree(at, Form::Member(Box::new(tree), name))?;
            } else {
                return Ok(tree);
            }
        }
    }

    fn primary(&mut self) -> Result<Tree, Wrong> {
        let at = self.at();
        let kind = self.peek().clone();
        let form = match kind {
            Kind::Number(number) => Form::Number(number),
            Kind::Text(text) => Form::Text(text),
            Kind::Name(name) => match name.as_str() {
                "true" => Form::Truth(true),
                "false" => Form::Truth(false),
                "null" => {
                    let what = "nothing is ever null; ask `has(facts.x)` whether a fact is there";
                    return Err(self.wrong(what.to_owned()));
                }
                "and" | "or" | "not" => {
                    let what = format!(
                        "`{name}` is written `{}`",
                        match name.as_str() {
                            "and" => "&&",
                            "or" => "||",
                            _ => "!",
                        }
                    );
                    return Err(self.wrong(what));
                }
                _ => {
                    self.next += 1;
                    if self.take("(") {
                        let arguments = self.list(")")?;
                        return self.tree(at, Form::Call(None, name, arguments));
                    }
                    return self.tree(at, Form::Name(name));
                }
            },
            Kind::Sign("(") => {
                self.next += 1;
                let within = self.choice()?;
                self.expect(")", "a bracket that was opened is not closed")?;
                return Ok(within);
            }
            Kind::Sign("[") => {
                self.next += 1;
                let items = self.list("]")?;
                return self.tree(at, Form::List(items));
            }
            Kind::Sign(_) | Kind::End => {
                let found = shown(&kind);
                return Err(self.wrong(format!("{found} stands where a value or a name belongs")));
            }
        };
        self.next += 1;
        self.tree(at, form)
    }

    /// Values with commas between them, up to `close`.
    fn list(&mut self, close: &'static str) -> Result<Vec<Tree>, Wrong> {
        let mut items = Vec::new();
        loop {
            if self.take(close) {
                return Ok(items);
            }
            items.push(self.choice()?);
            if !self.take(",") {
                self.expect(close, "values in a list have commas between them")?;
                return Ok(items);
            }
        }
    }

    fn tree(&mut self, at: usize, form: Form) -> Result<Tree, Wrong> {
        self.nodes += 1;
        if self.nodes > self.nodes_max {
            let what = format!("the condition has more than {} parts; split it", self.nodes_max);
            return Err(Wrong { at, what });
        }
        Ok(Tree { at, form })
    }

    fn peek(&self) -> &Kind {
        self.tokens.get(self.next).map_or(&Kind::End, |token| &token.kind)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |token| token.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Kind::Sign(found) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str, rule: &str) -> Result<(), Wrong> {
        if self.take(sign) {
            return Ok(());
        }
        let found = shown(self.peek());
        Err(self.wrong(format!("{found} stands where `{sign}` belongs; {rule}")))
    }

    fn wrong(&self, what: String) -> Wrong {
        Wrong { at: self.at(), what }
    }
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Number(number) => format!("`{number}`"),
        Kind::Text(text) => format!("the text \"{}\"", text.chars().take(40).collect::<String>()),
        Kind::Name(name) => format!("`{}`", name.chars().take(40).collect::<String>()),
        Kind::Sign(sign) => format!("`{sign}`"),
        Kind::End => "the end of the condition".to_owned(),
    }
}
