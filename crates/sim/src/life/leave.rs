//! Weeks pass, customers leave, and at the end the sums are drawn.

use opcx_core::time::{Span, Timestamp};

use super::queue::Queue;
use super::{Step, World, event_id};
use crate::person::Number;
use crate::texts::Topic;
use crate::truth::{Effect, FirstComplaint, Loss, TruePerson, Truth};

use super::voice::Complaint;

/// What a customer of average value is worth in a year, in cents.
const YEAR_CENTS: i64 = 9_000;
/// Of those who leave, how many say so.
const SAYS_SO_PERMILLE: u32 = 220;

impl World {
    /// A week of what no system sees; and the question whether to stay.
    pub(super) fn week(&mut self, number: Number, at: Timestamp) {
        if !self.is_here(number) {
            return;
        }
        let person = self.person(number);
        let mut random = person.random.clone();
        person.heart.drift(&mut random);
        person.random = random;
        let leaving = person.heart.leaving_permille();
        let year_cents = YEAR_CENTS * person.value_permille / 1000;
        for cause in 0..self.tallies.len() {
            let by = self.person(number).heart.leaving_permille_by(cause);
            if by > 0 {
                self.tallies[cause].leaving_thousandths += by;
                self.tallies[cause].lost_cents += year_cents * by / 1000;
            }
        }
        if !self.random(number).permille(u32::try_from(leaving).unwrap_or(0)) {
            self.wake(number, at + Span::DAY.times(7), Step::Week);
            return;
        }
        self.person(number).left = Some(at);
        if self.random(number).permille(SAYS_SO_PERMILLE) {
            let quality = self.person(number).heart.trust().min(-200);
            let farewell = Complaint { topic: Topic::Leaving, quality, cause: None, order: 0, product: 0 };
            self.contact(number, at + Span::MINUTE, farewell, 0);
        }
        let replaced = at + Span::from_millis(self.random(number).waiting(5 * Span::DAY.as_millis()));
        self.wake(number, replaced, Step::Newcomer);
    }

    /// Money is lost, by a cause if there is one.
    pub(super) fn lost(
        &mut self,
        number: Number,
        at: Timestamp,
        cause: Option<usize>,
        cents: i64,
        what: &str,
    ) {
        let Some(cause) = cause else { return };
        self.tallies[cause].lost_cents += cents;
        self.truths.push(Truth::Loss(Loss {
            cause: self.scenario.causes[cause].cause.clone(),
            person: number,
            at,
            cents,
            what: what.to_owned(),
        }));
    }

    /// The end: what is still owed, who everybody is, what each cause did.
    pub(crate) fn finish(&mut self, end: Timestamp) {
        let mut left = std::mem::replace(&mut self.queue, Queue::new());
        while let Some((_, person, step)) = left.pop() {
            let promise = match step {
                Step::Delivered(parcel) => parcel.promise(),
                Step::Ready(collection) => collection.promise(),
                Step::Refunded(return_) => return_.promise(),
                Step::Answered(contact) => contact.promise(),
                Step::Unanswered(contact) if contact.promise().done.is_none() => contact.promise(),
                Step::Session
                | Step::Visit
                | Step::App
                | Step::Release(_)
                | Step::Week
                | Step::Overdue(_)
                | Step::Opened(_)
                | Step::RefundOverdue(_)
                | Step::Unanswered(_)
                | Step::Newcomer => continue,
            };
            if promise.made <= end {
                self.settle(person, promise, end);
            }
        }
        for number in 0..self.people.len() {
            let number = Number::try_from(number).expect("people are numbered");
            let (identifiers, shared) = self.identifiers(number);
            let person = self.person(number);
            let told = TruePerson {
                person: number,
                region: person.region,
                language: person.language,
                identifiers,
                shared,
                trust_at_start: person.trust_at_start,
                trust: person.heart.trust(),
                left: person.left,
                spent_cents: person.spent_cents,
            };
            self.truths.push(Truth::Person(Box::new(told)));
        }
        for (cause, tally) in self.scenario.causes.iter().zip(&self.tallies) {
            // Some complain so late that the end comes first.
            if let Some((at, event, person)) = tally.first_complaint.filter(|(at, _, _)| *at < end) {
                self.truths.push(Truth::FirstComplaint(FirstComplaint {
                    cause: cause.cause.clone(),
                    person,
                    at,
                    event: event_id(event),
                }));
            }
            self.truths.push(Truth::Effect(Effect {
                cause: cause.cause.clone(),
                people: tally.people,
                times: tally.times,
                trust_change: tally.trust_change,
                leaving_thousandths: tally.leaving_thousandths,
                lost_cents: tally.lost_cents,
            }));
        }
    }
}
