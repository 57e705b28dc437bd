//! Views: what playbooks see when they are asked.
//!
//! One thing sets many playbooks off, and they look at much the same. So what they look at is read once for several of
//! them, before any of them acts: of all that they do, only a promise changes what the next one sees.

use alloc::vec::Vec;
use smallvec::SmallVec;

use super::Asked;
use super::refusal::categories_of_cause;
use crate::condition::{Outcome, Sight};
use crate::consent::Purpose;
use crate::customer::Known;
use crate::definitions::{FieldNumber, Look, LooksNumber};
use crate::event::Categories;
use crate::promise::PromiseId;
use crate::receipt::{DECISIONS_MAX, Decisions, INPUT_CHARS_MAX, INPUTS_MAX, InputPlace, LookedAt, Refused};
use crate::step::message;

/// What one playbook sees.
pub(super) struct View {
    /// What it looks at, for its receipt.
    pub(super) looked_at: LookedAt,
    /// Why it does not act, if what it sees is reason enough.
    pub(super) refused: Option<Refused>,
}

/// The views of the first of these playbooks: as many as the receipt has room for, and none beyond one that may promise
/// something. What they look at is written down in `decisions`.
pub(super) fn views(known: &Known, asked: &[Asked<'_>], decisions: &mut Decisions) -> Vec<View> {
    let mut views = Vec::with_capacity(asked.len().min(DECISIONS_MAX));
    let mut eyes: Option<Eyes<'_>> = None;
    for asked in asked {
        if !decisions.have_room_for(views.len() + 1) {
            break;
        }
        let sees_as = (asked.playbook.purpose, asked.at_hand.promise.map(|promise| promise.id));
        let eyes = match &mut eyes {
            Some(eyes) if eyes.sees_as == sees_as => eyes,
            eyes => eyes.insert(Eyes::new(known, asked, sees_as)),
        };
        let view = eyes.view(asked, decisions);
        let may_promise = view.refused.is_none() && asked.playbook.promises();
        views.push(view);
        if may_promise {
            break;
        }
    }
    views
}

/// What can be seen for one purpose, with one promise at hand, and what of it was looked at.
struct Eyes<'a> {
    sees_as: (Purpose, Option<PromiseId>),
    sight: Sight<'a>,
    fields: SmallVec<[Seen<'a>; 8]>,
    /// What playbooks came to that look at the same, for causes of these categories.
    looks: SmallVec<[(LooksNumber, Categories, LooksSeen<'a>); 2]>,
}

/// A field that was looked at.
#[derive(Clone, Copy)]
struct Seen<'a> {
    field: FieldNumber,
    place: InputPlace,
    value: Outcome<'a>,
}

/// What one playbook looks at.
struct LooksSeen<'a> {
    looked_at: LookedAt,
    /// What each of its fields holds.
    values: SmallVec<[Outcome<'a>; 4]>,
}

impl<'a> Eyes<'a> {
    fn new(known: &'a Known, asked: &Asked<'a>, sees_as: (Purpose, Option<PromiseId>)) -> Eyes<'a> {
        let sight = asked.at_hand.sight(known, asked.playbook.purpose, asked.input.now);
        Eyes { sees_as, sight, fields: SmallVec::new(), looks: SmallVec::new() }
    }

    fn view(&mut self, asked: &Asked<'a>, decisions: &mut Decisions) -> View {
        let of_cause = categories_of_cause(asked);
        let allowed = self.sight.allowed;
        let LooksSeen { looked_at, values } = self.look(asked, of_cause, decisions);
        // Law 4: what set it off must itself be visible for the playbook's purpose.
        let refused = if allowed.and(of_cause) == of_cause {
            asked.playbook.condition.as_ref().and_then(|condition| match condition.holds_with(values) {
                Ok(true) => None,
                Ok(false) => Some(Refused::Condition),
                Err(missing) => Some(Refused::Missing(message::missing_words(missing))),
            })
        } else {
            Some(Refused::Consent)
        };
        View { looked_at: *looked_at, refused }
    }

    /// Looks at every field of the playbook's condition and its templates.
    fn look(&mut self, asked: &Asked<'a>, of_cause: Categories, decisions: &mut Decisions) -> &LooksSeen<'a> {
        let looks = asked.looks;
        let is_it = |(number, categories, _): &(LooksNumber, Categories, LooksSeen<'_>)| {
            (*number, *categories) == (looks.number, of_cause)
        };
        let known = self.looks.iter().position(is_it);
        let at = known.unwrap_or_else(|| {
            let mut looked_at = LookedAt::data(self.sight.allowed.and(of_cause.or(looks.claimed)));
            let mut values = SmallVec::with_capacity(looks.fields.len());
            for (at, look) in looks.fields.iter().enumerate() {
                let value = if at < INPUTS_MAX {
                    let Seen { place, value, .. } = self.see(look, decisions);
                    looked_at.input(place);
                    value
                } else {
                    self.sight.read(&look.field)
                };
                if value.is_ok() {
                    look.category.into_iter().for_each(|category| looked_at.category(category));
                }
                values.push(value);
            }
            self.looks.push((looks.number, of_cause, LooksSeen { looked_at, values }));
            self.looks.len() - 1
        });
        &self.looks[at].2
    }

    /// What the field holds, written down once.
    fn see(&mut self, look: &'a Look, decisions: &mut Decisions) -> Seen<'a> {
        if let Some(seen) = self.fields.iter().find(|seen| seen.field == look.number) {
            return *seen;
        }
        let value = self.sight.read(&look.field);
        let words = match value {
            Ok(value) => message::value_words(value, INPUT_CHARS_MAX),
            Err(_missing) => "missing".into(),
        };
        let place = decisions.place_of(&look.words, words);
        let seen = Seen { field: look.number, place, value };
        self.fields.push(seen);
        seen
    }
}
