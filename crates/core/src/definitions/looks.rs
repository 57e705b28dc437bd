use alloc::vec::Vec;

use super::Vocabulary;
use crate::condition::Field;
use crate::event::{Category, Name};
use crate::playbook::{ActionDefinition, Claim, Piece, Playbook, Template};

/// What a playbook looks at, for its receipts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looks {
    /// The fields of its condition and its templates, each once, with their words.
    pub fields: Vec<(Field, Name)>,
    /// The categories of what its templates claim.
    pub claimed: Vec<Category>,
}

impl Looks {
    pub(super) fn of(vocabulary: &Vocabulary, playbook: &Playbook, templates: &[Template]) -> Looks {
        let mut looks = Looks::default();
        if let Some(condition) = &playbook.condition {
            condition.expression.fields(&mut |field| looks.look_at(field));
        }
        for action in &playbook.actions {
            let ActionDefinition::Message { template, .. } = action else { continue };
            let Some(template) = templates.get(usize::from(template.0)) else { continue };
            for piece in &template.body {
                match piece {
                    Piece::Hole(field) => looks.look_at(field),
                    Piece::Words(_) => {}
                }
            }
            looks.claimed.extend(template.claims.iter().map(|claim| match claim {
                Claim::Promise(..) => Category::Service,
                Claim::Happened(kind) => vocabulary.kinds.get(kind).copied().unwrap_or(Category::Service),
            }));
        }
        looks
    }

    fn look_at(&mut self, field: &Field) {
        if !self.fields.iter().any(|(known, _)| known == field) {
            self.fields.push((field.clone(), field.words()));
        }
    }
}
