//! Data that is read without a basis: browsing and advertising stay invisible until the customer
//! grants them (law 4).

use opcx_core::condition::{Condition, Expression, Field, Kinds};
use opcx_core::consent::{Grants, Purpose};
use opcx_core::event::Category;
use opcx_core::playbook::Trigger;

use super::{moments, place, playbooks, promises, was_read};
use crate::company::Company;
use crate::fault::Faults;
use crate::text::Node;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    for (moment, node) in moments(company) {
        check(Some(&moment.listens), Purpose::Service, node, "listens", faults);
        check(moment.good.as_ref(), Purpose::Service, node, "good", faults);
        check(moment.bad.as_ref(), Purpose::Service, node, "bad", faults);
        check(moment.repaired.as_ref(), Purpose::Service, node, "repaired", faults);
        if let Kinds::Only(kinds) = moment.listens.kinds()
            && let Some(first) = kinds.first()
            && kinds.iter().all(|kind| !visible(category(company, kind), Purpose::Service))
        {
            let what = format!(
                "all that `{}` listens to is about {}, which is invisible until the customer grants it; let it \
                 listen to something else as well, or mend the kind's category in vocabulary.yaml",
                moment.name,
                category(company, first)
            );
            faults.warning("condition-without-basis", place(node, "listens"), what);
        }
    }
    for (promise, node) in promises(company) {
        check(promise.made.as_ref(), Purpose::Service, node, "made", faults);
        check(Some(&promise.kept), Purpose::Service, node, "kept", faults);
        check(promise.released.as_ref(), Purpose::Service, node, "released", faults);
    }
    for (playbook, node) in playbooks(company) {
        check(playbook.condition.as_ref(), playbook.purpose, node, "if", faults);
        if let Trigger::Event(kind) = &playbook.when
            && playbook.purpose == Purpose::Service
            && !visible(category(company, kind), Purpose::Service)
        {
            let what = format!(
                "`{kind}` is about {}, which is invisible until the customer grants it for service; give the \
                 playbook the `purpose` that customers are asked for, or wait for another kind of event",
                category(company, kind)
            );
            faults.warning("condition-without-basis", place(node, "when"), what);
        }
    }
}

fn check(condition: Option<&Condition>, purpose: Purpose, node: &Node, key: &str, faults: &mut Faults) {
    let Some(condition) = condition.filter(|condition| was_read(condition)) else { return };
    // What is for fitting or selling sees nothing at all until it is granted: whoever writes such a
    // playbook has asked.
    match purpose {
        Purpose::Service => {}
        Purpose::Personalisation | Purpose::Marketing => return,
    }
    let is_hidden = |field: &&Field| field.category().is_some_and(|category| !visible(category, purpose));
    let hidden = condition.fields().iter().filter(is_hidden);
    let mut asked = Vec::new();
    asked_for(condition.expression(), &mut asked);
    for field in hidden.filter(|field| !asked.contains(field)) {
        let Some(category) = field.category() else { continue };
        let what = format!(
            "`{name}` is about {category}, which is invisible for {} until the customer grants it, and then this \
             does not hold; ask `has({name})` as well if that is meant",
            purpose.word(),
            name = field.words()
        );
        faults.warning("condition-without-basis", place(node, key), what);
    }
}

/// Whether data of `category` may be looked at before the customer said anything.
fn visible(category: Category, purpose: Purpose) -> bool {
    Grants::default().allow(category, purpose)
}

fn category(company: &Company, kind: &str) -> Category {
    company.vocabulary.kinds.get(kind).copied().unwrap_or(Category::Service)
}

/// Fields of which the condition asks whether they are there.
fn asked_for<'a>(expression: &'a Expression, asked: &mut Vec<&'a Field>) {
    match expression {
        Expression::Has(field) => asked.push(field),
        Expression::All(parts) | Expression::Any(parts) => {
            parts.iter().for_each(|part| asked_for(part, asked));
        }
        Expression::Not(part) | Expression::Size(part) | Expression::LowerAscii(part) => {
            asked_for(part, asked);
        }
        Expression::Compare(_, two)
        | Expression::In(two)
        | Expression::Reckon(_, two)
        | Expression::Text(_, two) => {
            asked_for(&two.0, asked);
            asked_for(&two.1, asked);
        }
        Expression::Choose(three) => {
            asked_for(&three.0, asked);
            asked_for(&three.1, asked);
            asked_for(&three.2, asked);
        }
        Expression::Constant(_) | Expression::Span(_) | Expression::Time(_) | Expression::Read(_) => {}
    }
}
