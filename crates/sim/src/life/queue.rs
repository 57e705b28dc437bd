//! Who wakes when: a queue in the order of time.
//!
//! Made for hundreds of thousands of steps ahead: those of later hours lie in a heap of their hour, unsorted, until it
//! has come, so that only one hour's are kept in order; and steps, which are large, lie beside it and are not moved.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use opcx_core::time::{Span, Timestamp};

use super::Step;
use crate::person::Number;

/// Everybody's next steps.
#[derive(Debug)]
pub(super) struct Queue {
    /// Of this hour and earlier.
    soon: BinaryHeap<Reverse<Wake>>,
    hour: i64,
    later: BTreeMap<i64, Vec<Wake>>,
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
    pub(super) fn new() -> Queue {
        Queue {
            soon: BinaryHeap::new(),
            hour: i64::MIN,
            later: BTreeMap::new(),
            steps: Vec::new(),
            free: Vec::new(),
            sequence: 0,
        }
    }

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
        let wake = Wake { at, sequence: self.sequence, place };
        let hour = hour(at);
        if hour <= self.hour {
            self.soon.push(Reverse(wake));
        } else {
            self.later.entry(hour).or_default().push(wake);
        }
    }

    /// When somebody wakes next.
    pub(super) fn next(&mut self) -> Option<Timestamp> {
        if self.soon.is_empty() {
            let (hour, wakes) = self.later.pop_first()?;
            self.hour = hour;
            self.soon.extend(wakes.into_iter().map(Reverse));
        }
        self.soon.peek().map(|Reverse(wake)| wake.at)
    }

    /// The next step: when, whose, which.
    pub(super) fn pop(&mut self) -> Option<(Timestamp, Number, Step)> {
        self.next()?;
        let Reverse(Wake { at, place, .. }) = self.soon.pop()?;
        self.free.push(place);
        let (person, step) = self.steps[index(place)];
        Some((at, person, step))
    }
}

fn hour(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(Span::HOUR.as_millis())
}

fn index(place: u32) -> usize {
    usize::try_from(place).expect("a place in a list")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn steps_come_in_the_order_of_time_and_then_of_being_put_there(
            steps in prop::collection::vec((0_i64..20_000_000, 0_i64..5_000_000), 0..200),
        ) {
            let mut queue = Queue::new();
            let mut known: Vec<(Timestamp, Number)> = Vec::new();
            let mut number = 0;
            let mut put = |queue: &mut Queue, known: &mut Vec<_>, at| {
                queue.push(number, at, Step::Week);
                known.push((at, number));
                number += 1;
            };
            for &(at, _) in &steps {
                put(&mut queue, &mut known, Timestamp::from_millis(at));
            }
            // Each step of the first ones leads to one that comes later, or at once.
            for &(_, later) in &steps {
                known.sort_unstable();
                let (at, first) = known.remove(0);
                prop_assert_eq!(queue.next(), Some(at));
                prop_assert_eq!(queue.pop().map(|(at, person, _)| (at, person)), Some((at, first)));
                put(&mut queue, &mut known, at + Span::from_millis(later));
            }
            known.sort_unstable();
            for (at, person) in known {
                prop_assert_eq!(queue.pop().map(|(at, person, _)| (at, person)), Some((at, person)));
            }
            prop_assert_eq!(queue.pop(), None);
        }
    }
}
