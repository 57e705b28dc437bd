//! Who is let in when much is waiting. Law 12: complaints and broken promises are shed last.

use std::sync::Arc;

use opcx_core::definitions::Definitions;
use opcx_core::event::{Event, Name, Origin};
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
    /// Records that wait to be decided on, from which on quick answers count more than taking everything: what
    /// is taken in then only waits elsewhere.
    pub busy_from_records: u64,
    /// Bytes of requests worked on at a time while so many records wait: ordinary requests beyond are refused,
    /// so that those taken have their answer soon.
    pub busy_bytes_max: usize,
}

impl Default for Limits {
    /// Five million records wait on the disk, a minute's deciding or two; fifty thousand are a second's. The bytes are what
    /// two cores read in some milliseconds.
    fn default() -> Limits {
        Limits {
            requests_max: 4_096,
            lag_records_max: 5_000_000,
            busy_from_records: 50_000,
            busy_bytes_max: 256 * 1024,
        }
    }
}

/// How much it would cost to refuse something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It can come later.
    Ordinary,
    /// It holds what somebody said, which may be a complaint or the answer to one, or what makes or keeps
    /// a promise, so that without it one may be broken unseen.
    Grave,
}

/// As much of an event as tells its weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gist {
    /// What happened.
    pub kind: Name,
    /// Whether somebody's own words are in it.
    pub speaks: bool,
    /// Who did it.
    pub origin: Origin,
}

impl Gist {
    /// The gist of an event.
    #[must_use]
    pub fn of(event: &Event) -> Gist {
        Gist { kind: event.kind.clone(), speaks: event.said.is_some(), origin: event.origin }
    }

    /// What such an event weighs; without definitions nothing is known to be about promises.
    #[must_use]
    pub fn weight(&self, definitions: Option<&Definitions>) -> Weight {
        let concerned = definitions.map(|definitions| definitions.index().concerned(&self.kind));
        let is_about_promises = concerned.is_some_and(|concerned| {
            !(concerned.made.is_empty() && concerned.kept.is_empty() && concerned.released.is_empty())
        });
        match self.origin {
            Origin::Probe => Weight::Ordinary,
            Origin::Staff => Weight::Grave,
            Origin::Customer if self.speaks || is_about_promises => Weight::Grave,
            Origin::Customer => Weight::Ordinary,
        }
    }
}

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Ample,
    /// Only what is grave gets of it.
    Scarce,
    Full,
}

/// What waits at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Requests for the appending thread.
    pub(crate) requests: usize,
    /// Records to be decided on.
    pub(crate) records: u64,
    /// Whether memory is short.
    pub(crate) memory_is_short: bool,
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

    /// Whether a request is let in, of whose events only the gist is known; of what cannot be told, `None`. What a
    /// request weighs is asked only where it matters.
    pub(crate) fn lets_in(
        &self,
        waiting: Waiting,
        bytes_at_work: usize,
        gists: impl Iterator<Item = Option<Gist>>,
    ) -> bool {
        let is_busy =
            waiting.records >= self.limits.busy_from_records && bytes_at_work >= self.limits.busy_bytes_max;
        match self.room(waiting) {
            Room::Full => false,
            Room::Ample if !is_busy => true,
            Room::Ample | Room::Scarce => self.may_be_grave(gists),
        }
    }

    /// Whether there is room for a submission while so much waits. The last quarter is kept for grave ones.
    pub(crate) fn admits(&self, submission: &Submission, waiting: Waiting) -> bool {
        match self.room(waiting) {
            Room::Full => false,
            Room::Ample => true,
            Room::Scarce => self.may_be_grave(gists(submission)),
        }
    }

    fn room(&self, Waiting { requests, records, memory_is_short }: Waiting) -> Room {
        let Limits { requests_max, lag_records_max, .. } = self.limits;
        if requests >= requests_max || records >= lag_records_max {
            return Room::Full;
        }
        // However little memory there is, what nothing waits before is taken.
        let is_roomy = requests < requests_max - requests_max / 4
            && records < lag_records_max - lag_records_max / 4
            && !(memory_is_short && records > 0);
        if is_roomy { Room::Ample } else { Room::Scarce }
    }

    fn may_be_grave(&self, mut gists: impl Iterator<Item = Option<Gist>>) -> bool {
        let definitions = self.in_force.as_deref().map(InForce::now);
        gists.any(|gist| gist.is_none_or(|gist| gist.weight(definitions.as_deref()) == Weight::Grave))
    }
}

/// The gist of each event in a submission. An order has none, and weighs as much as the gravest.
pub fn gists(submission: &Submission) -> impl Iterator<Item = Option<Gist>> {
    submission.entries.iter().filter_map(|submitted| match submitted.entry.decode() {
        Ok(Entry::Event(event)) => Some(Some(Gist::of(&event))),
        Ok(Entry::Command(_)) => Some(None),
        Ok(
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_),
        )
        | Err(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use opcx_core::log::Lane;
    use opcx_store::Encoded;

    use super::*;
    use crate::{Submitted, sample};

    const LIMITS: Limits =
        Limits { requests_max: 8, lag_records_max: 100, busy_from_records: 20, busy_bytes_max: 1_000 };

    const NOTHING: Waiting = Waiting { requests: 0, records: 0, memory_is_short: false };

    fn event(said: Option<&str>) -> Submitted {
        let event = Event { said: said.map(Into::into), ..sample::event() };
        Submitted { key: None, entry: Encoded::of(&Entry::Event(event)) }
    }

    fn submission(entries: Vec<Submitted>) -> Submission {
        Submission { lane: Lane::LIVE, at: None, entries }
    }

    #[test]
    fn law_12_complaints_are_shed_last() {
        let admission = Admission::new(LIMITS, None);
        let ordinary = submission(vec![event(None), event(None)]);
        let grave = submission(vec![event(None), event(Some("it broke again"))]);
        let admitted = |requests, records| {
            [&ordinary, &grave]
                .map(|submission| admission.admits(submission, Waiting { requests, records, ..NOTHING }))
        };
        assert_eq!(admitted(5, 74), [true, true]);
        assert_eq!(admitted(6, 0), [false, true]);
        assert_eq!(admitted(0, 75), [false, true]);
        assert_eq!(admitted(7, 99), [false, true]);
        assert_eq!(admitted(8, 0), [false, false], "full is full");
        assert_eq!(admitted(0, 100), [false, false], "full is full");
    }

    #[test]
    fn law_12_while_memory_is_short_ordinary_requests_wait_outside_until_all_is_decided() {
        let admission = Admission::new(LIMITS, None);
        let (ordinary, grave) = (submission(vec![event(None)]), submission(vec![event(Some("it broke"))]));
        let admitted = |records| {
            let waiting = Waiting { records, memory_is_short: true, ..NOTHING };
            [&ordinary, &grave].map(|submission| admission.admits(submission, waiting))
        };
        assert_eq!(admitted(1), [false, true]);
        assert_eq!(admitted(0), [true, true], "a limit that is too low does not shut the door");
    }

    #[test]
    fn law_12_where_deciding_lags_behind_ordinary_requests_wait_outside_and_complaints_do_not() {
        let admission = Admission::new(LIMITS, None);
        let gist = |speaks| Some(Gist { kind: "Page Viewed".into(), speaks, origin: Origin::Customer });
        let let_in = |records, bytes_at_work| {
            [gist(false), gist(true), None].map(|last| {
                let waiting = Waiting { records, ..NOTHING };
                admission.lets_in(waiting, bytes_at_work, [gist(false), last].into_iter())
            })
        };
        let (all, grave, none) = ([true; 3], [false, true, true], [false; 3]);
        assert_eq!(let_in(19, usize::MAX), all, "much at once is no harm while deciding keeps up");
        assert_eq!(let_in(20, 999), all, "there is room");
        assert_eq!(let_in(20, 1_000), grave, "what cannot be told may be grave");
        assert_eq!(let_in(75, 0), grave);
        assert_eq!(let_in(100, 0), none);
    }
}
