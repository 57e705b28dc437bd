//! Clients at the door: what they hand in, and what they are answered.

use opcx_core::record::Entry;
use opcx_engine::{Accepted, IntakeError, Submission, gists};

use super::World;
use crate::broken::{Result, hold};
use crate::machine::{Answer, LIMITS, poll};
use crate::outside::{HandedIn, alone, is_grave};
use crate::plant::Bug;

/// Things sent lately that may come again.
const SENT_MAX: usize = 40;

/// A request at the door.
pub(super) struct Waiting {
    /// What a client handed in; `None` for what is ours.
    handed_in: Option<HandedIn>,
    answer: Answer,
}

impl World {
    /// A client hands something in.
    pub(super) fn hand_in(&mut self, events: HandedIn) -> Result<()> {
        self.ledger.handed_in.extend(&events.keys);
        let in_queue = self.waiting.iter().filter(|waiting| waiting.handed_in.is_some()).count();
        let mut answer = self.ask(&events.submission, in_queue);
        match poll(&mut answer) {
            None => {
                hold(in_queue < LIMITS.requests_max, "everything is bounded (law 12)", || {
                    format!("{in_queue} requests wait, {} may", LIMITS.requests_max)
                })?;
                self.waiting.push(Waiting { handed_in: Some(events), answer });
                Ok(())
            }
            Some(Err(IntakeError::Overloaded { .. })) => {
                self.tally.refused += 1;
                let reports = self.machine.queues.values().filter(|queue| queue.reporting.is_some()).count();
                let looks = usize::from(self.machine.looked.is_some());
                let full = self.waiting.len() + reports + looks >= LIMITS.requests_max
                    || self.machine.lag() >= LIMITS.lag_records_max;
                hold(full || !is_grave(&events.submission), "complaints are shed last (law 12)", || {
                    format!("one was refused while {in_queue} requests waited")
                })?;
                self.unanswered.push_back(events);
                Ok(())
            }
            Some(answer) => self.answered(Some(events), &answer),
        }
    }

    /// The real door, and in front of it the bug, if it is one of the door's.
    fn ask(&mut self, submission: &Submission, in_queue: usize) -> Answer {
        let intake = self.machine.intake.clone();
        let end = self.machine.truth.end();
        let submission = submission.clone();
        let entries = submission.entries.len();
        let overloaded = IntakeError::Overloaded { retry_after: opcx_core::time::Span::SECOND };
        match self.bug {
            Some(Bug::ComplaintsShedFirst) if in_queue > LIMITS.requests_max / 2 && is_grave(&submission) => {
                Box::pin(std::future::ready(Err(overloaded)))
            }
            Some(Bug::MarkedBeforeWritten) => {
                let keys: Vec<_> = submission.entries.iter().filter_map(|entry| entry.key).collect();
                if keys.iter().all(|key| self.marked.contains(key)) {
                    return Box::pin(std::future::ready(Ok(Accepted { fresh: 0, repeats: entries, end })));
                }
                self.marked.extend(keys);
                Box::pin(async move { intake.accept(submission).await })
            }
            Some(Bug::AnsweredWhenQueued) => {
                let mut asked: Answer = Box::pin(async move { intake.accept(submission).await });
                match poll(&mut asked) {
                    Some(refused) => Box::pin(std::future::ready(refused)),
                    None => {
                        self.waiting.push(Waiting { handed_in: None, answer: asked });
                        Box::pin(std::future::ready(Ok(Accepted { fresh: entries, repeats: 0, end })))
                    }
                }
            }
            _ => Box::pin(async move {
                let bytes = submission.entries.iter().map(|submitted| submitted.entry.as_bytes().len()).sum();
                let _inside = intake.enter(bytes, gists(&submission))?;
                intake.accept(submission).await
            }),
        }
    }

    /// Something of the company's own, which waits for room.
    pub(super) fn hand_in_ours(&mut self, submission: Submission) {
        let answer = self.machine.submit(submission);
        self.waiting.push(Waiting { handed_in: None, answer });
        // So that it takes its place in the queue.
        if let Some(last) = self.waiting.last_mut()
            && poll(&mut last.answer).is_some()
        {
            self.waiting.pop();
        }
    }

    pub(super) fn hand_in_alone(&mut self, entry: &Entry) {
        self.hand_in_ours(alone(entry));
    }

    /// A client that was not answered, or that is not sure, sends again.
    pub(super) fn send_again(&mut self) -> Result<()> {
        if let Some(events) = self.unanswered.pop_front() {
            return self.hand_in(events);
        }
        if self.sent.is_empty() {
            return Ok(());
        }
        let at = self.random.below(self.sent.len() as u64);
        let at = usize::try_from(at).expect("a list's length fits");
        match self.sent.remove(at) {
            Some(events) => self.hand_in(events),
            None => Ok(()),
        }
    }

    /// The appending thread takes what is waiting, and everyone hears what came of it.
    pub(super) fn append(&mut self) -> Result<()> {
        let now = self.wall();
        self.machine.appender.append_waiting(now);
        for mut waiting in std::mem::take(&mut self.waiting) {
            match poll(&mut waiting.answer) {
                None => self.waiting.push(waiting),
                Some(answer) => self.answered(waiting.handed_in, &answer)?,
            }
        }
        self.hear_reports();
        Ok(())
    }

    fn answered(
        &mut self,
        handed_in: Option<HandedIn>,
        answer: &core::result::Result<Accepted, IntakeError>,
    ) -> Result<()> {
        let Some(events) = handed_in else { return Ok(()) };
        let Ok(accepted) = answer else {
            self.unanswered.push_back(events);
            return Ok(());
        };
        let (_, failed_syncs) = self.machine.disk.errors();
        // What was safe before is a repeat, and no less safe now.
        hold(
            failed_syncs == 0 || accepted.fresh == 0,
            "after a failed sync nothing new is acknowledged",
            || format!("{} events were", accepted.fresh),
        )?;
        hold(accepted.fresh + accepted.repeats == events.keys.len(), "every event is answered for", || {
            format!("{accepted:?} to {} events", events.keys.len())
        })?;
        self.ledger.acknowledged.extend(&events.keys);
        self.ledger.answered_to = self.ledger.answered_to.max(accepted.end.get());
        self.sent.push_back(events);
        if self.sent.len() > SENT_MAX {
            self.sent.pop_front();
        }
        Ok(())
    }

    /// The machine is gone: nobody is answered any more.
    pub(super) fn hang_up(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.unanswered.extend(waiting.into_iter().filter_map(|waiting| waiting.handed_in));
    }
}
