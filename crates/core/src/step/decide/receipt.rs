use smallvec::SmallVec;

use super::Asked;
use super::refusal::categories_of_cause;
use crate::condition::Sight;
use crate::consent::Purpose;
use crate::customer::Customer;
use crate::definitions::{Definitions, FieldNumber, Look, Looks, LooksNumber};
use crate::effects::Effects;
use crate::event::{Categories, Category};
use crate::promise::PromiseId;
use crate::receipt::{Decisions, Deed, INPUT_CHARS_MAX, INPUTS_MAX, InputPlace, LookedAt, Receipt, Verdict};
use crate::step::{Input, message};

/// The receipt that a step is writing.
pub(super) struct Writing {
    decisions: Decisions,
    /// What was seen, as long as looking again would show the same.
    seen: Seen,
    /// What it was looked at for, and with which promise at hand.
    seen_with: Option<(Purpose, Option<PromiseId>)>,
}

/// What was seen. Playbooks that one thing sets off look at much the same, and many at the very same.
#[derive(Default)]
struct Seen {
    fields: SmallVec<[SeenField; 8]>,
    /// What playbooks came to that look at the same, for causes of these categories.
    looks: SmallVec<[(LooksNumber, Categories, LookedAt); 2]>,
}

/// A field that was looked at.
#[derive(Clone, Copy)]
struct SeenField {
    field: FieldNumber,
    place: InputPlace,
    /// The field's category; `None` also where nothing could be seen.
    category: Option<Category>,
}

impl Writing {
    /// The receipt of so many decisions.
    pub(super) fn of(decisions: usize) -> Writing {
        Writing { decisions: Decisions::with_room(decisions), seen: Seen::default(), seen_with: None }
    }

    /// Looks at what the playbook looks at, as it is now: every field of its condition and its templates.
    pub(super) fn look(
        &mut self,
        customer: &mut Customer,
        asked: &Asked<'_>,
        looks: &Looks,
        effects: &mut Effects,
    ) -> LookedAt {
        let Asked { definitions, input, playbook, at_hand, .. } = *asked;
        if !self.decisions.has_room() {
            self.seen = Seen::default();
            leave(core::mem::take(&mut self.decisions), definitions, customer, input, effects);
        }
        let with = (playbook.purpose, at_hand.promise.map(|promise| promise.id));
        if self.seen_with.replace(with) != Some(with) {
            self.seen = Seen::default();
        }
        let of_cause = categories_of_cause(asked);
        let is_it = |&&(number, categories, _): &&(LooksNumber, Categories, LookedAt)| {
            (number, categories) == (looks.number, of_cause)
        };
        if let Some((.., looked_at)) = self.seen.looks.iter().find(is_it) {
            return *looked_at;
        }
        let sight = at_hand.sight(&customer.known, playbook.purpose, input.now);
        let mut looked_at = LookedAt::data(sight.allowed.and(of_cause.or(looks.claimed)));
        let (listed, unlisted) = looks.fields.split_at(looks.fields.len().min(INPUTS_MAX));
        for look in listed {
            let SeenField { place, category, .. } = self.see(look, &sight);
            looked_at.input(place);
            category.into_iter().for_each(|category| looked_at.category(category));
        }
        for look in unlisted.iter().filter(|look| sight.read(&look.field).is_ok()) {
            look.field.category().into_iter().for_each(|category| looked_at.category(category));
        }
        self.seen.looks.push((looks.number, of_cause, looked_at));
        looked_at
    }

    /// What the field holds, written down once for as long as it holds that.
    fn see<'a>(&mut self, look: &'a Look, sight: &Sight<'a>) -> SeenField {
        if let Some(seen) = self.seen.fields.iter().find(|seen| seen.field == look.number) {
            return *seen;
        }
        let (value, category) = match sight.read(&look.field) {
            Ok(value) => (message::value_words(value, INPUT_CHARS_MAX), look.field.category()),
            Err(_missing) => ("missing".into(), None),
        };
        let place = self.decisions.place_of(&look.words, value);
        let seen = SeenField { field: look.number, place, category };
        self.seen.fields.push(seen);
        seen
    }

    /// Writes a decision down.
    pub(super) fn add(&mut self, looked_at: LookedAt, asked: &Asked<'_>, verdict: Verdict) {
        if changes_sight(&verdict) {
            self.seen = Seen::default();
        }
        let cause = self.decisions.cause(&asked.cause.words);
        self.decisions.add(cause, looked_at, asked.playbook.name.clone(), asked.playbook.purpose, verdict);
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
