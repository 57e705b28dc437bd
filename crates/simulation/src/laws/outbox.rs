use std::collections::{BTreeMap, BTreeSet};

use opcx_core::delivery::{Attempt, Next, ParcelId, next_attempt};
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::receipt::{Deed, Verdict};
use opcx_core::record::{Command, Entry, Order};
use opcx_store::{EndpointState, ParcelRow, ParcelState};

use crate::broken::{Result, hold, unexplained};
use crate::machine::policy;
use crate::world::World;

/// Where parcels and endpoints stand, told from the log's reports and orders alone. And whatever is put
/// down as delivered was received.
pub(super) fn follows_from_the_log(world: &World) -> Result<()> {
    let parcels = parcels(world)?;
    let (states, disabled) = told(world, &parcels);
    for row in parcels.values() {
        let right = &states[&row.parcel.id];
        let law = "the outbox is what the reports say";
        hold(*right == row.state, law, || {
            format!("{} is {:?}, right is {right:?}", row.parcel.id, row.state)
        })?;
        if let ParcelState::Delivered { .. } = row.state {
            let was_received = world.received.contains_key(&row.parcel.id);
            hold(was_received, "what is put down as delivered was received", || row.parcel.id.to_string())?;
        }
    }
    let listed = unexplained(world.machine.truth.endpoints())?;
    let listed: BTreeSet<Name> = listed
        .into_iter()
        .filter(|(_, state)| *state == EndpointState::Disabled)
        .map(|(name, _)| name)
        .collect();
    hold(listed == disabled, "who wants nothing more gets nothing more", || {
        format!("disabled are {listed:?}, right is {disabled:?}")
    })
}

/// Every parcel that a receipt speaks of.
fn parcels(world: &World) -> Result<BTreeMap<ParcelId, ParcelRow>> {
    let truth = &world.machine.truth;
    let receipts = unexplained(truth.receipts(Position::START..truth.end(), usize::MAX))?;
    let mut parcels = BTreeMap::new();
    for decision in receipts.iter().flat_map(|receipt| receipt.decisions.iter()) {
        let Verdict::Acted { deeds, .. } = decision.verdict else { continue };
        for deed in deeds {
            let Deed::Sent(id) = deed else { continue };
            if let Some(row) = unexplained(truth.parcel(*id))? {
                parcels.insert(*id, row);
            }
        }
    }
    Ok(parcels)
}

fn told(
    world: &World,
    parcels: &BTreeMap<ParcelId, ParcelRow>,
) -> (BTreeMap<ParcelId, ParcelState>, BTreeSet<Name>) {
    let first = |row: &ParcelRow| ParcelState::Pending { attempt: Attempt::FIRST, at: row.parcel.not_before };
    let mut states: BTreeMap<_, _> = parcels.iter().map(|(id, row)| (*id, first(row))).collect();
    let mut disabled = BTreeSet::new();
    let seed = world.definitions.house.seed;
    for logged in &world.ledger.records {
        let now = logged.record.at;
        match &logged.record.entry {
            Entry::Delivery(report) => {
                let Some(state) = states.get_mut(&report.parcel) else { continue };
                let attempts = report.attempt;
                if !matches!(state, ParcelState::Pending { attempt, .. } if *attempt == attempts) {
                    continue;
                }
                *state = match next_attempt(&policy(), attempts, &report.outcome, now, seed, report.parcel) {
                    Next::Done => ParcelState::Delivered { attempts, at: now },
                    Next::Again { at } => ParcelState::Pending { attempt: attempts.next(), at },
                    Next::Dead { why } => ParcelState::Dead { attempts, at: now, why },
                    Next::Disable => {
                        disabled.insert(parcels[&report.parcel].parcel.to.clone());
                        let why = "the endpoint answered 410: it wants nothing more".to_owned().into();
                        ParcelState::Dead { attempts, at: now, why }
                    }
                };
            }
            Entry::Command(Command { order: Order::Resend(id), .. }) => {
                states
                    .entry(*id)
                    .and_modify(|state| *state = ParcelState::Pending { attempt: Attempt::FIRST, at: now });
            }
            Entry::Command(Command { order: Order::Enable(endpoint), .. }) => {
                disabled.remove(endpoint);
            }
            // What became of their parcels is erased, but not what endpoints said then.
            Entry::Erasure(erasure) => disabled = erasure.remains.disabled.iter().cloned().collect(),
            Entry::Event(_)
            | Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Rejected(_)
            | Entry::Tick
            | Entry::Erased(_) => {}
        }
    }
    (states, disabled)
}
