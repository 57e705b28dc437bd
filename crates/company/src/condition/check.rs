use opcx_core::condition::{Comparison, Expression, Field, Reckoning, TextTest};
use opcx_core::definitions::Vocabulary;
use opcx_core::event::{Name, Value};
use opcx_core::reading::{Ask, Emotion};
use opcx_core::time::{Span, parse_rfc3339};

use super::Wrong;
use super::path::{Scope, Type, resolve};
use super::syntax::{Form, Operator, Tree};
use crate::nearest::{did_you_mean, mend_or_mean};

const ALLOWED: &str = "there are `has()`, `size()`, `duration()`, `timestamp()`, `.contains()`, \
                       `.startsWith()`, `.endsWith()`, `.lowerAscii()` and `.exists()`";

/// The checked form of a condition: a truth value in the end.
pub(super) fn truth(tree: &Tree, vocabulary: &Vocabulary, scope: Scope) -> Result<Expression, Vec<Wrong>> {
    let mut checker =
        Checker { vocabulary, scope, wrongs: Vec::new(), bound: Vec::new(), nodes_left: WRITTEN_OUT_MAX };
    let expression =
        checker.of_type(tree, Type::Bool, "compare it with something, since a condition is a truth value");
    match expression {
        Some(expression) if checker.wrongs.is_empty() => Ok(expression),
        Some(_) | None => Err(checker.wrongs),
    }
}

/// Goes on after a fault with `None` for what is wrong, so that all faults are found.
pub(super) struct Checker<'a> {
    vocabulary: &'a Vocabulary,
    scope: Scope,
    wrongs: Vec<Wrong>,
    /// What names stand for within an `exists`, the innermost last.
    pub(super) bound: Vec<(String, Value)>,
    /// How many more nodes may be checked.
    pub(super) nodes_left: usize,
}

pub(super) type Typed = (Expression, Type);

/// Most nodes of a condition once every `exists` in it is written out.
const WRITTEN_OUT_MAX: usize = 1_024;

impl Checker<'_> {
    pub(super) fn check(&mut self, tree: &Tree) -> Option<Typed> {
        self.nodes_left = self.nodes_left.saturating_sub(1);
        match &tree.form {
            Form::Number(number) => Some((Expression::Constant(Value::Number(*number)), Type::Number)),
            Form::Text(text) => Some((Expression::Constant(Value::Text(text.into())), Type::Text)),
            Form::Truth(truth) => Some((Expression::Constant(Value::Bool(*truth)), Type::Bool)),
            Form::Name(name) if self.meant_by(name).is_some() => {
                let value = self.meant_by(name)?.clone();
                let kind = if matches!(value, Value::Number(_)) { Type::Number } else { Type::Text };
                Some((Expression::Constant(value), kind))
            }
            Form::Name(_) | Form::Member(..) => {
                let (field, kind) = self.field(tree)?;
                Some((Expression::Read(field), kind))
            }
            Form::Call(target, name, arguments) => self.call(tree, target.as_deref(), name, arguments),
            Form::List(items) => self.list(tree, items),
            Form::Not(part) => {
                let part = self.of_type(part, Type::Bool, "`!` needs a truth value")?;
                Some((Expression::Not(Box::new(part)), Type::Bool))
            }
            Form::Minus(part) => self.minus(part),
            Form::Both(operator, sides) => self.both(tree.at, *operator, &sides.0, &sides.1),
            Form::Choose(parts) => {
                let test = self.of_type(&parts.0, Type::Bool, "what stands before `?` is a truth value");
                let (this, that) = (self.check(&parts.1), self.check(&parts.2));
                let (test, (this, this_type), (that, that_type)) = (test?, this?, that?);
                if this_type != that_type {
                    return self.wrong(
                        parts.2.at,
                        format!(
                            "both sides of `:` must be of one type, but one is {} and the other {}",
                            this_type.words(),
                            that_type.words()
                        ),
                    );
                }
                Some((Expression::Choose(Box::new((test, this, that))), this_type))
            }
        }
    }

    pub(super) fn of_type(&mut self, tree: &Tree, wanted: Type, rule: &str) -> Option<Expression> {
        let (expression, found) = self.check(tree)?;
        if found == wanted {
            return Some(expression);
        }
        self.wrong(start(tree), format!("this is {}; {rule}", found.words()))
    }

    fn field(&mut self, tree: &Tree) -> Option<(Field, Type)> {
        let Some(path) = path(tree) else {
            return self.wrong(tree.at, format!("only names have something behind a dot; {ALLOWED}"));
        };
        let (field, kind) = match resolve(&path, self.vocabulary) {
            Ok(found) => found,
            Err(what) => return self.wrong(tree.at, what),
        };
        if let Some(why) = self.scope.lacks(&field) {
            return self.wrong(tree.at, format!("`{}` cannot be read: {why}", path.join(".")));
        }
        Some((field, kind))
    }

    fn call(&mut self, tree: &Tree, target: Option<&Tree>, name: &str, arguments: &[Tree]) -> Option<Typed> {
        match (name, target, arguments) {
            ("has", None, [what]) => {
                let (field, _) = self.field(what)?;
                Some((Expression::Has(field), Type::Bool))
            }
            ("size", None, [what]) | ("size", Some(what), []) => {
                let (what_checked, kind) = self.check(what)?;
                match kind {
                    Type::Text | Type::Texts | Type::Numbers => {
                        Some((Expression::Size(Box::new(what_checked)), Type::Number))
                    }
                    Type::Bool | Type::Number | Type::Time | Type::Span => self.wrong(
                        start(what),
                        format!("{} has no size; only texts and lists have", kind.words()),
                    ),
                }
            }
            ("duration", None, [Tree { form: Form::Text(text), at }]) => match Span::parse(text) {
                Ok(span) => Some((Expression::Span(span), Type::Span)),
                Err(error) => self.wrong(*at, error.to_string()),
            },
            ("timestamp", None, [Tree { form: Form::Text(text), at }]) => match parse_rfc3339(text) {
                Some(time) => Some((Expression::Time(time), Type::Time)),
                None => {
                    self.wrong(*at, format!("`{text}` is not a time; write it like `2026-11-21T10:00:00Z`"))
                }
            },
            ("duration" | "timestamp", None, _) => {
                let example = if name == "duration" { "72h" } else { "2026-11-21T10:00:00Z" };
                self.wrong(tree.at, format!("`{name}` takes one text in quotes: `{name}(\"{example}\")`"))
            }
            ("contains" | "startsWith" | "endsWith", Some(target), [argument]) => {
                let test = match name {
                    "contains" => TextTest::Contains,
                    "startsWith" => TextTest::StartsWith,
                    _ => TextTest::EndsWith,
                };
                let rule = format!("`.{name}()` asks one text for another");
                let (left, right) =
                    (self.of_type(target, Type::Text, &rule), self.of_type(argument, Type::Text, &rule));
                let (left, right) = (left?, right?);
                self.small_letters(&left, &right, argument.at)?;
                Some((Expression::Text(test, Box::new((left, right))), Type::Bool))
            }
            ("lowerAscii", Some(target), []) => {
                let text = self.of_type(target, Type::Text, "`.lowerAscii()` is of texts")?;
                Some((Expression::LowerAscii(Box::new(text)), Type::Text))
            }
            ("exists", Some(list), [variable, test]) => self.exists(list, variable, test),
            ("has" | "size", ..) | ("contains" | "startsWith" | "endsWith", Some(_), _) => {
                self.wrong(tree.at, format!("`{name}` takes one thing between its brackets"))
            }
            _ => self.wrong(tree.at, format!("`{}()` is not available; {ALLOWED}", cut(name))),
        }
    }

    fn list(&mut self, tree: &Tree, items: &[Tree]) -> Option<Typed> {
        let mut values = Vec::new();
        let mut kind = None;
        for item in items {
            let (Expression::Constant(value), found @ (Type::Text | Type::Number)) = self.check(item)? else {
                let what = "a list in a condition holds texts in quotes or numbers, nothing else";
                return self.wrong(start(item), what.to_owned());
            };
            if kind.is_some_and(|kind| kind != found) {
                return self.wrong(start(item), "a list holds texts or numbers, not both".to_owned());
            }
            kind = Some(found);
            values.push(value);
        }
        let kind = match kind {
            Some(Type::Number) => Type::Numbers,
            Some(_) => Type::Texts,
            None => return self.wrong(tree.at, "an empty list contains nothing; fill it in".to_owned()),
        };
        Some((Expression::Constant(Value::List(values)), kind))
    }

    fn minus(&mut self, part: &Tree) -> Option<Typed> {
        match self.check(part)? {
            (Expression::Constant(Value::Number(number)), kind) => {
                Some((Expression::Constant(Value::Number(-number)), kind))
            }
            (Expression::Span(span), kind) => Some((Expression::Span(-span), kind)),
            (expression, Type::Number) => {
                let zero = Expression::Constant(Value::Number(0.0));
                Some((Expression::Reckon(Reckoning::Subtract, Box::new((zero, expression))), Type::Number))
            }
            (_, kind) => self.wrong(start(part), format!("`-` needs a number, this is {}", kind.words())),
        }
    }

    fn both(&mut self, at: usize, operator: Operator, left: &Tree, right: &Tree) -> Option<Typed> {
        match operator {
            Operator::And | Operator::Or => {
                let rule = format!("`{}` joins truth values", operator.sign());
                let (left, right) =
                    (self.of_type(left, Type::Bool, &rule), self.of_type(right, Type::Bool, &rule));
                let (left, right) = (left?, right?);
                let joined = if operator == Operator::And { all(left, right) } else { any(left, right) };
                Some((joined, Type::Bool))
            }
            Operator::In => {
                let (value, list) = (self.check(left), self.check(right));
                let ((value, value_type), (list, list_type)) = (value?, list?);
                match (value_type, list_type) {
                    (Type::Text, Type::Texts) | (Type::Number, Type::Numbers) => {
                        self.words(&value, right)?;
                        Some((Expression::In(Box::new((value, list))), Type::Bool))
                    }
                    (_, Type::Texts | Type::Numbers) => self
                        .wrong(at, format!("{} cannot be among {}", value_type.words(), list_type.words())),
                    _ => self.wrong(
                        start(right),
                        format!(
                            "`in` needs a list on its right, like `[\"a\", \"b\"]`, not {}",
                            list_type.words()
                        ),
                    ),
                }
            }
            Operator::Compare(how) => {
                let (left_checked, right_checked) = (self.check(left), self.check(right));
                let ((left_checked, left_type), (right_checked, right_type)) =
                    (left_checked?, right_checked?);
                self.comparable(at, operator, left_type, right_type)?;
                if matches!(how, Comparison::Equal | Comparison::NotEqual) {
                    self.words(&left_checked, right)?;
                    self.words(&right_checked, left)?;
                }
                Some((Expression::Compare(how, Box::new((left_checked, right_checked))), Type::Bool))
            }
            Operator::Reckon(how) => {
                let (left, right) = (self.check(left), self.check(right));
                let ((left, left_type), (right, right_type)) = (left?, right?);
                let kind = match (how, left_type, right_type) {
                    (_, Type::Number, Type::Number) => Type::Number,
                    (Reckoning::Subtract, Type::Time, Type::Time) => Type::Span,
                    (Reckoning::Add | Reckoning::Subtract, Type::Time, Type::Span)
                    | (Reckoning::Add, Type::Span, Type::Time) => Type::Time,
                    (Reckoning::Add | Reckoning::Subtract, Type::Span, Type::Span) => Type::Span,
                    _ => {
                        let what = format!(
                            "`{}` does not go with {} and {}; it reckons numbers, and adds or subtracts times",
                            operator.sign(),
                            left_type.words(),
                            right_type.words()
                        );
                        return self.wrong(at, what);
                    }
                };
                Some((Expression::Reckon(how, Box::new((left, right))), kind))
            }
        }
    }

    fn comparable(&mut self, at: usize, operator: Operator, left: Type, right: Type) -> Option<()> {
        let equality = matches!(operator, Operator::Compare(Comparison::Equal | Comparison::NotEqual));
        match (left, right) {
            (Type::Texts | Type::Numbers, _) | (_, Type::Texts | Type::Numbers) => {
                self.wrong(at, "lists are not compared; ask `\"a\" in list` or `size(list)`".to_owned())
            }
            (Type::Bool, Type::Bool) if !equality => {
                self.wrong(at, "truth values have no order; use `==`, or the value alone".to_owned())
            }
            (left, right) if left == right => Some(()),
            (left, right) => {
                let mend = match (left, right) {
                    (Type::Time, Type::Text) | (Type::Text, Type::Time) => {
                        "; write the time as `timestamp(\"2026-11-21T10:00:00Z\")`"
                    }
                    (Type::Span, Type::Text) | (Type::Text, Type::Span) => {
                        "; write the length as `duration(\"72h\")`"
                    }
                    (Type::Number, Type::Text) | (Type::Text, Type::Number) => {
                        "; leave the quotes out, or change the fact's type in vocabulary.yaml"
                    }
                    _ => "",
                };
                self.wrong(
                    at,
                    format!("{} is compared with {}, which is never so{mend}", left.words(), right.words()),
                )
            }
        }
    }

    /// Where a field only ever holds certain words, a constant beside it must be one of them.
    fn words(&mut self, field: &Expression, beside: &Tree) -> Option<()> {
        let Expression::Read(field) = field else { return Some(()) };
        let items = match &beside.form {
            Form::List(items) => items.as_slice(),
            _ => core::slice::from_ref(beside),
        };
        let before = self.wrongs.len();
        for item in items {
            let Form::Text(word) = &item.form else { continue };
            let (known, what): (Vec<&str>, &str) = match field {
                Field::EventKind => {
                    (self.vocabulary.kinds.keys().map(Name::as_str).collect(), "the kind of event")
                }
                Field::EventBy => (vec!["customer", "staff", "probe"], "`event.by`"),
                Field::Valence => (vec!["negative", "neutral", "positive"], "the valence"),
                Field::StrongestEmotion => (Emotion::ALL.map(Emotion::word).to_vec(), "the emotion"),
                Field::Asked => (Ask::ALL.map(Ask::word).to_vec(), "what is asked for"),
                Field::EventChannel
                | Field::EventSource
                | Field::EventTime
                | Field::EventSaid
                | Field::Fact(_)
                | Field::PromiseFact(_)
                | Field::PromiseDue
                | Field::PromiseMade
                | Field::Trait(_)
                | Field::Trust(_)
                | Field::OpenFailures
                | Field::OpenPromises
                | Field::Events
                | Field::ValenceScore
                | Field::EmotionConfidence(_)
                | Field::NeedsAnswer => return Some(()),
            };
            if !known.contains(&word.as_str()) {
                let what = if matches!(field, Field::EventKind) {
                    let mend = mend_or_mean("add it there", word, known);
                    format!("the kind of event `{}` is not in vocabulary.yaml; {mend}", cut(word))
                } else {
                    format!("{what} is never `{}`; {}", cut(word), did_you_mean(word, known))
                };
                self.wrongs.push(Wrong { at: item.at, what });
            }
        }
        (self.wrongs.len() == before).then_some(())
    }

    pub(super) fn wrong<T>(&mut self, at: usize, what: String) -> Option<T> {
        self.wrongs.push(Wrong { at, what });
        None
    }
}

/// The dotted name that a tree is, if it is one.
fn path(tree: &Tree) -> Option<Vec<&str>> {
    match &tree.form {
        Form::Name(name) => Some(vec![name]),
        Form::Member(owner, name) => {
            let mut path = path(owner)?;
            path.push(name);
            Some(path)
        }
        Form::Number(_)
        | Form::Text(_)
        | Form::Truth(_)
        | Form::Call(..)
        | Form::List(_)
        | Form::Not(_)
        | Form::Minus(_)
        | Form::Both(..)
        | Form::Choose(_) => None,
    }
}

/// Where a tree begins: of an operator, its left side.
pub(super) fn start(tree: &Tree) -> usize {
    match &tree.form {
        Form::Both(_, sides) => start(&sides.0),
        Form::Call(Some(target), ..) => start(target),
        Form::Call(None, ..)
        | Form::Number(_)
        | Form::Text(_)
        | Form::Truth(_)
        | Form::Name(_)
        | Form::Member(..)
        | Form::List(_)
        | Form::Not(_)
        | Form::Minus(_)
        | Form::Choose(_) => tree.at,
    }
}

fn all(left: Expression, right: Expression) -> Expression {
    let mut parts = Vec::new();
    for part in [left, right] {
        match part {
            Expression::All(more) => parts.extend(more),
            other => parts.push(other),
        }
    }
    Expression::All(parts)
}

fn any(left: Expression, right: Expression) -> Expression {
    let mut parts = Vec::new();
    for part in [left, right] {
        match part {
            Expression::Any(more) => parts.extend(more),
            other => parts.push(other),
        }
    }
    Expression::Any(parts)
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
