use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use opcx_core::case::Case;
use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::effects::{Effects, Moment, Parcel, PromiseChange};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::reading::Reading;
use opcx_core::rollup::{Rollup, RollupKey, keys};
use opcx_core::time::Timestamp;
use opcx_store::{Alias, ReceiptHead, UnderWay, Written};

use super::{Desk, Doing, Readings, TrailChange};

/// What tasks came to. What goes into the tables as it is, is written down already, and what is counted is counted: tasks
/// are done on all cores, and what follows is not.
#[derive(Default)]
pub(in crate::decide) struct Finished {
    /// Everyone whom the tasks touched, as they are now.
    pub(in crate::decide) people: Vec<Finish>,
    /// Moments gone through.
    pub(in crate::decide) moments: Vec<Written<Moment>>,
    /// What these and folding anew change in the rollups.
    pub(in crate::decide) rollups: HashMap<RollupKey, Rollup>,
    /// Promises made, changed and settled: each customer's in the order of the log.
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
    /// The moments of earlier records whose customer's past was folded anew.
    pub(in crate::decide) moments_anew: BTreeMap<Position, Vec<Moment>>,
    /// Promises that folding anew did away with.
    pub(in crate::decide) promises_gone: Vec<PromiseId>,
    /// How many customers' events no moment listened to; negative when folding anew found moments.
    pub(in crate::decide) unmatched: i64,
    /// Erasures that begin.
    pub(in crate::decide) erasures: Vec<(Position, UnderWay)>,
}

/// One customer after a task.
pub(in crate::decide) struct Finish {
    pub(in crate::decide) id: CustomerId,
    /// `None` once they are part of another.
    pub(in crate::decide) customer: Option<Written<Arc<Customer>>>,
    /// When the passing of time concerns them next, on their lane's clock.
    pub(in crate::decide) timer: Option<(Lane, Timestamp)>,
    pub(in crate::decide) trail: TrailChange,
    /// Whether they were there before the batch.
    pub(in crate::decide) existed: bool,
}

impl Finished {
    /// Adds what a task came to, and leaves its lists empty for the next.
    pub(super) fn add(
        &mut self,
        definitions: &Definitions,
        desks: BTreeMap<CustomerId, Desk>,
        done: &mut Doing,
    ) {
        let Doing {
            effects: Effects { moments, promises, cases, parcels, receipts },
            timed,
            readings,
            aliases,
            corrections,
            moments_anew,
            promises_gone,
            unmatched,
            erasure,
        } = done;
        self.people.extend(desks.into_iter().map(|(id, desk)| Finish::of(id, desk)));
        for moment in moments.drain(..) {
            count(definitions, &moment, &mut self.rollups);
            self.moments.push(Written::new(moment));
        }
        for (key, correction) in corrections.drain(..) {
            self.rollups.entry(key).or_default().add(&correction);
        }
        self.promises.append(promises);
        self.cases.append(cases);
        self.parcels.append(parcels);
        self.receipts.extend(receipts.drain(..).map(|receipt| Written::receipt(&receipt)));
        self.timed.extend(timed.drain(..).map(|receipt| Written::receipt(&receipt)));
        let Readings { first, second, unknown } = core::mem::take(readings);
        self.readings.extend(first.into_iter().map(Written::new));
        self.readings_anew.extend(second);
        self.unknown += unknown;
        self.aliases.append(aliases);
        self.moments_anew.append(moments_anew);
        self.promises_gone.append(promises_gone);
        self.unmatched += core::mem::take(unmatched);
        self.erasures.extend(erasure.take());
    }
}

/// Counts a moment in each rollup that it belongs to.
pub(in crate::decide) fn count(
    definitions: &Definitions,
    moment: &Moment,
    rollups: &mut HashMap<RollupKey, Rollup>,
) {
    for key in keys(definitions, moment) {
        rollups.entry(key).or_default().count(moment, 1);
    }
}

impl Finish {
    fn of(id: CustomerId, desk: Desk) -> Finish {
        let timer = desk.customer.as_ref().and_then(|customer| {
            let (lane, _) = customer.known.clock?;
            Some((lane, desk.due?))
        });
        let customer = desk.customer.map(Written::customer);
        Finish { id, customer, timer, trail: desk.trail, existed: desk.existed }
    }
}
