use opcx_core::customer::CustomerId;
use opcx_core::log::Position;
use opcx_core::promise::{PromiseId, PromiseState};

use super::sample::{
    case, change, commit, draft, id, moment, position, promise, reading, receipt, rejected, rollup,
    rollup_key, time,
};
use super::{Bench, Sentence, told};
use crate::{Commit, Store, Written};

pub(super) fn sentences<S: Store>() -> Vec<Sentence<S>> {
    vec![
        ("rollups add up and vanish at nothing", rollups_add_up),
        ("rollups are found by moment and hour", rollups_are_found_by_moment_and_hour),
        ("moments are found by position, many or few", moments_are_found_by_position),
        ("moments told anew take the place of those before", moments_told_anew_replace),
        ("receipts come in the order of their chain", receipts_come_in_the_order_of_their_chain),
        ("readings are found where there were texts", readings_are_found),
        ("moments and promises are found by the records that made them", made_by_records),
        ("timers alone fill an empty range, again and again", timers_alone_fill_an_empty_range),
        ("promises are kept as they stand and can be taken back", promises_stand_and_go),
        ("cases and customers are listed page by page", cases_and_customers_are_listed),
        ("the rejected list tells what was sent again", the_rejected_list_tells),
    ]
}

fn rollups_add_up<S: Store>(bench: &Bench<'_, S>) {
    let (pay, web) = (rollup_key("pay", 1, None), rollup_key("pay", 1, Some("web")));
    let add = |key: &_, good| (std::clone::Clone::clone(key), rollup(good));
    let store = bench.with_commits([
        Commit { rollups: vec![add(&pay, 1), add(&web, 2), add(&pay, 4)], ..commit(0, 1) },
        Commit { rollups: vec![add(&web, -2), add(&pay, 10)], ..commit(1, 2) },
    ]);
    let all = |store: &S| told(store.rollups(None, time(i64::MIN)..time(i64::MAX)));
    bench.answers(store, all, &vec![(pay.clone(), rollup(15))]);
}

fn rollups_are_found_by_moment_and_hour<S: Store>(bench: &Bench<'_, S>) {
    let mut keys = Vec::new();
    for moment in ["fly", "pay", "pay-late"] {
        for hour in -1..3 {
            keys.extend([None, Some("app"), Some("web")].map(|split| rollup_key(moment, hour, split)));
        }
    }
    let rollups = keys.iter().rev().map(|key| (key.clone(), rollup(1))).collect();
    let store = bench.with_commits([Commit { rollups, ..commit(0, 1) }]);
    let hour = |hour| rollup_key("", hour, None).hour;
    let found = |moment, hours| -> Vec<_> {
        told(store.rollups(moment, hours)).into_iter().map(|(key, _)| key).collect()
    };
    let wanted = |moment: Option<&str>, from, to| -> Vec<_> {
        let among = |key: &&_| {
            let key: &opcx_core::rollup::RollupKey = key;
            moment.is_none_or(|moment| key.moment == moment) && (hour(from)..hour(to)).contains(&key.hour)
        };
        keys.iter().filter(among).cloned().collect()
    };
    for moment in [None, Some("pay"), Some("pay-late"), Some("p"), Some("")] {
        for (from, to) in [(-1, 3), (0, 2), (2, 2), (5, 9)] {
            assert_eq!(found(moment, hour(from)..hour(to)), wanted(moment, from, to), "{moment:?}");
        }
    }
}

fn moments_are_found_by_position<S: Store>(bench: &Bench<'_, S>) {
    // More than fits one chunk, several to a record, in two commits, with gaps.
    let moments = |from: u64, to| -> Vec<_> {
        (from..to)
            .filter(|at| at % 10 != 9)
            .flat_map(|at| (0..u16::try_from(at % 3).unwrap_or(0)).map(move |number| moment(at, number)))
            .collect()
    };
    let store = bench.with_commits([
        Commit { moments: Written::each(moments(0, 300)), ..commit(0, 300) },
        Commit { moments: Written::each(moments(300, 301)), ..commit(300, 310) },
        Commit { moments: Written::each(moments(310, 400)), ..commit(310, 400) },
    ]);
    let store = (bench.reopen)({
        told(store.persist());
        store
    });
    let all: Vec<_> = moments(0, 301).into_iter().chain(moments(310, 400)).collect();
    for (from, to) in [(0, 400), (0, 1), (5, 5), (7, 8), (63, 130), (299, 301), (305, 311), (399, 9_999)] {
        let wanted: Vec<_> =
            all.iter().filter(|moment| (from..to).contains(&moment.position.get())).cloned().collect();
        assert_eq!(told(store.moments(position(from)..position(to), 10_000)), wanted, "{from} to {to}");
    }
    assert_eq!(told(store.moments(position(0)..position(400), 100)), all[..100]);
}

fn moments_told_anew_replace<S: Store>(bench: &Bench<'_, S>) {
    let anew = |at, numbers: &[u16]| {
        (position(at), numbers.iter().map(|number| moment(at, *number)).collect::<Vec<_>>())
    };
    let store = bench.with_commits([
        Commit { moments: Written::each((0..5).map(|at| moment(at, 0))), ..commit(0, 6) },
        Commit { moments_anew: vec![anew(1, &[]), anew(3, &[7, 8]), anew(5, &[9])], ..commit(6, 7) },
    ]);
    let told_now = |store: &S| -> Vec<_> {
        let moments = told(store.moments(Position::START..position(99), 99));
        moments.iter().map(|moment| (moment.position.get(), moment.number)).collect()
    };
    let answer = vec![(0, 0), (2, 0), (3, 7), (3, 8), (4, 0), (5, 9)];
    let store = bench.answers(store, told_now, &answer);
    assert_eq!(told(store.moments(position(1)..position(2), 9)), []);
    assert_eq!(told(store.moments(Position::START..position(99), 4)).len(), 4);

    told(store.append(&[draft(7, 0)]));
    told(store.commit(&Commit { moments_anew: vec![anew(3, &[0])], ..commit(7, 8) }));
    bench.answers(store, told_now, &vec![(0, 0), (2, 0), (3, 0), (4, 0), (5, 9)]);
}

fn receipts_come_in_the_order_of_their_chain<S: Store>(bench: &Bench<'_, S>) {
    // One record with more receipts than a chunk holds, in the chain's order, not the numbers'.
    let chain: Vec<_> = (0..200_u32)
        .map(|number| {
            receipt(if (20..180).contains(&number) { 20 } else { u64::from(number / 20) * 3 }, 999 - number)
        })
        .collect();
    let store = bench.with_commits([Commit { receipts: Written::receipts(chain.clone()), ..commit(0, 50) }]);
    let ids = |from: u64, to: u64, most: usize| -> Vec<u32> {
        let receipts = told(store.receipts(position(from)..position(to), most));
        receipts.iter().map(|receipt| receipt.id.number).collect()
    };
    let wanted = |from, to| -> Vec<u32> {
        let within = chain.iter().filter(|receipt| (from..to).contains(&receipt.position.get()));
        within.map(|receipt| receipt.id.number).collect()
    };
    assert_eq!(ids(0, 50, 1_000), wanted(0, 50));
    assert_eq!(ids(20, 21, 1_000), wanted(20, 21));
    assert_eq!(ids(1, 20, 1_000), wanted(1, 20));
    assert_eq!(ids(0, 50, 7), wanted(0, 50)[..7]);
}

fn readings_are_found<S: Store>(bench: &Bench<'_, S>) {
    let readings = |from: u64, to| -> Vec<_> {
        (from..to).step_by(2).map(|at| (position(at), reading(u16::try_from(at).unwrap_or(0)))).collect()
    };
    let store = bench.with_commits([
        Commit { readings: Written::each(readings(0, 200)), ..commit(0, 250) },
        Commit { readings: Written::each(readings(300, 302)), ..commit(250, 400) },
    ]);
    let asked: Vec<_> = [0, 1, 198, 130, 199, 249, 300, 299, 301, 2, 399, 9_999].map(position).into();
    let answer: Vec<_> = asked
        .iter()
        .map(|at| {
            let at = at.get();
            ((at < 200 && at % 2 == 0) || at == 300).then(|| reading(u16::try_from(at).unwrap_or(0)))
        })
        .collect();
    bench.answers(store, |store| told(store.readings(&asked)), &answer);
}

fn made_by_records<S: Store>(bench: &Bench<'_, S>) {
    let several = Written::each((0..3).flat_map(|number| [moment(2, number), moment(4, number)]));
    let numbered = |at, number| {
        let mut made = promise(at, PromiseState::Open);
        made.id = PromiseId::Event { position: position(at), number };
        (id(0), made)
    };
    let store = bench.with_commits([
        Commit {
            moments: several,
            promises: vec![numbered(1, 0), numbered(2, 0), numbered(2, u16::MAX), numbered(3, 0)],
            ..commit(0, 5)
        },
        Commit { moments_anew: vec![(position(4), vec![moment(4, 9)])], ..commit(5, 6) },
    ]);
    let at = [position(2), position(3), position(4)];
    let answer =
        (vec![(2, 0), (2, 1), (2, 2), (4, 9)], vec![numbered(2, 0).1.id, numbered(2, u16::MAX).1.id]);
    bench.answers(
        store,
        |store| {
            let moments = told(store.moments_at(&at));
            let moments = moments.iter().map(|moment| (moment.position.get(), moment.number)).collect();
            (moments, told(store.promises_made_at(&[position(2), position(4)])))
        },
        &answer,
    );
}

fn timers_alone_fill_an_empty_range<S: Store>(bench: &Bench<'_, S>) {
    let alone = |crowds, number| {
        let mut alone = Commit { receipts: vec![Written::receipt(&receipt(3, number))], ..commit(3, 3) };
        alone.progress.crowds = crowds;
        alone
    };
    let store = bench.with_entries(4);
    for commit in [
        Commit { receipts: vec![Written::receipt(&receipt(2, 0))], ..commit(0, 3) },
        alone(1, 1),
        alone(2, 2),
        Commit { receipts: vec![Written::receipt(&receipt(3, 3))], ..commit(3, 4) },
    ] {
        told(store.commit(&commit));
    }
    let answer = vec![receipt(2, 0), receipt(3, 1), receipt(3, 2), receipt(3, 3)];
    bench.answers(store, |store| told(store.receipts(Position::START..position(9), 99)), &answer);
}

fn promises_stand_and_go<S: Store>(bench: &Bench<'_, S>) {
    let stands = |number, state| (id(1), promise(number, state));
    let store = bench.with_commits([
        Commit {
            promises: (0..5).map(|number| stands(number, PromiseState::Open)).collect(),
            ..commit(0, 5)
        },
        Commit {
            promises: vec![stands(3, PromiseState::Kept)],
            promises_gone: vec![promise(1, PromiseState::Open).id],
            ..commit(5, 6)
        },
    ]);
    let list = |store: &S| {
        let first = told(store.promises(None, 2));
        let rest = told(store.promises(first.last().map(|row| row.promise.id), 10));
        let rows = first.iter().chain(&rest);
        rows.map(|row| (row.customer, row.promise.clone())).collect::<Vec<_>>()
    };
    let open = |number| stands(number, PromiseState::Open);
    let store = bench.answers(store, list, &vec![open(0), open(2), stands(3, PromiseState::Kept), open(4)]);
    let one = |number| told(store.promise(promise(number, PromiseState::Open).id));
    assert_eq!(one(3).map(|row| (row.customer, row.promise)), Some(stands(3, PromiseState::Kept)));
    assert_eq!(one(1), None);
}

fn cases_and_customers_are_listed<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_commits([Commit {
        cases: (0..5).map(|number| (id(1), case(number))).collect(),
        customers: (0..300).map(|number| change(number, None)).collect(),
        ..commit(0, 300)
    }]);
    let cases = told(store.cases(None, 3));
    assert_eq!(cases.iter().map(|row| row.case.id.0.number).collect::<Vec<_>>(), [0, 1, 2]);
    let rest = told(store.cases(cases.last().map(|row| row.case.id), 9));
    assert_eq!(rest.iter().map(|row| row.case.id.0.number).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(rest.first().map(|row| (row.customer, row.case.clone())), Some((id(1), case(3))));
    assert_eq!(told(store.case(case(3).id)).as_ref(), rest.first());
    assert_eq!(told(store.case(case(7).id)), None);

    let ids = |after: Option<CustomerId>, most| -> Vec<u64> {
        told(store.customers(after, most)).iter().map(|customer| customer.id.0.get()).collect()
    };
    assert_eq!(ids(None, 2), [0, 1]);
    assert_eq!(ids(Some(id(255)), 3), [256, 257, 258]);
    assert_eq!(ids(Some(id(299)), 3), []);
}

fn the_rejected_list_tells<S: Store>(bench: &Bench<'_, S>) {
    let store = bench.with_commits([
        Commit { rejected: (0..3).map(|at| (position(at), rejected("no id"))).collect(), ..commit(0, 3) },
        Commit { redriven: vec![position(1)], ..commit(3, 4) },
    ]);
    let list = |store: &S| {
        let rows = told(store.rejected(None, 10));
        rows.iter().map(|row| (row.position.get(), row.redriven)).collect::<Vec<_>>()
    };
    let store = bench.answers(store, list, &vec![(0, false), (1, true), (2, false)]);
    let rest = told(store.rejected(Some(position(1)), 10));
    assert_eq!(rest.iter().map(|row| row.position.get()).collect::<Vec<_>>(), [2]);
    assert_eq!(rest.first().map(|row| row.rejected.clone()), Some(rejected("no id")));
}
