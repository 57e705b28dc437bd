//! What a watched store has at hand is what its tables hold, whatever happened in which order.

use std::sync::Arc;

use opcx_core::case::CaseChange;
use opcx_core::delivery::Policy;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Command, Entry, Order, Whom};
use opcx_engine::{Budget, Decider};
use opcx_insight::{
    CaseStateWord, Cases, CasesQuestion, Overview, PromiseStateWord, Promises, PromisesQuestion, PulseSeries,
    SeriesQuestion, Step, Watched, cases, promises, series,
};
use opcx_store::{Draft, Encoded, Logged, Memory, Store};

use crate::company::definitions;
use crate::world::{a_week, time};

/// The log of a week, and then orders that change who is who, what is owed, and who is there at all.
fn log() -> Vec<Draft> {
    let week = a_week().store;
    let records = week.read(Position::START, usize::MAX, usize::MAX).unwrap();
    let draft = |logged: &Logged| Draft {
        lane: logged.record.lane,
        at: logged.record.at,
        entry: Encoded::of(&logged.record.entry),
    };
    let mut drafts: Vec<Draft> = records.iter().map(draft).collect();
    let handle = |value: &str| Identifier::new(IdentifierKind::Handle, value).unwrap();
    let case = week
        .cases(None, 100)
        .unwrap()
        .into_iter()
        .rev()
        .find(|row| row.case.state.is_held())
        .unwrap()
        .case
        .id;
    let promise =
        week.promises(None, 100).unwrap().into_iter().find(|row| row.promise.state.is_owed()).unwrap();
    for order in [
        Order::Merge(handle("guest0"), handle("guest4")),
        Order::Case(case, CaseChange::Close { outcome: "done".into() }),
        Order::Release(promise.promise.id),
        Order::Unmerge(handle("guest0"), handle("guest4")),
        Order::Erase(Whom::Identifier(handle("guest10"))),
        Order::Erase(Whom::Identifier(handle("adal"))),
    ] {
        let command = Command { by: "mia".into(), reason: "they called".into(), order };
        drafts.push(Draft {
            lane: Lane::LIVE,
            at: time("2015-02-25T04:00:00Z"),
            entry: Encoded::of(&Entry::Command(command)),
        });
    }
    drafts
}

fn seen(store: &dyn Store, overview: &Overview) -> (Vec<Cases>, Vec<Promises>, PulseSeries) {
    let states = [None, Some(CaseStateWord::Open), Some(CaseStateWord::Taken), Some(CaseStateWord::Closed)];
    let of_state = |state| {
        cases(store, overview, &definitions(), &CasesQuestion { state, ..CasesQuestion::default() }).unwrap()
    };
    let windows = [(None, None), (Some("2015-02-21"), Some("2015-02-24"))];
    let states_of_promises = [None, Some(PromiseStateWord::Broken), Some(PromiseStateWord::Open)];
    let owed = windows.into_iter().flat_map(|(since, until)| {
        let at = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        states_of_promises.map(|state| PromisesQuestion {
            since: at(since),
            until: at(until),
            state,
            ..PromisesQuestion::default()
        })
    });
    let owed = owed.map(|question| promises(store, overview, &definitions(), &question).unwrap());
    let days = SeriesQuestion {
        since: Some("2015-02-10".parse().unwrap()),
        until: Some("2015-02-26".parse().unwrap()),
        step: Some(Step::Day),
        ..SeriesQuestion::default()
    };
    let days = series(store, overview, &definitions(), &days).unwrap();
    (states.map(of_state).into(), owed.collect(), days)
}

#[test]
fn what_is_at_hand_is_what_the_tables_hold_after_every_record() {
    let drafts = log();
    // Counted before anything is there, in the middle, and at the end.
    for counted_at in [0, drafts.len() / 2, drafts.len() - 1] {
        let memory: Arc<dyn Store> = Arc::new(Memory::new());
        let watched = Arc::new(Watched::new(Arc::clone(&memory)));
        let store: Arc<dyn Store> = Arc::clone(&watched) as Arc<dyn Store>;
        let mut decider =
            Decider::new(Arc::clone(&store), Arc::new(definitions()), Policy::default(), Budget::default())
                .unwrap();
        for (number, draft) in drafts.iter().enumerate() {
            if number == counted_at {
                watched.count().unwrap();
            }
            store.append(std::slice::from_ref(draft)).unwrap();
            while decider.advance().unwrap() > 0 {}
            if number < counted_at {
                assert!(
                    cases(&*store, watched.overview(), &definitions(), &CasesQuestion::default()).is_err(),
                    "not counted yet"
                );
            } else if number % 10 == 0 || number + 10 > drafts.len() {
                let counted = Overview::whole(&*memory).unwrap();
                let (so, told) = (seen(&*memory, &counted), seen(&*store, watched.overview()));
                assert_eq!(told, so, "after record {number}, counted at {counted_at}");
            }
        }
        let news = watched.overview().news();
        assert_eq!(news.changed.cases, u64::try_from(drafts.len()).unwrap());
        assert!(news.cases.iter().all(|case| case.customer != "c82"), "ada was erased");
    }
}
