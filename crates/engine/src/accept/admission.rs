//! Who is let in when much is waiting. Law 12: complaints and broken promises are shed last.

use std::sync::Arc;

use opcx_core::definitions::Definitions;
use opcx_core::event::{Event, Origin};
use opcx_core::record::Entry;

use super::Submission;
use crate::InForce;

/// How much may wait before accepting refuses more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests that wait for the appending thread.
    pub requests_max: usize,
    /// Records that wait to be decided on.
    pub lag_records_max: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { requests_max: 4_096, lag_records_max: 5_000_000 }
    }
}

/// How much it would cost to refuse a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It can come later.
    Ordinary,
    /// It holds what somebody said, which may be a complaint or the answer to one, or what makes or keeps
    /// a promise, so that without it one may be broken unseen.
    Grave,
}

/// Decides whether there is room.
pub(crate) struct Admission {
    limits: Limits,
    /// What tells of promises; without it nothing does.
    in_force: Option<Arc<InForce>>,
}

impl Admission {
    pub(crate) fn new(limits: Limits, in_force: Option<Arc<InForce>>) -> Admission {
        Admission { limits, in_force }
    }

    /// Whether there is room for a submission while so many requests and records wait. The last quarter
    /// is kept for grave ones; what a submission weighs is asked only then, since it has to be decoded.
    pub(crate) fn admits(&self, submission: &Submission, requests: usize, records: u64) -> bool {
        let Limits { requests_max, lag_records_max } = self.limits;
        if requests >= requests_max || records >= lag_records_max {
            return false;
        }
        let is_roomy =
            requests < requests_max - requests_max / 4 && records < lag_records_max - lag_records_max / 4;
        let definitions = || self.in_force.as_deref().map(InForce::now);
        is_roomy || weight(definitions().as_deref(), submission) == Weight::Grave
    }
}

/// What a submission weighs: as much as the gravest of its events.
#[must_use]
pub fn weight(definitions: Option<&Definitions>, submission: &Submission) -> Weight {
    let is_grave = |event: &Event| {
        let speaks = event.said.is_some() || event.origin == Origin::Staff;
        let concerned = definitions.map(|definitions| definitions.index().concerned(&event.kind));
        let is_about_promises = concerned.is_some_and(|concerned| {
            !(concerned.made.is_empty() && concerned.kept.is_empty() && concerned.released.is_empty())
        });
        event.origin != Origin::Probe && (speaks || is_about_promises)
    };
    let any = submission.entries.iter().any(|submitted| match submitted.entry.decode() {
        Ok(Entry::Event(event)) => is_grave(&event),
        Ok(Entry::Command(_)) => true,
        Ok(
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_),
        )
        | Err(_) => false,
    });
    if any { Weight::Grave } else { Weight::Ordinary }
}

#[cfg(test)]
mod tests {
    use opcx_core::log::Lane;
    use opcx_store::Encoded;

    use super::*;
    use crate::{Submitted, sample};

    fn event(said: Option<&str>) -> Submitted {
        let event = Event { said: said.map(Into::into), ..sample::event() };
        Submitted { key: None, entry: Encoded::of(&Entry::Event(event)) }
    }

    fn submission(entries: Vec<Submitted>) -> Submission {
        Submission { lane: Lane::LIVE, at: None, entries }
    }

    #[test]
    fn law_12_complaints_are_shed_last() {
        let limits = Limits { requests_max: 8, lag_records_max: 100 };
        let admission = Admission::new(limits, None);
        let ordinary = submission(vec![event(None), event(None)]);
        let grave = submission(vec![event(None), event(Some("it broke again"))]);
        let admitted = |requests, records| {
            [&ordinary, &grave].map(|submission| admission.admits(submission, requests, records))
        };
        assert_eq!(admitted(5, 74), [true, true]);
        assert_eq!(admitted(6, 0), [false, true]);
        assert_eq!(admitted(0, 75), [false, true]);
        assert_eq!(admitted(7, 99), [false, true]);
        assert_eq!(admitted(8, 0), [false, false], "full is full");
        assert_eq!(admitted(0, 100), [false, false], "full is full");
    }
}
