//! Who wakes when: a queue in the order of time. Steps lie beside it, since they are large and a queue moves what it
//! holds about a good deal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use opcx_core::time::Timestamp;

use super::Step;
use crate::person::Number;

/// Everybody's next steps.
#[derive(Debug, Default)]
pub(super) struct Queue {
    wakes: BinaryHeap<Reverse<Wake>>,
    steps: Vec<(Number, Step)>,
    /// Places of steps that were taken.
    free: Vec<u32>,
    sequence: u64,
}

/// When somebody wakes, which of two at the same moment comes first, and where the step lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    at: Timestamp,
    sequence: u64,
    place: u32,
}

impl Queue {
    pub(super) fn push(&mut self, person: Number, at: Timestamp, step: Step) {
        self.sequence += 1;
        let place = match self.free.pop() {
            Some(place) => {
                self.steps[index(place)] = (person, step);
                place
            }
            None => {
                self.steps.push((person, step));
                u32::try_from(self.steps.len() - 1).expect("fewer steps ahead than that")
            }
        };
        self.wakes.push(Reverse(Wake { at, sequence: self.sequence, place }));
    }

    /// When somebody wakes next.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.wakes.peek().map(|Reverse(wake)| wake.at)
    }

    /// The next step: when, whose, which.
    pub(super) fn pop(&mut self) -> Option<(Timestamp, Number, Step)> {
        let Reverse(Wake { at, place, .. }) = self.wakes.pop()?;
        self.free.push(place);
        let (person, step) = self.steps[index(place)];
        Some((at, person, step))
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).expect("a place in a list")
}
