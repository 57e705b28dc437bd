//! Runs: one customer's way through one journey, with times, gaps, repeats and abandonment.

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::customer::room;
use crate::effects::Moment;
use crate::event::Name;
use crate::log::Position;
use crate::time::{Span, Timestamp};

/// Most steps of a run that are kept at hand; of a longer run the newest are. The store has every moment.
pub const STEPS_MAX: usize = 8;
/// Most moments of which a run counts how often they were gone through.
pub const VISITS_MAX: usize = 64;

/// One way through a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The journey's name.
    pub journey: Name,
    /// What tells this run from others of the same journey: an order's id.
    pub key: Option<CompactString>,
    /// When its first moment happened.
    pub started: Timestamp,
    /// When its latest moment happened.
    pub latest: Timestamp,
    /// When it counts as abandoned unless something happens before.
    pub abandoned_at: Timestamp,
    /// Where it stands.
    pub state: RunState,
    /// How often each moment was gone through, in the order of the first time.
    pub visits: Vec<(Name, u16)>,
    /// Its newest moments in log order, to be looked up.
    pub steps: Vec<Step>,
    /// How many moments it had in all.
    pub steps_total: u32,
    /// How often a moment was gone through again.
    pub repeats: u32,
    /// The longest time between two moments.
    pub longest_gap: Span,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunState {
    /// Under way.
    UnderWay,
    /// The customer got what they set out for.
    Reached,
    /// Nothing happened for too long.
    Abandoned,
}

/// One moment gone through: where the store has it. Nothing is decided by what a step was, and a customer is written
/// down with every batch that concerns them, so that it would be dear to have it here as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step {
    /// The record.
    pub position: Position,
    /// Which moment of that record, as [`Moment::number`] counts them.
    pub number: u16,
}

impl Step {
    /// Whether this step is that moment.
    #[must_use]
    pub fn is(self, moment: &Moment) -> bool {
        (moment.position, moment.number) == (self.position, self.number)
    }
}

impl Run {
    /// A run that has just begun.
    #[must_use]
    pub fn begin(journey: Name, key: Option<CompactString>, at: Timestamp, abandoned_after: Span) -> Run {
        Run {
            journey,
            key,
            started: at,
            latest: at,
            abandoned_at: at + abandoned_after,
            state: RunState::UnderWay,
            visits: Vec::new(),
            steps: Vec::new(),
            steps_total: 0,
            repeats: 0,
            longest_gap: Span::ZERO,
        }
    }

    /// Takes one more step: `moment`, gone through at `at`; `goal` if the customer got there what they set out for. Returns
    /// how often this moment had been gone through in this run before.
    pub fn take(
        &mut self,
        step: Step,
        moment: &Name,
        at: Timestamp,
        goal: bool,
        abandoned_after: Span,
    ) -> u16 {
        let repeats = self.visit(moment);
        self.repeats = self.repeats.saturating_add(u32::from(repeats > 0));
        if self.steps_total > 0 {
            self.longest_gap = self.longest_gap.max(at.since(self.latest));
        }
        self.started = self.started.min(at);
        self.latest = self.latest.max(at);
        self.abandoned_at = self.latest + abandoned_after;
        // Who got what they set out for has got it, whatever comes after.
        self.state = match self.state {
            RunState::Reached => RunState::Reached,
            RunState::UnderWay | RunState::Abandoned if goal => RunState::Reached,
            RunState::UnderWay | RunState::Abandoned => RunState::UnderWay,
        };
        self.steps_total = self.steps_total.saturating_add(1);
        if self.steps.len() == STEPS_MAX {
            self.steps.remove(0);
        }
        room::push(&mut self.steps, step);
        repeats
    }

    /// Counts one visit and returns how many there were before.
    fn visit(&mut self, moment: &Name) -> u16 {
        match self.visits.iter_mut().find(|(known, _)| known == moment) {
            Some((_, times)) => {
                let before = *times;
                *times = before.saturating_add(1);
                before
            }
            None => {
                if self.visits.len() < VISITS_MAX {
                    room::push(&mut self.visits, (moment.clone(), 1));
                }
                0
            }
        }
    }
}
