use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::consent::Purpose;
use crate::event::{Categories, Category, Name};

/// Most inputs that one decision lists.
pub const INPUTS_MAX: usize = 16;
/// Most inputs on one receipt: as many as a decision has bits to point to them.
const RECEIPT_INPUTS_MAX: usize = 64;
/// Most decisions on one receipt. A step that takes more leaves a further receipt.
pub const DECISIONS_MAX: usize = 64;

/// The decisions on one receipt, in the order in which they were taken.
///
/// What several of them share is held once: what set them off, and what they looked at. Nothing read
/// back from storage points past these lists; such a receipt is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Decisions {
    /// Field and value, as they were; no pair twice. A field is there twice if its value changed in
    /// between, or if it was looked at for two purposes that see different things.
    inputs: Vec<(CompactString, CompactString)>,
    /// What set the decisions off, in words; none twice.
    causes: Vec<CompactString>,
    taken: Vec<Taken>,
}

/// A decision as its receipt holds it: with places in the receipt's lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    subject: Name,
    cause: CausePlace,
    inputs: InputPlaces,
    purpose: Purpose,
    categories: Categories,
    verdict: Verdict,
}

/// One decision: what a playbook, or one of opcx's own rules, did for one customer at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// What was decided about: a playbook's name, or one of opcx's own rules.
    pub subject: &'a Name,
    /// What set it off, in words: `moment pay bad`.
    pub because: &'a str,
    /// What it looked at data for.
    pub purpose: Purpose,
    /// The categories of data it looked at, all of them allowed.
    pub categories: Categories,
    /// What was decided.
    pub verdict: &'a Verdict,
    looked_at: InputPlaces,
    inputs: &'a [(CompactString, CompactString)],
}

impl<'a> Decision<'a> {
    /// What it looked at: field and value as they were, [`INPUTS_MAX`] at most.
    pub fn inputs(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let looked_at = self.looked_at;
        let inputs = self.inputs.iter().enumerate().filter(move |(at, _)| looked_at.hold(InputPlace(*at)));
        inputs.map(|(_, (field, value))| (field.as_str(), value.as_str()))
    }
}

impl Decisions {
    /// One decision, for service, that looked at nothing.
    #[must_use]
    pub fn one(subject: Name, because: &str, verdict: Verdict) -> Decisions {
        let mut decisions = Decisions::default();
        let cause = decisions.cause(because);
        decisions.add(cause, LookedAt::default(), subject, Purpose::Service, verdict);
        decisions
    }

    /// None yet, with room for so many.
    pub(crate) fn with_room(decisions: usize) -> Decisions {
        let decisions = decisions.min(DECISIONS_MAX);
        // Playbooks that one thing sets off look at much the same.
        let inputs = decisions.min(INPUTS_MAX);
        Decisions {
            inputs: Vec::with_capacity(inputs),
            causes: Vec::new(),
            taken: Vec::with_capacity(decisions),
        }
    }

    /// The decisions, in the order in which they were taken.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Decision<'_>> + ExactSizeIterator {
        self.taken.iter().map(|taken| Decision {
            subject: &taken.subject,
            because: self.causes.get(usize::from(taken.cause.0)).map_or("", |because| because),
            purpose: taken.purpose,
            categories: taken.categories,
            verdict: &taken.verdict,
            looked_at: taken.inputs,
            inputs: &self.inputs,
        })
    }

    /// How many there are, [`DECISIONS_MAX`] at most.
    #[must_use]
    pub fn len(&self) -> usize {
        self.taken.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Whether there is room for so many more, whatever the last of them looks at; the others have looked.
    pub(crate) fn have_room_for(&self, more: usize) -> bool {
        self.taken.len() + more <= DECISIONS_MAX && self.inputs.len() + INPUTS_MAX <= RECEIPT_INPUTS_MAX
    }

    /// The place of what set decisions off; it is added unless it is there.
    pub(crate) fn cause(&mut self, because: &str) -> CausePlace {
        // Those asked one after the other were mostly set off by the same.
        let known = self.causes.iter().rposition(|known| known == because);
        let at = known.unwrap_or_else(|| {
            self.causes.push(because.into());
            self.causes.len() - 1
        });
        // There are no more causes than decisions.
        CausePlace(u8::try_from(at).unwrap_or(u8::MAX))
    }

    /// The place of something that was looked at; it is added unless it is there.
    pub(crate) fn place_of(&mut self, field: &CompactString, value: CompactString) -> InputPlace {
        let is_it = |(known, then): &(CompactString, CompactString)| known == field && *then == value;
        InputPlace(self.inputs.iter().position(is_it).unwrap_or_else(|| {
            self.inputs.push((field.clone(), value));
            self.inputs.len() - 1
        }))
    }

    /// Adds a decision for which there is room.
    pub(crate) fn add(
        &mut self,
        cause: CausePlace,
        LookedAt { inputs, categories }: LookedAt,
        subject: Name,
        purpose: Purpose,
        verdict: Verdict,
    ) {
        self.taken.push(Taken { subject, cause, inputs, purpose, categories, verdict });
    }
}

/// What a decision looked at, by its places on the receipt.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LookedAt {
    inputs: InputPlaces,
    categories: Categories,
}

impl LookedAt {
    /// Data of these categories, and no input yet.
    pub(crate) fn data(categories: Categories) -> LookedAt {
        LookedAt { inputs: InputPlaces::default(), categories }
    }

    /// Takes note of what was looked at; of too many inputs the first ones are listed.
    pub(crate) fn input(&mut self, place: InputPlace) {
        if self.inputs.count() < INPUTS_MAX {
            self.inputs.add(place);
        }
    }

    /// Takes note of a category of data that was looked at.
    pub(crate) fn category(&mut self, category: Category) {
        self.categories.add(category);
    }
}

/// Which cause of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CausePlace(u8);

/// Which input of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InputPlace(usize);

/// A set of places, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct InputPlaces(u64);

impl InputPlaces {
    fn add(&mut self, InputPlace(at): InputPlace) {
        if at < RECEIPT_INPUTS_MAX {
            self.0 |= 1 << at;
        }
    }

    fn hold(self, InputPlace(at): InputPlace) -> bool {
        at < RECEIPT_INPUTS_MAX && self.0 >> at & 1 == 1
    }

    fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether all places are among the first `inputs`.
    fn are_within(self, inputs: usize) -> bool {
        inputs >= RECEIPT_INPUTS_MAX || self.0 >> inputs == 0
    }
}

/// Decisions as they were written down, not yet checked.
#[derive(Deserialize)]
struct Written {
    inputs: Vec<(CompactString, CompactString)>,
    causes: Vec<CompactString>,
    taken: Vec<Taken>,
}

/// Why decisions that were written down cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Unreadable {
    /// A decision points past a list of its receipt.
    #[error("decision {number} of a receipt points to a cause or an input that the receipt does not hold")]
    PointsNowhere {
        /// Which decision, from 0.
        number: usize,
    },
}

impl TryFrom<Written> for Decisions {
    type Error = Unreadable;

    fn try_from(Written { inputs, causes, taken }: Written) -> Result<Decisions, Unreadable> {
        let points_nowhere = |taken: &Taken| {
            usize::from(taken.cause.0) >= causes.len() || !taken.inputs.are_within(inputs.len())
        };
        match taken.iter().position(points_nowhere) {
            Some(number) => Err(Unreadable::PointsNowhere { number }),
            None => Ok(Decisions { inputs, causes, taken }),
        }
    }
}
