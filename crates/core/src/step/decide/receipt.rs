use alloc::vec::Vec;
use compact_str::CompactString;

use super::Asked;
use super::refusal::categories_of_cause;
use crate::condition::Missing;
use crate::customer::Customer;
use crate::event::Category;
use crate::receipt::{INPUT_CHARS_MAX, INPUTS_MAX, Receipt, Verdict};
use crate::step::message;

/// What a playbook looked at, and what it saw.
#[derive(Default)]
pub(super) struct LookedAt {
    inputs: Vec<(CompactString, CompactString)>,
    categories: Vec<Category>,
}

/// What the playbook looks at, as it is now: every field of its condition and its templates.
pub(super) fn looked_at(customer: &Customer, asked: &Asked<'_>) -> LookedAt {
    let Asked { definitions, input, playbook, set_off, at_hand } = *asked;
    let Some(looks) = definitions.index().looks(set_off.index) else { return LookedAt::default() };
    let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
    let mut inputs = Vec::with_capacity(looks.fields.len().min(INPUTS_MAX));
    let mut categories = Categories::default();
    for category in categories_of_cause(asked).chain(looks.claimed.iter().copied()) {
        if sight.sees(category) {
            categories.add(category);
        }
    }
    for (field, words) in &looks.fields {
        let value = match sight.read(field) {
            Ok(value) => {
                field.category().into_iter().for_each(|category| categories.add(category));
                message::value_words(value, INPUT_CHARS_MAX)
            }
            Err(Missing::Field(_) | Missing::Mistyped(_) | Missing::DividedByZero) => "missing".into(),
        };
        if inputs.len() < INPUTS_MAX {
            inputs.push((words.clone(), value));
        }
    }
    LookedAt { inputs, categories: categories.list() }
}

/// A set of categories.
#[derive(Default)]
struct Categories([bool; Category::ALL.len()]);

impl Categories {
    fn add(&mut self, category: Category) {
        self.0[category as usize] = true;
    }

    fn list(&self) -> Vec<Category> {
        Category::ALL.into_iter().filter(|category| self.0[*category as usize]).collect()
    }
}

/// The receipt of what was decided.
pub(super) fn receipt(
    customer: &mut Customer,
    asked: &Asked<'_>,
    looked_at: LookedAt,
    verdict: Verdict,
) -> Receipt {
    Receipt {
        id: customer.deeds.next_id(customer.id),
        position: asked.input.position,
        customer: customer.id,
        at: asked.input.now,
        definitions: asked.definitions.version,
        subject: asked.playbook.name.clone(),
        because: asked.set_off.because.clone(),
        inputs: looked_at.inputs,
        purpose: asked.playbook.purpose,
        categories: looked_at.categories,
        verdict,
    }
}
