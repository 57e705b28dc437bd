use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Vocabulary;
use crate::condition::Field;
use crate::event::{Categories, Category, Name};
use crate::playbook::{ActionDefinition, Claim, Piece, Playbook, Template};

/// What a playbook looks at, for its receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    /// The same for playbooks that look at the same.
    pub number: LooksNumber,
    /// The fields of its condition, as many and in the order as there, then those of its templates; each once.
    pub fields: Vec<Look>,
    /// The categories of what its templates claim.
    pub claimed: Categories,
}

/// A field that a playbook looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Which field of all that playbooks look at.
    pub number: FieldNumber,
    /// The field.
    pub field: Field,
    /// The field's category.
    pub category: Option<Category>,
    /// The field as conditions write it.
    pub words: Name,
}

/// Which field of all that playbooks look at: equal for equal fields, and sooner compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldNumber(usize);

/// Which of all that playbooks look at: equal for equal looks, and sooner compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LooksNumber(usize);

impl Looks {
    /// What each playbook looks at.
    pub(super) fn of_all(
        vocabulary: &Vocabulary,
        playbooks: &[Playbook],
        templates: &[Template],
    ) -> Vec<Looks> {
        let (mut fields, mut alike) = (BTreeMap::new(), BTreeMap::new());
        let mut looks: Vec<Looks> = playbooks
            .iter()
            .map(|playbook| Looks::of(vocabulary, playbook, templates, &mut fields))
            .collect();
        for looks in &mut looks {
            let next = LooksNumber(alike.len());
            let numbers: Vec<FieldNumber> = looks.fields.iter().map(|look| look.number).collect();
            looks.number = *alike.entry((numbers, looks.claimed)).or_insert(next);
        }
        looks
    }

    fn of<'a>(
        vocabulary: &Vocabulary,
        playbook: &'a Playbook,
        templates: &'a [Template],
        numbers: &mut BTreeMap<&'a Field, FieldNumber>,
    ) -> Looks {
        let mut looks = Looks { number: LooksNumber(0), fields: Vec::new(), claimed: Categories::default() };
        if let Some(condition) = &playbook.condition {
            condition.fields().iter().for_each(|field| looks.look_at(field, numbers));
        }
        for action in &playbook.actions {
            let ActionDefinition::Message { template, .. } = action else { continue };
            let Some(template) = templates.get(usize::from(template.0)) else { continue };
            for piece in &template.body {
                match piece {
                    Piece::Hole(field) => looks.look_at(field, numbers),
                    Piece::Words(_) => {}
                }
            }
            for claim in &template.claims {
                looks.claimed.add(match claim {
                    Claim::Promise(..) => Category::Service,
                    Claim::Happened(kind) => vocabulary.kinds.get(kind).copied().unwrap_or(Category::Service),
                });
            }
        }
        looks
    }

    fn look_at<'a>(&mut self, field: &'a Field, numbers: &mut BTreeMap<&'a Field, FieldNumber>) {
        let next = FieldNumber(numbers.len());
        let number = *numbers.entry(field).or_insert(next);
        if !self.fields.iter().any(|look| look.number == number) {
            self.fields.push(Look {
                number,
                field: field.clone(),
                category: field.category(),
                words: field.words(),
            });
        }
    }
}
