use smallvec::SmallVec;

use super::Asked;
use super::refusal::categories_of_cause;
use crate::condition::Sight;
use crate::consent::Purpose;
use crate::customer::Customer;
use crate::definitions::{Definitions, FieldNumber, Look, Looks};
use crate::effects::Effects;
use crate::event::Category;
use crate::promise::PromiseId;
use crate::receipt::{Begun, Decisions, Deed, INPUT_CHARS_MAX, INPUTS_MAX, InputPlace, Receipt, Verdict};
use crate::step::{Input, message};

/// The receipt that a step is writing.
pub(super) struct Writing {
    decisions: Decisions,
    /// What was seen, as long as looking again would show the same.
    seen: SmallVec<[Seen; 8]>,
    /// What it was looked at for, and with which promise at hand.
    seen_with: Option<(Purpose, Option<PromiseId>)>,
}

/// A field that was looked at.
#[derive(Clone, Copy)]
struct Seen {
    field: FieldNumber,
    place: InputPlace,
    /// The field's category; `None` also where nothing could be seen.
    category: Option<Category>,
}

impl Writing {
    /// The receipt of so many decisions.
    pub(super) fn of(decisions: usize) -> Writing {
        Writing { decisions: Decisions::with_room(decisions), seen: SmallVec::new(), seen_with: None }
    }

    /// Begins a decision with what the playbook looks at, as it is now: every field of its condition and
    /// its templates.
    pub(super) fn look(
        &mut self,
        customer: &mut Customer,
        asked: &Asked<'_>,
        looks: &Looks,
        effects: &mut Effects,
    ) -> Begun {
        let Asked { definitions, input, playbook, cause, at_hand } = *asked;
        let (mut begun, full) = self.decisions.begin(&cause.words);
        if let Some(full) = full {
            self.seen.clear();
            leave(full, definitions, customer, input, effects);
        }
        let with = (playbook.purpose, at_hand.promise.map(|promise| promise.id));
        if self.seen_with.replace(with) != Some(with) {
            self.seen.clear();
        }
        let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
        for category in categories_of_cause(asked).chain(looks.claimed.iter()) {
            if sight.sees(category) {
                begun.saw(category);
            }
        }
        let (listed, unlisted) = looks.fields.split_at(looks.fields.len().min(INPUTS_MAX));
        for look in listed {
            let Seen { place, category, .. } = self.see(look, &sight);
            begun.looked_at(place);
            category.into_iter().for_each(|category| begun.saw(category));
        }
        for look in unlisted.iter().filter(|look| sight.read(&look.field).is_ok()) {
            look.field.category().into_iter().for_each(|category| begun.saw(category));
        }
        begun
    }

    /// What the field holds, written down once for as long as it holds that.
    fn see<'a>(&mut self, look: &'a Look, sight: &Sight<'a>) -> Seen {
        if let Some(seen) = self.seen.iter().find(|seen| seen.field == look.number) {
            return *seen;
        }
        let (value, category) = match sight.read(&look.field) {
            Ok(value) => (message::value_words(value, INPUT_CHARS_MAX), look.field.category()),
            Err(_missing) => ("missing".into(), None),
        };
        let place = self.decisions.place_of(&look.words, value);
        let seen = Seen { field: look.number, place, category };
        self.seen.push(seen);
        seen
    }

    /// Ends a decision.
    pub(super) fn end(&mut self, begun: Begun, asked: &Asked<'_>, verdict: Verdict) {
        if changes_sight(&verdict) {
            self.seen.clear();
        }
        self.decisions.end(begun, asked.playbook.name.clone(), asked.playbook.purpose, verdict);
    }

    /// Leaves the receipt.
    pub(super) fn leave(
        self,
        definitions: &Definitions,
        customer: &mut Customer,
        input: &Input<'_>,
        effects: &mut Effects,
    ) {
        leave(self.decisions, definitions, customer, input, effects);
    }
}

/// Whether the next playbook may see something else: of all deeds only promises are seen by conditions.
fn changes_sight(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Acted { deeds, .. } => deeds.iter().any(|deed| match deed {
            Deed::Promised(_) => true,
            Deed::Sent(_) | Deed::Opened(_) | Deed::Noted(_) | Deed::Left(_) => false,
        }),
        Verdict::Refused(_) | Verdict::Corrected(_) | Verdict::Noted(_) | Verdict::NotJoined(..) => false,
    }
}

fn leave(
    decisions: Decisions,
    definitions: &Definitions,
    customer: &mut Customer,
    input: &Input<'_>,
    effects: &mut Effects,
) {
    effects.receipts.push(Receipt {
        id: customer.deeds.next_id(customer.id),
        position: input.position,
        at: input.now,
        definitions: definitions.version,
        decisions,
    });
}
