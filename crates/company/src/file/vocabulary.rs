//! `vocabulary.yaml`: the words that events use.

use opcx_core::condition::{Declared, FactType};
use opcx_core::customer::TRAITS_MAX;
use opcx_core::definitions::{DIMENSIONS_MAX, Fact, Vocabulary};
use opcx_core::event::{Category, Name};
use opcx_core::step::ZONE_FACT;

use super::name;
use crate::fault::Faults;
use crate::nearest::mend_or_mean;
use crate::shape::{Shape, Table, optional, required};
use crate::text::Node;

const CATEGORIES: &[&str] = &["service", "purchase", "feedback", "browsing", "advertising", "operations"];
const TYPES: &[&str] = &["bool", "number", "text", "time", "texts"];

pub(crate) const TABLE: Table = Table {
    what: "the vocabulary",
    keys: &[
        required(
            "kinds",
            Shape::Named(&Shape::Word(CATEGORIES)),
            "the kinds of event, each with the category of data that it belongs to, like \
             `Order Completed: purchase`",
        ),
        optional(
            "facts",
            Shape::Named(&Shape::Either(&Shape::Word(TYPES), &Shape::Table(&FACT))),
            "the facts that conditions, templates and mappings use: a type (bool, number, text, time, texts), \
             or a group of keys",
        ),
        optional("dimensions", Shape::List(&Shape::Text), "facts by which live figures are split, at most 8"),
    ],
};

const FACT: Table = Table {
    what: "a fact",
    keys: &[
        required("type", Shape::Word(TYPES), "its type: bool, number, text, time or texts"),
        optional("category", Shape::Word(CATEGORIES), "what it is about, for consent; `service` if left out"),
        optional(
            "about",
            Shape::Word(&["event", "customer"]),
            "`customer` if it says something about the person that is remembered and read as `customer.NAME`",
        ),
        optional("description", Shape::Text, "what it means, for people"),
    ],
};

pub(crate) fn read(node: &Node, faults: &mut Faults) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for (key, value) in node.get("kinds").map_or(&[][..], Node::entries) {
        if let Some(kind) = name(key, faults) {
            // A kind whose category is wrong keeps its name, so that nothing else complains about it.
            vocabulary.kinds.insert(kind, value.text().and_then(category).unwrap_or(Category::Service));
        }
    }
    for (key, value) in node.get("facts").map_or(&[][..], Node::entries) {
        if let Some(name) = name(key, faults) {
            vocabulary.facts.insert(name, fact(value));
        }
    }
    // What a customer's quiet hours are reckoned by; every company has it.
    vocabulary.facts.entry(ZONE_FACT.into()).or_insert_with(|| Fact {
        kind: FactType::Text,
        category: Category::Service,
        about_customer: true,
        description: "the customer's time zone, an IANA name".into(),
    });
    let about_customers = vocabulary.facts.values().filter(|fact| fact.about_customer).count();
    if about_customers > TRAITS_MAX {
        let what = format!(
            "{about_customers} facts are about the customer, at most {TRAITS_MAX} are remembered; make some \
             `about: event`"
        );
        let place = node.get("facts").map_or(&node.place, |facts| &facts.place);
        faults.error("too-many-traits", place, what);
    }
    dimensions(node, &mut vocabulary, faults);
    vocabulary
}

fn dimensions(node: &Node, vocabulary: &mut Vocabulary, faults: &mut Faults) {
    let Some(list) = node.get("dimensions") else { return };
    if list.items().len() > DIMENSIONS_MAX {
        let what = format!(
            "{} dimensions, at most {DIMENSIONS_MAX} are kept; keep those you ask for most",
            list.items().len()
        );
        faults.error("too-many-dimensions", &list.place, what);
    }
    for item in list.items().iter().take(DIMENSIONS_MAX) {
        let Some(name) = item.text() else { continue };
        match vocabulary.facts.get(name) {
            Some(fact) => {
                let declared = Declared { name: name.into(), category: fact.category, kind: fact.kind };
                if !vocabulary.dimensions.contains(&declared) {
                    vocabulary.dimensions.push(declared);
                }
            }
            None => {
                let known = vocabulary.facts.keys().map(Name::as_str);
                let what = format!(
                    "the fact `{name}` is not declared above; {}",
                    mend_or_mean("add it there", name, known)
                );
                faults.error("unknown-name", &item.place, what);
            }
        }
    }
}

/// A fact; one whose type is wrong keeps its name, with the type that was probably meant.
fn fact(node: &Node) -> Fact {
    let word = node.text().or(node.text_of("type")).unwrap_or("");
    Fact {
        kind: match word {
            "bool" | "boolean" => FactType::Bool,
            "number" | "integer" | "int" | "float" => FactType::Number,
            "time" | "date" | "datetime" | "timestamp" => FactType::Time,
            "texts" | "list" | "array" => FactType::Texts,
            _ => FactType::Text,
        },
        category: node.text_of("category").and_then(category).unwrap_or(Category::Service),
        about_customer: node.text_of("about") == Some("customer"),
        description: node.text_of("description").unwrap_or("").into(),
    }
}

fn category(word: &str) -> Option<Category> {
    Category::ALL.into_iter().find(|category| category.word() == word)
}
