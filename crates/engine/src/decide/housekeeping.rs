//! What a batch holds that concerns no customer: deliveries, endpoints, the rejected list, probes.

use opcx_core::delivery::{Attempt, Next, Policy, next_attempt};
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::record::{Entry, Order, Rejected, Report};
use opcx_core::time::Timestamp;
use opcx_store::{EndpointState, Logged, ParcelState, Store, StoreError};

/// What a batch holds that concerns no customer.
#[derive(Default)]
pub(super) struct Remarks {
    /// Records of probes, by their place in the batch.
    pub(super) probes: Vec<usize>,
    /// How many events named nobody.
    pub(super) nobodys: u64,
    /// What became of parcels.
    pub(super) deliveries: Vec<(opcx_core::delivery::ParcelId, ParcelState)>,
    /// Endpoints that were disabled or enabled.
    pub(super) endpoints: Vec<(Name, EndpointState)>,
    /// Inputs that could not be understood.
    pub(super) rejected: Vec<(Position, Rejected)>,
    /// Rejected inputs that were sent again.
    pub(super) redriven: Vec<Position>,
}

impl Remarks {
    pub(super) fn add_housekeeping(
        &mut self,
        store: &dyn Store,
        policy: &Policy,
        seed: u64,
        batch: &[Logged],
    ) -> Result<(), StoreError> {
        for logged in batch {
            match &logged.record.entry {
                Entry::Delivery(report) => self.report(store, policy, seed, logged.record.at, report)?,
                Entry::Rejected(rejected) => self.rejected.push((logged.position, rejected.clone())),
                Entry::Command(command) => match &command.order {
                    Order::Resend(parcel) => {
                        let state = ParcelState::Pending { attempt: Attempt::FIRST, at: logged.record.at };
                        if store.parcel(*parcel)?.is_some() {
                            self.deliveries.push((*parcel, state));
                        }
                    }
                    Order::Enable(endpoint) => {
                        self.endpoints.push((endpoint.clone(), EndpointState::Enabled));
                    }
                    Order::Redriven(position) => self.redriven.push(*position),
                    Order::Merge(..) | Order::Unmerge(..) | Order::Case(..) | Order::Release(_) => {}
                },
                Entry::Event(_) | Entry::Tick => {}
            }
        }
        Ok(())
    }

    fn report(
        &mut self,
        store: &dyn Store,
        policy: &Policy,
        seed: u64,
        at: Timestamp,
        report: &Report,
    ) -> Result<(), StoreError> {
        // A parcel is in the store before it is sent, so also before its report.
        let Some(row) = store.parcel(report.parcel)? else { return Ok(()) };
        // A report that a crash repeated changes nothing.
        let expected = match row.state {
            ParcelState::Pending { attempt, .. } => attempt,
            ParcelState::Delivered { .. } | ParcelState::Dead { .. } => return Ok(()),
        };
        if report.attempt != expected {
            return Ok(());
        }
        let attempts = report.attempt;
        let state = match next_attempt(policy, attempts, &report.outcome, at, seed, report.parcel) {
            Next::Done => ParcelState::Delivered { attempts, at },
            Next::Again { at } => ParcelState::Pending { attempt: attempts.next(), at },
            Next::Dead { why } => ParcelState::Dead { attempts, at, why },
            Next::Disable => {
                self.endpoints.push((row.parcel.to.clone(), EndpointState::Disabled));
                let why = opcx_core::delivery::Why::new("the endpoint answered 410: it wants nothing more");
                ParcelState::Dead { attempts, at, why }
            }
        };
        self.deliveries.push((report.parcel, state));
        Ok(())
    }
}
