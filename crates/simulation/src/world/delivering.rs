//! Parcels on their way to receivers that are slow, hang, fail, and want nothing more.

use opcx_core::delivery::{Attempt, Outcome, ParcelId};
use opcx_core::record::Report;
use opcx_store::{EndpointState, ParcelRow, ParcelState};

use super::World;
use crate::broken::{Result, hold, unexplained};
use crate::laws::SENT_FROM_OUTBOX;
use crate::machine::poll;
use crate::outside::{ENDPOINTS, attempt};
use crate::plant::Bug;

/// Attempts at one endpoint that run at once.
const IN_FLIGHT_MAX: usize = 4;

impl World {
    pub(super) fn begin_deliveries(&mut self) -> Result<()> {
        for endpoint in ENDPOINTS {
            let (now, machine) = (self.wall(), &mut self.machine);
            let store = &machine.store;
            let claimed = machine.queues.get_mut(endpoint).map(|queue| {
                let most = IN_FLIGHT_MAX - queue.sending.len().min(IN_FLIGHT_MAX);
                queue.under_way.claim(&**store, now, most)
            });
            for (row, attempt) in unexplained(claimed.transpose())?.unwrap_or_default() {
                self.send(endpoint, &row, attempt)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, endpoint: &'static str, row: &ParcelRow, number: Attempt) -> Result<()> {
        let mut id = row.parcel.id;
        if self.bug == Some(Bug::FreshIds) {
            id.0.number ^= u32::from(number.get()) << 16;
        }
        self.may_be_sent(endpoint, id, number)?;
        let (outcome, arrives) = attempt(&mut self.random);
        if arrives {
            *self.received.entry(id).or_default() += 1;
        }
        let failed = matches!(outcome, Outcome::Retry { .. });
        let outcome = if self.bug == Some(Bug::FailureTakenForSuccess) && failed {
            Outcome::Delivered { status: None }
        } else {
            outcome
        };
        let Some(queue) = self.machine.queues.get_mut(endpoint) else { return Ok(()) };
        queue.sending.push(Report { parcel: row.parcel.id, attempt: number, outcome });
        // Most receivers answer at once.
        if self.random.chance(60) {
            self.end_attempt(endpoint, true);
        }
        Ok(())
    }

    /// What must hold whenever something leaves the house.
    fn may_be_sent(&mut self, endpoint: &str, id: ParcelId, number: Attempt) -> Result<()> {
        let truth = &self.machine.truth;
        let held = unexplained(truth.parcel(id))?;
        let state = held.as_ref().map(|row| &row.state);
        hold(state.is_some(), SENT_FROM_OUTBOX, || format!("{id} is sent, and the outbox does not hold it"))?;
        let now = self.wall();
        let is_due =
            matches!(state, Some(ParcelState::Pending { attempt, at }) if *attempt == number && *at <= now);
        hold(is_due, "nothing is sent before its time", || format!("{id} at {now}, and it is {state:?}"))?;
        let disabled = unexplained(truth.endpoints())?
            .iter()
            .any(|(name, state)| name == endpoint && *state == EndpointState::Disabled);
        hold(!disabled, "who wants nothing more gets nothing more", || format!("{id} to {endpoint}"))?;
        let is_first = self.machine.begun.insert((id, number));
        hold(is_first || self.resent.contains(&id), "an attempt is made once, if nothing crashes", || {
            format!("attempt {number} at {id} was made twice")
        })
    }

    /// A slow receiver answers.
    pub(super) fn end_delivery(&mut self) {
        let endpoint = *self.random.pick(&ENDPOINTS);
        self.end_attempt(endpoint, false);
    }

    fn end_attempt(&mut self, endpoint: &str, newest: bool) {
        let Some(queue) = self.machine.queues.get_mut(endpoint) else { return };
        // One report is under way at a time.
        if queue.sending.is_empty() || queue.reporting.is_some() {
            return;
        }
        let at = if newest {
            queue.sending.len() - 1
        } else {
            usize::try_from(self.random.below(queue.sending.len() as u64)).expect("a list's length fits")
        };
        let report = queue.sending.swap_remove(at);
        queue.under_way.ended(report);
        self.report(endpoint);
    }

    fn report(&mut self, endpoint: &str) {
        let submission = self.machine.queues.get_mut(endpoint).and_then(|queue| queue.under_way.to_report());
        let mut answer = submission.map(|submission| self.machine.submit(submission));
        if let Some(answer) = &mut answer {
            // So that it takes its place in the queue. It cannot be answered yet.
            let _ = poll(answer);
        }
        if let Some(queue) = self.machine.queues.get_mut(endpoint) {
            queue.reporting = answer;
        }
    }

    /// What came of reports.
    pub(super) fn hear_reports(&mut self) {
        let mut again = Vec::new();
        for (endpoint, queue) in &mut self.machine.queues {
            match queue.reporting.as_mut().and_then(poll) {
                None => {}
                Some(Ok(accepted)) => {
                    queue.under_way.accepted(accepted.end);
                    queue.reporting = None;
                }
                Some(Err(_)) => again.push(*endpoint),
            }
        }
        for endpoint in again {
            self.report(endpoint);
        }
    }
}
