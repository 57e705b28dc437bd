//! An audit of the state: every row of every table read, decoded, and held against those it must agree with.

use std::collections::BTreeMap;

use opcx_core::case::{Case, CaseId};
use opcx_core::customer::{Customer, CustomerId, DeedId};
use opcx_core::delivery::ParcelId;
use opcx_core::effects::{Moment, Parcel};
use opcx_core::event::Name;
use opcx_core::log::Position;
use opcx_core::promise::Promise;
use opcx_core::reading::Reading;
use opcx_core::receipt::{ChainHash, Receipt, ReceiptHash};
use opcx_core::record::Rejected;
use opcx_core::rollup::{Rollup, hour};
use opcx_core::time::Timestamp;

use super::keys::{Key, Parts};
use super::outbox::{in_queue, standing};
use super::rows::{Standing, Timer, decode, decode_trail, malformed, timer};
use super::{erase, questions};
use crate::parts::{Table, View};
use crate::{EndpointState, ErasureRow, StoreError};

type Result<T> = core::result::Result<T, StoreError>;

/// Faults that are listed; more are counted.
pub const AUDIT_FAULTS_MAX: usize = 100;
/// Positions whose moments are looked at at a time.
const POSITIONS_AT_ONCE: u64 = 65_536;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Rows by table, of those that were read.
    pub rows: Vec<(Table, u64)>,
    /// What is wrong, at most [`AUDIT_FAULTS_MAX`] of it.
    pub faults: Vec<String>,
    /// How much is wrong.
    pub faults_in_all: u64,
}

impl Audit {
    fn fault(&mut self, what: impl Into<String>) {
        self.faults_in_all += 1;
        if self.faults.len() < AUDIT_FAULTS_MAX {
            self.faults.push(what.into());
        }
    }

    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(what());
        }
    }
}

/// Audits the whole state.
pub(crate) fn audit(view: &impl View) -> Audit {
    let mut audit = Audit::default();
    for table in Table::ALL {
        let mut rows = 0;
        for row in view.range(table, ..) {
            let looked = row.and_then(|(key, value)| look(view, table, &key, &value, &mut audit));
            match looked {
                Ok(()) => rows += 1,
                Err(error) => {
                    audit.fault(format!("table {}: {error}", table.name()));
                    // Behind damage a table gives nothing, or the same again.
                    if matches!(error, StoreError::StateDamaged { .. } | StoreError::State { .. }) {
                        break;
                    }
                }
            }
        }
        audit.rows.push((table, rows));
    }
    for sums in [chain(view, &mut audit), rollups(view, &mut audit)] {
        if let Err(error) = sums {
            audit.fault(error.to_string());
        }
    }
    audit
}

/// Looks at one row.
fn look(view: &impl View, table: Table, key: &[u8], value: &[u8], audit: &mut Audit) -> Result<()> {
    let mut parts = Parts(key);
    let malformed = || malformed(table);
    match table {
        Table::Progress => {
            questions::progress(view)?;
        }
        Table::Customers => {
            let (timer, customer): (Timer, Customer) = decode(table, value)?;
            let id = CustomerId(parts.position().ok_or_else(malformed)?);
            audit.unless(customer.id == id, || format!("customer {id} stands under another id"));
            if let Some((lane, at)) = timer {
                let queued = view.get(Table::Timers, &Key::new().lane(lane).time(at).customer(id))?;
                audit.unless(queued.is_some(), || format!("customer {id}: their timer is not in the queue"));
            }
        }
        Table::Timers => {
            let place =
                parts.lane().and_then(|lane| Some((lane, parts.time()?, CustomerId(parts.position()?))));
            let (lane, at, id) = place.ok_or_else(malformed)?;
            let row = view.get(Table::Customers, &Key::new().customer(id))?;
            let theirs = row.map(|row| timer(&row)).transpose()?.flatten();
            audit.unless(theirs == Some((lane, at)), || format!("a timer of customer {id} is not theirs"));
        }
        Table::Aliases => {
            let id = CustomerId(parts.position().ok_or_else(malformed)?);
            decode::<CustomerId>(table, value)?;
            let stands = questions::stands_for(view, id)?.is_some();
            audit.unless(stands, || format!("customer {id} was merged into nobody"));
        }
        Table::Owners => {
            let owner: CustomerId = decode(table, value)?;
            let stands = questions::stands_for(view, owner)?.is_some();
            audit.unless(stands, || format!("an identifier belongs to customer {owner}, who is not there"));
        }
        Table::Trails => {
            let id = CustomerId(parts.position().ok_or_else(malformed)?);
            let mut positions = Vec::new();
            decode_trail(value, &mut positions)?;
            let end = questions::progress(view)?.position;
            let in_order = positions.is_sorted() && positions.last().is_none_or(|last| *last < end);
            audit.unless(in_order, || format!("the history of customer {id} is out of order"));
            let stands = questions::stands_for(view, id)?.is_some();
            audit.unless(stands, || format!("there is a history of customer {id}, who is not there"));
        }
        Table::Seen => {
            audit.unless(key.len() == 16, || "a mark of a counted event has another length".into());
        }
        Table::Readings => {
            decode::<Vec<(Position, Reading)>>(table, value)?;
        }
        Table::ReadingsAnew => {
            decode::<Reading>(table, value)?;
        }
        Table::Moments | Table::MomentsAnew => {
            decode::<Vec<Moment>>(table, value)?;
        }
        Table::Receipts => {
            decode::<Vec<Receipt>>(table, value)?;
        }
        Table::Promises => {
            let (_, promise): (CustomerId, Promise) = decode(table, value)?;
            let same = *Key::new().promise(promise.id) == *key;
            audit.unless(same, || format!("promise {} stands under another id", promise.id));
        }
        Table::Cases => {
            let (_, case): (CustomerId, Case) = decode(table, value)?;
            let id = CaseId(parts.deed().ok_or_else(malformed)?);
            audit.unless(case.id == id, || format!("case {id} stands under another id"));
        }
        Table::Parcels => {
            let parcel: Parcel = decode(table, value)?;
            let stands = standing(view, parcel.id)?.is_some();
            audit.unless(stands, || format!("it is not known where parcel {} stands", parcel.id));
        }
        Table::ParcelStates => {
            let standing: Standing = decode(table, value)?;
            let id = ParcelId(parts.deed().ok_or_else(malformed)?);
            let there = view.get(Table::Parcels, &Key::new().deed(id.0))?.is_some();
            audit.unless(there, || format!("parcel {id} is not there"));
            if let Some((queue, place)) = in_queue(&standing, id) {
                let queued = view.get(queue, &place)?.is_some();
                audit.unless(queued, || format!("parcel {id} is not in the queue {}", queue.name()));
            }
        }
        Table::Ready | Table::Dead => {
            let deed: Option<DeedId> = key
                .len()
                .checked_sub(size_of::<u64>() + size_of::<u32>())
                .and_then(|start| Parts(&key[start..]).deed());
            let id = ParcelId(deed.ok_or_else(malformed)?);
            let place = standing(view, id)?.and_then(|standing| in_queue(&standing, id));
            let same = place.is_some_and(|(queue, place)| queue == table && *place == *key);
            audit.unless(same, || format!("parcel {id} is wrongly in the queue {}", table.name()));
        }
        Table::Endpoints => {
            parts.text().ok_or_else(malformed)?;
            decode::<EndpointState>(table, value)?;
        }
        Table::Rollups => {
            parts.rollup().ok_or_else(malformed)?;
            decode::<Rollup>(table, value)?;
        }
        Table::Rejected => {
            parts.position().ok_or_else(malformed)?;
            decode::<Rejected>(table, value)?;
        }
        Table::Redriven => {
            let there = view.get(Table::Rejected, key)?.is_some();
            audit.unless(there, || "something was sent again that is not on the rejected list".into());
        }
        Table::Erasures => {
            decode::<ErasureRow>(table, value)?;
        }
        Table::Seals => {
            decode::<Vec<ReceiptHash>>(table, value)?;
        }
    }
    Ok(())
}

/// Law 7: the chain of receipts leads to where the state says that it stands.
fn chain(view: &impl View, audit: &mut Audit) -> Result<()> {
    let seals: BTreeMap<_, _> =
        erase::seals(view)?.into_iter().map(|seal| (seal.after, seal.receipts)).collect();
    let sealed = |chain: ChainHash, after| {
        seals.get(&after).into_iter().flatten().fold(chain, |chain, receipt| chain.after(*receipt))
    };
    let (mut chain, mut encoded) = (sealed(ChainHash::default(), None), Vec::new());
    for row in view.range(Table::Receipts, ..) {
        let receipts: Vec<Receipt> = decode(Table::Receipts, &row?.1)?;
        for receipt in receipts {
            chain = chain.after(ReceiptHash::of(super::rows::encode(&receipt, &mut encoded)));
            chain = sealed(chain, Some(receipt.id));
        }
    }
    let stands = questions::progress(view)?.chain;
    audit.unless(chain == stands, || {
        format!("the chain of receipts leads to {chain}, and the state says {stands}")
    });
    Ok(())
}

/// The rollups of each moment and hour are the sum of its moments, and those by channel as well.
fn rollups(view: &impl View, audit: &mut Audit) -> Result<()> {
    type Sums = BTreeMap<(Name, Timestamp, bool), Rollup>;
    let (mut sums, mut by_channel) = (Sums::new(), Sums::new());
    let end = questions::progress(view)?.position;
    let mut from = Position::START;
    while from < end {
        let until = from.plus(POSITIONS_AT_ONCE).min(end);
        for moment in questions::moments(view, from..until, usize::MAX)? {
            let key = (moment.moment.clone(), hour(moment.at), moment.probe);
            sums.entry(key).or_default().count(&moment, 1);
        }
        from = until;
    }
    // What erased customers left.
    for (_, row) in erase::erasures(view, false, usize::MAX)? {
        for (key, rollup) in &row.erasure().remains.rollups {
            if key.split.is_none() {
                let key = (key.moment.clone(), key.hour, key.probe);
                sums.entry(key).or_default().add(rollup);
            }
        }
    }
    let mut whole = Sums::new();
    for (key, rollup) in questions::rollups(view, None, Timestamp::MIN..Timestamp::MAX)? {
        let place = (key.moment, key.hour, key.probe);
        match key.split {
            None => whole.entry(place).or_default().add(&rollup),
            Some(split) if split.dimension == "channel" => by_channel.entry(place).or_default().add(&rollup),
            Some(_) => {}
        }
    }
    for all in [&mut sums, &mut whole, &mut by_channel] {
        all.retain(|_, rollup| !rollup.is_empty());
    }
    for ((moment, hour, _), _) in sums.iter().filter(|(key, sum)| whole.get(key) != Some(sum)) {
        audit.fault(format!("the rollup of {moment} at {hour} is not the sum of its moments"));
    }
    let extra = whole.keys().filter(|key| !sums.contains_key(key));
    for (moment, hour, _) in extra {
        audit.fault(format!("there is a rollup of {moment} at {hour}, and no moment"));
    }
    for ((moment, hour, _), _) in whole.iter().filter(|(key, sum)| by_channel.get(key) != Some(sum)) {
        audit.fault(format!("the rollups of {moment} at {hour} by channel are not those of all"));
    }
    Ok(())
}
