//! What waits to be sent, and what was given up.

use std::sync::Arc;

use expect_test::expect;
use opcx::look::{Looking, Question, View};
use opcx::show::{Look, text};
use opcx_core::delivery::{Attempt, ParcelId, Why};
use opcx_core::time::{Span, Timestamp};
use opcx_insight::{DeadLetter, Deliveries, DeliveriesQuestion, InsightError, Places};
use opcx_store::{Commit, EndpointState, Memory, ParcelState, Store};

use crate::company::definitions;
use crate::world::a_week;

/// A week after which the receiver has refused three parcels, the latest one first.
fn a_week_with_dead_letters() -> Arc<Memory> {
    let store = a_week().store;
    let ready = store.ready("crm", Timestamp::MAX, 3).unwrap();
    let latest = store.progress().unwrap().clocks[0].1;
    let dead = |(number, id): (i64, &ParcelId)| {
        let at = latest + Span::HOUR.times(3 - number);
        let why = Why::new("it answered 500");
        (*id, ParcelState::Dead { attempts: Attempt::FIRST.next(), at, why })
    };
    let progress = store.progress().unwrap();
    let commit = Commit {
        from: progress.position,
        progress,
        deliveries: (0..).zip(&ready).map(dead).collect(),
        ..Commit::default()
    };
    store.commit(&commit).unwrap();
    store
}

fn asked(store: &dyn Store, most: Option<u16>, after: Option<String>) -> Result<View, InsightError> {
    let places = Places::default();
    let looking = Looking { store, definitions: &definitions(), places: &places, overview: None };
    Question::Deliveries(DeliveriesQuestion { most, after }).answer(looking)
}

fn page(store: &dyn Store, most: u16, after: Option<String>) -> Deliveries {
    match asked(store, Some(most), after).unwrap() {
        View::Deliveries(deliveries) => *deliveries,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_operator_sees_what_waits_and_what_was_given_up_and_why() {
    let store = a_week_with_dead_letters();
    let view = asked(&*store, None, None).unwrap();
    expect![[r#"
        Endpoints
        endpoint  waiting  next
        crm            10  2015-02-17 19:00
        letters        10  2015-02-19 10:00

        Dead letters
        parcel     endpoint  kind             customer  given up          attempts  why
        msg_c11_0  crm       playbook.thanks  c11       2015-02-25 04:00         2  it answered 500
        msg_c7_0   crm       playbook.thanks  c7        2015-02-25 05:00         2  it answered 500
        msg_c3_0   crm       playbook.thanks  c3        2015-02-25 06:00         2  it answered 500
    "#]]
    .assert_eq(&text(&view, Look { width: 140, bold: false }));
}

#[test]
fn dead_letters_come_page_by_page_those_given_up_first_first() {
    let store = a_week_with_dead_letters();
    let all = page(&*store, 50, None).page;
    assert_eq!((all.rows.len(), &all.next), (3, &None));
    assert!(all.rows.is_sorted_by_key(|letter| letter.given_up.0));
    let called = |letter: &DeadLetter| letter.known_as.as_ref().map(ToString::to_string).unwrap_or_default();
    let called: Vec<String> = all.rows.iter().map(called).collect();
    assert_eq!(called, ["handle:guest5", "handle:guest3", "handle:guest1"]);

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = page(&*store, 1, after).page;
        assert_eq!(page.rows.len(), 1);
        found.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, all.rows);
    let unreadable = asked(&*store, None, Some("yesterday".into())).unwrap_err().to_string();
    assert_eq!(unreadable, "after is `yesterday`; write the `next` of an earlier page");
}

#[test]
fn of_a_disabled_endpoint_it_is_said_that_it_wants_nothing_more() {
    let store = a_week_with_dead_letters();
    let progress = store.progress().unwrap();
    let endpoints = vec![("crm".into(), EndpointState::Disabled)];
    store.commit(&Commit { from: progress.position, progress, endpoints, ..Commit::default() }).unwrap();
    let endpoints = page(&*store, 1, None).endpoints;
    let crm = endpoints.iter().find(|line| line.endpoint == "crm").unwrap();
    assert_eq!((crm.disabled, crm.waiting, crm.next), (true, None, None));
    let view = asked(&*store, None, None).unwrap();
    assert!(text(&view, Look { width: 140, bold: false }).contains("disabled: it answered 410"));
}
