//! What a batch holds that concerns no customer: deliveries, endpoints, the rejected list, probes.

use hashbrown::HashMap;
use opcx_core::delivery::{Attempt, Next, ParcelId, Policy, Why, next_attempt};
use opcx_core::effects::Parcel;
use opcx_core::erasure::Erasure;
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::record::{Entry, Order, Rejected, Report};
use opcx_core::time::Timestamp;
use opcx_store::{EndpointState, Logged, ParcelState, StoreError};

use super::past::Past;

/// What a batch holds that concerns no customer.
#[derive(Default)]
pub(super) struct Remarks {
    /// Records of probes, by their place in the batch.
    pub(super) probes: Vec<usize>,
    /// How many events named nobody.
    pub(super) nobodys: u64,
    /// What became of parcels: the last state of each.
    pub(super) deliveries: Vec<(ParcelId, ParcelState)>,
    /// Endpoints that were disabled or enabled, in log order.
    pub(super) endpoints: Vec<(Name, EndpointState)>,
    /// Inputs that could not be understood.
    pub(super) rejected: Vec<(Position, Rejected)>,
    /// Rejected inputs that were sent again.
    pub(super) redriven: Vec<Position>,
    /// Erasures that were carried out: what is left.
    pub(super) erasures: Vec<(usize, Erasure)>,
    /// The endpoints that were disabled when somebody was to be erased.
    pub(super) disabled: Vec<Name>,
}

impl Remarks {
    /// Adds what the batch says about parcels, endpoints and rejected inputs. `new` are the parcels that
    /// this batch decided on: in a replay a parcel and its report may stand in one batch.
    pub(super) fn add_housekeeping<'a>(
        &mut self,
        past: Past<'_>,
        policy: &Policy,
        seed: u64,
        batch: &[Logged],
        new: impl Iterator<Item = &'a Parcel>,
    ) -> Result<(), StoreError> {
        let concerns_parcels = |logged: &Logged| match &logged.record.entry {
            Entry::Delivery(_) => true,
            Entry::Command(command) => matches!(command.order, Order::Resend(_)),
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => false,
        };
        let mut tray = Tray { past, known: HashMap::new() };
        if batch.iter().any(concerns_parcels) {
            tray.known.extend(new.map(|parcel| {
                let state = ParcelState::Pending { attempt: Attempt::FIRST, at: parcel.not_before };
                (parcel.id, OnTray { to: parcel.to.clone(), state, changed: false })
            }));
        }
        for (at, logged) in batch.iter().enumerate() {
            match &logged.record.entry {
                Entry::Delivery(report) => {
                    if tray.report(policy, seed, logged.record.at, report)?
                        && let Some(parcel) = tray.find(report.parcel)?
                    {
                        self.endpoints.push((parcel.to.clone(), EndpointState::Disabled));
                    }
                }
                Entry::Rejected(rejected) => self.rejected.push((logged.position, rejected.clone())),
                Entry::Command(command) => match &command.order {
                    Order::Resend(parcel) => {
                        if let Some(parcel) = tray.find(*parcel)? {
                            parcel.state =
                                ParcelState::Pending { attempt: Attempt::FIRST, at: logged.record.at };
                            parcel.changed = true;
                        }
                    }
                    Order::Enable(endpoint) => {
                        self.endpoints.push((endpoint.clone(), EndpointState::Enabled));
                    }
                    Order::Redriven(position) => self.redriven.push(*position),
                    Order::Erase(_) => self.disabled = disabled(past)?,
                    Order::Merge(..) | Order::Unmerge(..) | Order::Case(..) | Order::Release(_) => {}
                },
                Entry::Erasure(erasure) => {
                    // As they were when the customer's parcels were still there.
                    let (now, then) = (disabled(past)?, &erasure.remains.disabled);
                    let enabled = now.into_iter().filter(|endpoint| !then.contains(endpoint));
                    self.endpoints.extend(enabled.map(|endpoint| (endpoint, EndpointState::Enabled)));
                    let disabled = then.iter().cloned();
                    self.endpoints.extend(disabled.map(|endpoint| (endpoint, EndpointState::Disabled)));
                    self.erasures.push((at, (**erasure).clone()));
                }
                Entry::Event(_) | Entry::Reading(_) | Entry::Tick | Entry::Erased(_) => {}
            }
        }
        self.deliveries = tray
            .known
            .into_iter()
            .filter(|(_, parcel)| parcel.changed)
            .map(|(id, parcel)| (id, parcel.state))
            .collect();
        self.deliveries.sort_by_key(|&(id, _)| id);
        Ok(())
    }
}

fn disabled(past: Past<'_>) -> Result<Vec<Name>, StoreError> {
    let endpoints = past.whole()?.endpoints()?.into_iter();
    Ok(endpoints.filter(|(_, state)| *state == EndpointState::Disabled).map(|(name, _)| name).collect())
}

/// The parcels that a batch speaks of, as they stand so far.
struct Tray<'a> {
    past: Past<'a>,
    known: HashMap<ParcelId, OnTray>,
}

struct OnTray {
    to: Name,
    state: ParcelState,
    changed: bool,
}

impl Tray<'_> {
    /// Takes note of what an attempt came to. Returns whether the endpoint wants nothing more.
    fn report(
        &mut self,
        policy: &Policy,
        seed: u64,
        at: Timestamp,
        report: &Report,
    ) -> Result<bool, StoreError> {
        let Some(parcel) = self.find(report.parcel)? else { return Ok(false) };
        // A report that a crash repeated, or of an attempt that was given up, changes nothing.
        let expected = match parcel.state {
            ParcelState::Pending { attempt, .. } => attempt,
            ParcelState::Delivered { .. } | ParcelState::Dead { .. } => return Ok(false),
        };
        let attempts = report.attempt;
        if attempts != expected {
            return Ok(false);
        }
        let next = next_attempt(policy, attempts, &report.outcome, at, seed, report.parcel);
        let disables = next == Next::Disable;
        parcel.changed = true;
        parcel.state = match next {
            Next::Done => ParcelState::Delivered { attempts, at },
            Next::Again { at } => ParcelState::Pending { attempt: attempts.next(), at },
            Next::Dead { why } => ParcelState::Dead { attempts, at, why },
            Next::Disable => {
                let why = Why::new("the endpoint answered 410: it wants nothing more");
                ParcelState::Dead { attempts, at, why }
            }
        };
        Ok(disables)
    }

    fn find(&mut self, id: ParcelId) -> Result<Option<&mut OnTray>, StoreError> {
        if !self.known.contains_key(&id)
            && let Some(row) = self.past.whole()?.parcel(id)?
        {
            self.known.insert(id, OnTray { to: row.parcel.to, state: row.state, changed: false });
        }
        Ok(self.known.get_mut(&id))
    }
}
