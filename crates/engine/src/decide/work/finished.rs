use std::collections::BTreeMap;

use opcx_core::case::Case;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::effects::{Moment, Parcel, PromiseChange};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::rollup::{Rollup, RollupKey};
use opcx_core::time::Timestamp;
use opcx_store::{Alias, ReceiptHead, UnderWay, Written};

use super::{Desk, Doing, TrailChange};

/// What a task came to. What goes into the tables as it is, is written down already: tasks are done on all
/// cores, and what follows is not.
pub(in crate::decide) struct Finished {
    /// Everyone the task touched, as they are now.
    pub(in crate::decide) people: Vec<Finish>,
    /// Moments gone through.
    pub(in crate::decide) moments: Vec<Written<Moment>>,
    /// Promises made, changed and settled.
    pub(in crate::decide) promises: Vec<PromiseChange>,
    /// Cases opened and changed.
    pub(in crate::decide) cases: Vec<(CustomerId, Case)>,
    /// What is to be sent.
    pub(in crate::decide) parcels: Vec<Parcel>,
    /// The receipts of records.
    pub(in crate::decide) receipts: Vec<Written<ReceiptHead>>,
    /// The receipts of timers.
    pub(in crate::decide) timed: Vec<Written<ReceiptHead>>,
    /// What was read in texts.
    pub(in crate::decide) readings: Vec<Written<(Position, Reading)>>,
    /// What was read in earlier texts again.
    pub(in crate::decide) readings_anew: Vec<(Position, Reading)>,
    /// How many more texts are unknown by that.
    pub(in crate::decide) unknown: i64,
    /// Whose id stands for whom.
    pub(in crate::decide) aliases: Vec<Alias>,
    /// What folding anew changed in the rollups.
    pub(in crate::decide) corrections: Vec<(RollupKey, Rollup)>,
    /// The moments of earlier records whose customer's past was folded anew.
    pub(in crate::decide) moments_anew: BTreeMap<Position, Vec<Moment>>,
    /// Promises that folding anew did away with.
    pub(in crate::decide) promises_gone: Vec<PromiseId>,
    /// How many customers' events no moment listened to; negative when folding anew found moments.
    pub(in crate::decide) unmatched: i64,
    /// An erasure that begins.
    pub(in crate::decide) erasure: Option<(Position, UnderWay)>,
}

/// One customer after a task.
pub(in crate::decide) struct Finish {
    pub(in crate::decide) id: CustomerId,
    /// `None` once they are part of another.
    pub(in crate::decide) customer: Option<Box<Written<Customer>>>,
    /// When the passing of time concerns them next, on their lane's clock.
    pub(in crate::decide) timer: Option<(Lane, Timestamp)>,
    pub(in crate::decide) trail: TrailChange,
    /// Whether they were there before the batch.
    pub(in crate::decide) existed: bool,
}

impl Finished {
    pub(super) fn of(desks: BTreeMap<CustomerId, Desk>, done: Doing) -> Finished {
        Finished {
            people: desks.into_iter().map(|(id, desk)| Finish::of(id, desk)).collect(),
            moments: Written::each(done.effects.moments),
            promises: done.effects.promises,
            cases: done.effects.cases,
            parcels: done.effects.parcels,
            receipts: Written::receipts(done.effects.receipts),
            timed: Written::receipts(done.timed),
            readings: Written::each(done.readings.first),
            readings_anew: done.readings.second.into_iter().collect(),
            unknown: done.readings.unknown,
            aliases: done.aliases,
            corrections: done.corrections,
            moments_anew: done.moments_anew,
            promises_gone: done.promises_gone,
            unmatched: done.unmatched,
            erasure: done.erasure,
        }
    }
}

impl Finish {
    fn of(id: CustomerId, desk: Desk) -> Finish {
        let timer = desk.customer.as_ref().and_then(|customer| {
            let (lane, _) = customer.known.clock?;
            Some((lane, desk.due?))
        });
        let customer = desk.customer.map(|customer| Box::new(Written::new(customer)));
        Finish { id, customer, timer, trail: desk.trail, existed: desk.existed }
    }
}
