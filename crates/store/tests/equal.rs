//! The two engines answer alike after any sequence of commits.

use opcx_core::delivery::{Attempt, Why};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseState;
use opcx_store::conformance::sample::{
    case, change, commit, draft, id, identifier, moment, parcel, parcel_id, position, promise, reading,
    receipt, rejected, rollup, rollup_key, time,
};
use opcx_store::{
    Alias, Commit, CustomerChange, Embedded, EndpointState, EventKey, Memory, ParcelState, Settings, Store,
    StoreError, Trail, Written,
};
use proptest::prelude::*;

/// Ids, keys and times are few, so that commits touch the same rows again and again.
const FEW: u64 = 6;

fn few() -> impl Strategy<Value = u64> {
    0..FEW
}

fn some<T: std::fmt::Debug>(item: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(item, 0..4)
}

fn customer_change() -> impl Strategy<Value = CustomerChange> {
    let timer = prop::option::of((0..2_u16, few()));
    (few(), timer, prop::bool::weighted(0.8)).prop_map(|(number, timer, stays)| {
        let timer = timer.map(|(lane, at)| (Lane::new(lane), time(at.cast_signed())));
        let changed = change(number, timer);
        CustomerChange { after: changed.after.filter(|_| stays), ..changed }
    })
}

fn parcel_state() -> impl Strategy<Value = ParcelState> {
    let at = || few().prop_map(|at| time(at.cast_signed()));
    prop_oneof![
        at().prop_map(|at| ParcelState::Pending { attempt: Attempt::FIRST, at }),
        at().prop_map(|at| ParcelState::Delivered { attempts: Attempt::FIRST, at }),
        at().prop_map(|at| ParcelState::Dead { attempts: Attempt::FIRST, at, why: Why::new("gone") }),
    ]
}

fn trail() -> impl Strategy<Value = Trail> {
    (few(), 1..200_u64, prop::bool::weighted(0.2)).prop_map(|(number, length, replaced)| {
        let positions = (0..length).map(position).collect();
        if replaced { Trail::Replaced(id(number), positions) } else { Trail::Added(id(number), positions) }
    })
}

/// Everything but what must lie within the commit's range, which is filled in when that is known.
fn loose() -> impl Strategy<Value = Commit> {
    let who = (
        some(few().prop_map(|number| EventKey::of("shop", &number.to_string()))),
        some(customer_change()),
        some((few(), prop::option::of(few())).prop_map(|(one, other)| Alias {
            id: id(one),
            // Upwards only: merges make no ring.
            into: other.filter(|other| *other > one).map(id),
        })),
        some((few(), few()).prop_map(|(number, owner)| (identifier(number), id(owner)))),
        some(trail()),
    );
    let owed = (
        some((few(), any::<bool>()).prop_map(|(number, kept)| {
            (id(0), promise(number, if kept { PromiseState::Kept } else { PromiseState::Open }))
        })),
        some(few().prop_map(|number| promise(number, PromiseState::Open).id)),
        some((0..5_u32).prop_map(|number| (id(1), case(number)))),
    );
    let sent = (
        some((0..5_u32, few()).prop_map(|(number, at)| parcel(number, "crm", at.cast_signed()))),
        some((0..5_u32, parcel_state()).prop_map(|(number, state)| (parcel_id(number), state))),
        some(any::<bool>().prop_map(|on| {
            ("crm".into(), if on { EndpointState::Enabled } else { EndpointState::Disabled })
        })),
        some(
            (few(), -3..4_i64)
                .prop_map(|(hour, good)| (rollup_key("pay", hour.cast_signed(), None), rollup(good))),
        ),
        some(few().prop_map(position)),
    );
    (who, owed, sent).prop_map(|(who, owed, sent)| Commit {
        seen: who.0,
        customers: who.1,
        aliases: who.2,
        owners: who.3,
        trails: who.4,
        promises: owed.0,
        promises_gone: owed.1,
        cases: owed.2,
        parcels: sent.0,
        deliveries: sent.1,
        endpoints: sent.2,
        rollups: sent.3,
        redriven: sent.4,
        ..Commit::default()
    })
}

/// The commit that covers `length` records from `from` on.
fn fitted(loose: Commit, from: u64, length: u64, anew: u64) -> Commit {
    let range = || from..from + length;
    let placed = commit(from, from + length);
    Commit {
        from: placed.from,
        progress: placed.progress,
        moments: Written::each(range().map(|at| moment(at, 0))),
        moments_anew: if anew < from { vec![(position(anew), vec![moment(anew, 9)])] } else { Vec::new() },
        receipts: Written::receipts(range().step_by(2).map(|at| receipt(at, 0))),
        readings: Written::each(range().step_by(3).map(|at| (position(at), reading(1)))),
        rejected: range().step_by(50).map(|at| (position(at), rejected("no id"))).collect(),
        ..loose
    }
}

/// Everything a store can be asked, told as text.
fn answers(store: &impl Store) -> Result<String, StoreError> {
    let all = Position::START..position(u64::MAX);
    let ever = time(i64::MIN)..time(i64::MAX);
    let mut told = format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        store.progress()?,
        store
            .ready("crm", time(i64::MAX), 99)?
            .into_iter()
            .map(|id| store.parcel(id))
            .collect::<Result<Vec<_>, _>>()?,
        store.next_ready("crm")?,
        store.dead(None, 99)?,
        store.endpoints()?,
        store.rollups(None, ever)?,
        store.promises(None, 99)?,
        store.cases(None, 99)?,
        store.receipts(all.clone(), 9_999)?,
        store.moments(all, 9_999)?,
        store.customers(None, 99)?,
        store.rejected(None, 99)?,
    );
    for lane in 0..2 {
        told += &format!("{:?}\n", store.due(Lane::new(lane), time(i64::MAX), 99)?);
    }
    for number in 0..FEW {
        told += &format!(
            "{number}: {:?} {:?} {:?} {:?} {:?} {:?}\n",
            store.customer(id(number))?,
            store.stands_for(id(number))?,
            store.owner(&identifier(number))?,
            store.trail(id(number))?,
            store.seen(&[EventKey::of("shop", &number.to_string())])?,
            store.readings(&[position(number)])?,
        );
    }
    Ok(told)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_commits_give_the_same_answers_in_memory_and_on_disk(
        commits in prop::collection::vec((loose(), 1..150_u64, 0..99_u64, prop::bool::weighted(0.2)), 1..8),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let settings = Settings { segment_bytes: 20_000, ..Settings::default() };
        let open = || Embedded::open(folder.path(), &settings).expect("the store opens");
        let (memory, mut embedded) = (Memory::new(), open());
        for (loose, length, anew, reopens) in commits {
            let from = memory.end().get();
            let drafts: Vec<_> = (from..from + length).map(|number| draft(number, 20)).collect();
            let commit = fitted(loose, from, length, anew);
            for store in [&memory as &dyn Store, &embedded as &dyn Store] {
                store.append(&drafts).expect("the disk is sound");
                store.commit(&commit).expect("the commit is in order");
            }
            if reopens {
                drop(embedded);
                embedded = open();
            }
            let (one, other) = (answers(&memory), answers(&embedded));
            prop_assert_eq!(one.expect("memory answers"), other.expect("the disk answers"));
        }
    }
}
