use opcx_core::delivery::{Attempt, Why};

use super::sample::{commit, draft, parcel, parcel_id, time};
use super::{Bench, Sentence, told};
use crate::{Commit, EndpointState, ParcelState, Store};

pub(super) fn sentences<S: Store>() -> Vec<Sentence<S>> {
    vec![
        ("parcels are ready earliest first, endpoint by endpoint", parcels_are_ready_earliest_first),
        ("a parcel moves from queue to queue", a_parcel_moves_from_queue_to_queue),
        ("parcels to a disabled endpoint wait", parcels_to_a_disabled_endpoint_wait),
        ("the state of an unknown parcel is left out", the_state_of_an_unknown_parcel_is_left_out),
    ]
}

fn ready<S: Store>(store: &S, to: &str, now: i64, most: usize) -> Vec<u32> {
    told(store.ready(to, time(now), most)).iter().map(|id| id.0.number).collect()
}

fn parcels_are_ready_earliest_first<S: Store>(bench: &Bench<'_, S>) {
    let parcels = vec![
        parcel(0, "crm", 30),
        parcel(1, "crm", 10),
        parcel(2, "crm", 20),
        parcel(3, "cr", 5),
        parcel(4, "crm2", 5),
    ];
    let store = bench.with_commits([Commit { parcels, ..commit(0, 1) }]);
    let queues = |store: &S| {
        let next = ["crm", "cr", "mail"].map(|to| told(store.next_ready(to)));
        let awaited: Vec<String> = told(store.awaited()).iter().map(ToString::to_string).collect();
        (ready(store, "crm", 20, 10), ready(store, "crm", 99, 2), ready(store, "cr", 99, 9), next, awaited)
    };
    let awaited = ["cr", "crm", "crm2"].map(str::to_owned).to_vec();
    let answer = (vec![1, 2], vec![1, 2], vec![3], [Some(time(10)), Some(time(5)), None], awaited);
    let store = bench.answers(store, queues, &answer);

    let row = told(store.parcel(parcel_id(2))).expect("it was just committed");
    assert_eq!(row.parcel, parcel(2, "crm", 20));
    assert_eq!(row.state, ParcelState::Pending { attempt: Attempt::FIRST, at: time(20) });
    assert_eq!(told(store.parcel(parcel_id(77))), None);
}

fn a_parcel_moves_from_queue_to_queue<S: Store>(bench: &Bench<'_, S>) {
    let again = ParcelState::Pending { attempt: Attempt::FIRST.next(), at: time(500) };
    let dead = |at| ParcelState::Dead { attempts: Attempt::FIRST, at: time(at), why: Why::new("no route") };
    let delivered = ParcelState::Delivered { attempts: Attempt::FIRST, at: time(40) };
    let store = bench.with_commits([
        Commit {
            parcels: (0..5).map(|number| parcel(number, "crm", 10)).collect(),
            // In the same commit as the parcel itself, and twice.
            deliveries: vec![(parcel_id(4), again.clone()), (parcel_id(4), delivered.clone())],
            ..commit(0, 1)
        },
        Commit {
            deliveries: vec![
                (parcel_id(0), again.clone()),
                (parcel_id(1), dead(30)),
                (parcel_id(2), dead(20)),
                (parcel_id(3), delivered.clone()),
            ],
            ..commit(1, 2)
        },
    ]);
    let dead_letters = |store: &S, after, most| -> Vec<u32> {
        told(store.dead(after, most)).iter().map(|row| row.parcel.id.0.number).collect()
    };
    let queues = |store: &S| (ready(store, "crm", 9_999, 10), dead_letters(store, None, 10));
    let store = bench.answers(store, queues, &(vec![0], vec![2, 1]));
    assert_eq!(told(store.next_ready("crm")), Some(time(500)));
    assert_eq!(told(store.parcel(parcel_id(4))).map(|row| row.state), Some(delivered));
    let after = |at, number, most| dead_letters(&store, Some((time(at), parcel_id(number))), most);
    assert_eq!(told(store.dead(None, 1)).len(), 1);
    assert_eq!(
        [after(20, 2, 9), after(20, 1, 9), after(30, 1, 9), after(20, 1, 1)],
        [vec![1], vec![2, 1], vec![], vec![2]]
    );

    told(store.append(&[draft(2, 0)]));
    let resent = ParcelState::Pending { attempt: Attempt::FIRST, at: time(60) };
    told(store.commit(&Commit { deliveries: vec![(parcel_id(2), resent)], ..commit(2, 3) }));
    bench.answers(store, queues, &(vec![2, 0], vec![1]));
}

fn parcels_to_a_disabled_endpoint_wait<S: Store>(bench: &Bench<'_, S>) {
    let disable = vec![("crm".into(), EndpointState::Disabled)];
    let store = bench.with_commits([
        Commit { parcels: vec![parcel(0, "crm", 1), parcel(1, "mail", 1)], ..commit(0, 1) },
        Commit { endpoints: disable.clone(), ..commit(1, 2) },
    ]);
    let queues = |store: &S| {
        let next = told(store.next_ready("crm"));
        (ready(store, "crm", 9, 9), ready(store, "mail", 9, 9), next, told(store.endpoints()))
    };
    let store = bench.answers(store, queues, &(vec![], vec![1], None, disable));

    told(store.append(&[draft(2, 0)]));
    let enable = vec![("crm".into(), EndpointState::Enabled)];
    told(store.commit(&Commit { endpoints: enable, ..commit(2, 3) }));
    bench.answers(store, queues, &(vec![0], vec![1], Some(time(1)), vec![]));
}

fn the_state_of_an_unknown_parcel_is_left_out<S: Store>(bench: &Bench<'_, S>) {
    let pending = ParcelState::Pending { attempt: Attempt::FIRST, at: time(1) };
    let store = bench.with_commits([Commit { deliveries: vec![(parcel_id(9), pending)], ..commit(0, 1) }]);
    assert_eq!(told(store.parcel(parcel_id(9))), None);
    assert_eq!(told(store.dead(None, 9)), []);
}
