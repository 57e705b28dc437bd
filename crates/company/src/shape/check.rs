use super::{Need, Shape, Table};
use crate::fault::Faults;
use crate::nearest::did_you_mean;
use crate::text::{Content, Node, Scalar};

/// Holds a node against a shape and reports whatever does not fit.
pub(crate) fn check(node: &Node, shape: &Shape, faults: &mut Faults) {
    match shape {
        Shape::Text | Shape::Condition => {
            if scalar(node, "a text", faults).is_some() && is_empty(node) {
                faults.error("misfit", &node.place, "here belongs a text, not an empty one; fill it in");
            }
        }
        Shape::Word(words) => {
            if let Some(found) = scalar(node, "a word", faults)
                && !words.contains(&&*found.text)
            {
                let what = format!("`{}` is unknown here; {}", found.text, one_of(&found.text, words));
                faults.error("word", &node.place, what);
            }
        }
        Shape::Whole(least, most) => {
            if let Some(found) = scalar(node, "a whole number", faults) {
                let number = found.text.parse::<i64>().ok().filter(|_| !found.quoted);
                if !number.is_some_and(|number| (*least..=*most).contains(&number)) {
                    let what = format!("`{}` is not a whole number from {least} to {most}", found.text);
                    faults.error("number", &node.place, what);
                }
            }
        }
        Shape::Truth => {
            if let Some(found) = scalar(node, "`true` or `false`", faults)
                && (found.quoted || !matches!(&*found.text, "true" | "false"))
            {
                let what = format!("`{}` is neither `true` nor `false`; write one of them", found.text);
                faults.error("truth", &node.place, what);
            }
        }
        Shape::List(item) => match &node.content {
            Content::List(list) => list.iter().for_each(|node| check(node, item, faults)),
            Content::Nothing | Content::Scalar(_) | Content::Map(_) => {
                misfit(node, "a list, each item behind `- ` or all in `[` and `]`", faults);
            }
        },
        Shape::Table(table) => keys(node, table, faults),
        Shape::Named(each) => match &node.content {
            Content::Map(map) => map.iter().for_each(|(_, node)| check(node, each, faults)),
            Content::Nothing | Content::Scalar(_) | Content::List(_) => {
                misfit(node, "names with something behind each", faults);
            }
        },
        Shape::Either(single, group) => match &node.content {
            Content::Scalar(_) => check(node, single, faults),
            Content::Nothing | Content::List(_) | Content::Map(_) => check(node, group, faults),
        },
    }
}

fn keys(node: &Node, table: &Table, faults: &mut Faults) {
    let map = match &node.content {
        Content::Map(map) => map.as_slice(),
        // An empty file lacks whatever it needs.
        Content::Nothing => &[],
        Content::Scalar(_) | Content::List(_) => {
            misfit(node, &format!("{}, keys with something behind each", table.what), faults);
            return;
        }
    };
    for (key, value) in map {
        let Some(name) = key.text() else { continue };
        match table.keys.iter().find(|known| known.name == name) {
            Some(known) if is_empty(value) => match known.need {
                Need::Required(rule) => {
                    let what = format!("`{name}` has nothing behind it; write {}", known.says);
                    faults.error(rule, &key.place, what);
                }
                Need::Optional => {
                    let what = format!("`{name}` has nothing behind it; fill it in or leave the key out");
                    faults.error("empty-key", &key.place, what);
                }
            },
            Some(known) => check(value, &known.shape, faults),
            None => {
                let names = table.keys.iter().map(|key| key.name);
                let what = format!("{} has no key `{name}`; {}", table.what, did_you_mean(name, names));
                faults.error("unknown-key", &key.place, what);
            }
        }
    }
    for known in table.keys {
        let Need::Required(rule) = known.need else { continue };
        if !map.iter().any(|(key, _)| key.text() == Some(known.name)) {
            let what = format!("{} lacks `{}`; add {}", table.what, known.name, known.says);
            faults.error(rule, &node.place, what);
        }
    }
}

/// Nothing written, or a text without a visible character.
fn is_empty(node: &Node) -> bool {
    match &node.content {
        Content::Nothing => true,
        Content::Scalar(scalar) => scalar.text.trim().is_empty(),
        Content::List(_) | Content::Map(_) => false,
    }
}

fn scalar<'a>(node: &'a Node, expected: &str, faults: &mut Faults) -> Option<&'a Scalar> {
    let found = node.scalar();
    if found.is_none() {
        misfit(node, expected, faults);
    }
    found
}

fn misfit(node: &Node, expected: &str, faults: &mut Faults) {
    let what = format!("here belongs {expected}, not {}", node.what());
    faults.error("misfit", &node.place, what);
}

fn one_of(found: &str, words: &[&str]) -> String {
    did_you_mean(found, words.iter().copied())
}
