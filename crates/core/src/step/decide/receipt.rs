use alloc::vec::Vec;
use compact_str::CompactString;

use super::Asked;
use super::refusal::categories_of_cause;
use crate::condition::{Field, Missing, Sight};
use crate::customer::Customer;
use crate::event::Category;
use crate::playbook::{ActionDefinition, Claim, Piece};
use crate::receipt::{INPUT_CHARS_MAX, INPUTS_MAX, Receipt, Verdict};
use crate::step::message;

/// What a playbook looks at: every field of its condition and its templates, and their categories.
pub(super) struct LookedAt {
    inputs: Vec<(CompactString, CompactString)>,
    categories: Vec<Category>,
}

/// What the playbook looks at, as it is now.
pub(super) fn looked_at(customer: &Customer, asked: &Asked<'_>) -> LookedAt {
    let Asked { definitions, input, playbook, at_hand, .. } = *asked;
    let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
    let mut looked_at = LookedAt { inputs: Vec::new(), categories: Vec::new() };
    looked_at.categories.extend(categories_of_cause(asked).filter(|category| sight.sees(*category)));
    if let Some(condition) = &playbook.condition {
        condition.expression.fields(&mut |field| looked_at.look_up(&sight, field));
    }
    for action in &playbook.actions {
        let ActionDefinition::Message { template, .. } = action else { continue };
        let Some(template) = definitions.template(*template) else { continue };
        for piece in &template.body {
            match piece {
                Piece::Hole(field) => looked_at.look_up(&sight, field),
                Piece::Words(_) => {}
            }
        }
        for claim in &template.claims {
            let category = match claim {
                Claim::Promise(..) => Category::Service,
                Claim::Happened(kind) => definitions.category_of(kind),
            };
            looked_at.categories.extend(Some(category).filter(|category| sight.sees(*category)));
        }
    }
    looked_at.categories.sort();
    looked_at.categories.dedup();
    looked_at
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

impl LookedAt {
    fn look_up<'a>(&mut self, sight: &Sight<'a>, field: &'a Field) {
        let name = message::field_words(field);
        if self.inputs.iter().any(|(known, _)| *known == name) {
            return;
        }
        let value = match sight.read(field) {
            Ok(value) => {
                self.categories.extend(field.category());
                message::value_words(value, INPUT_CHARS_MAX)
            }
            Err(Missing::Field(_) | Missing::Mistyped(_) | Missing::DividedByZero) => "missing".into(),
        };
        if self.inputs.len() < INPUTS_MAX {
            self.inputs.push((name, value));
        }
    }
}
