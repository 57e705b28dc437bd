//! How an event at a moment went.

use crate::story::{Company, check};
use expect_test::expect;

#[test]
fn bad_is_asked_before_good() {
    check(
        Company::new(),
        "10:00 Delivered order=A1 minutes_late=61
         11:00 Delivered order=A2 minutes_late=60
         12:00 Delivered order=A3",
        &expect![[r#"
            10:00 Delivered order=A1 minutes_late=61
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
            11:00 Delivered order=A2 minutes_late=60
              moment order/deliver good
              trust reliability 470 → 473: GoodMoment deliver
            12:00 Delivered order=A3
              moment order/deliver good
              trust reliability 473 → 476: GoodMoment deliver
        "#]],
    );
}

#[test]
fn a_bad_moment_is_made_good_by_what_shows_it_and_only_once() {
    check(
        Company::new(),
        "10:00 Redelivered order=A1
         11:00 Delivery Failed order=A1
         12:00 show
         13:00 Redelivered order=A1
         14:00 Redelivered order=A1
         14:00 show",
        &expect![[r#"
            10:00 Redelivered order=A1
              moment order/deliver neutral
            11:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 500 → 470: BadMoment deliver
            12:00 show
              trust capability 500 reliability 470 humanity 500 transparency 500; open failures 1
              events 2, unmatched 0
              run of order A1 Reached: deliver deliver; repeats 1, longest gap 1h
            13:00 Redelivered order=A1
              moment order/deliver neutral, again (2)
              trust reliability 470 → 488: Repaired deliver
            14:00 Redelivered order=A1
              moment order/deliver neutral, again (3)
            14:00 show
              trust capability 500 reliability 488 humanity 500 transparency 500; open failures 0
              events 4, unmatched 0
              run of order A1 Reached: deliver deliver deliver deliver; repeats 3, longest gap 2h
        "#]],
    );
}

#[test]
fn an_event_that_is_bad_repairs_nothing() {
    check(
        Company::new()
            .with(|company| company.moments[1].repaired = company.moments[1].listens.clone().into()),
        "10:00 Delivery Failed order=A1
         10:00 show
         11:00 Delivery Failed order=A1
         11:00 show",
        &expect![[r#"
            10:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
            10:00 show
              trust capability 500 reliability 470 humanity 500 transparency 500; open failures 1
              events 1, unmatched 0
              run of order A1 UnderWay: deliver; repeats 0, longest gap 0s
            11:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 470 → 442: BadMoment deliver
            11:00 show
              trust capability 500 reliability 442 humanity 500 transparency 500; open failures 2
              events 2, unmatched 0
              run of order A1 UnderWay: deliver deliver; repeats 1, longest gap 1h
        "#]],
    );
}

#[test]
fn events_that_no_moment_listens_to_are_counted() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1
         11:00 Label Printed order=A1
         12:00 Parcel Weighed order=A1
         12:00 show",
        &expect![[r#"
            10:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            11:00 Label Printed order=A1
            12:00 Parcel Weighed order=A1
            12:00 show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 3, unmatched 2
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
        "#]],
    );
}

#[test]
fn what_the_customer_felt_decides_where_the_map_says_so() {
    check(
        Company::new(),
        "10:00 says \"Lovely, thank you\" (positive)
         11:00 says \"This is a disgrace\" (negative)
         12:00 says \"Hm\" (unknown)
         13:00 says \"Hm\"",
        &expect![[r#"
            10:00 says "Lovely, thank you" (positive)
              moment help/contact good, felt joy
              trust humanity 500 → 503: GoodMoment contact
            11:00 says "This is a disgrace" (negative)
              moment help/contact bad, felt anger, again (1)
              promise answered open, due 03-05 11:00
              trust humanity 503 → 474: BadMoment contact
            12:00 says "Hm" (unknown)
              moment help/contact neutral, again (2)
            13:00 says "Hm"
              moment help/contact neutral, again (3)
        "#]],
    );
}
