//! Runs of journeys: repeats, gaps, goals, abandonment.

use crate::story::{Company, check};
use expect_test::expect;

#[test]
fn an_order_runs_from_paying_to_delivery_and_reaches_its_goal() {
    check(
        Company::new(),
        "10:00 Payment Failed order=A1
         10:05 Payment Failed order=A1
         10:20 Order Placed order=A1
         wed 10:20 Delivered order=A1
         +1h show",
        &expect![[r#"
            10:00 Payment Failed order=A1
              moment order/pay bad
              trust capability 500 → 470: BadMoment pay
            10:05 Payment Failed order=A1
              moment order/pay bad, again (1)
              trust capability 470 → 442: BadMoment pay
            10:20 Order Placed order=A1
              moment order/pay good, again (2)
              trust capability 442 → 444: GoodMoment pay
            wed 10:20 Delivered order=A1
              moment order/deliver good
              trust reliability 500 → 503: GoodMoment deliver
            +1h show
              trust capability 445 reliability 503 humanity 500 transparency 500; open failures 2
              events 4, unmatched 0
              run of order A1 Reached: pay pay pay deliver; repeats 2, longest gap 2d
        "#]],
    );
}

#[test]
fn two_orders_are_two_runs_and_getting_help_is_one_at_a_time() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1
         10:10 Order Placed order=B2
         10:20 says \"Where is it?\" (neutral)
         10:30 says \"Hello?\" (neutral)
         11:00 Delivered order=B2
         +1h show",
        &expect![[r#"
            10:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            10:10 Order Placed order=B2
              moment order/pay good
              trust capability 503 → 506: GoodMoment pay
            10:20 says "Where is it?" (neutral)
              moment help/contact neutral, felt neutral
            10:30 says "Hello?" (neutral)
              moment help/contact neutral, felt neutral, again (1)
            11:00 Delivered order=B2
              moment order/deliver good
              trust reliability 500 → 503: GoodMoment deliver
            +1h show
              trust capability 506 reliability 503 humanity 500 transparency 500; open failures 0
              events 5, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              run of order B2 Reached: pay deliver; repeats 0, longest gap 50m
              run of help UnderWay: contact contact; repeats 1, longest gap 10m
        "#]],
    );
}

#[test]
fn a_run_without_a_moment_for_long_is_abandoned_and_taken_up_again_by_its_key_only() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1
         10:00 says \"Where is it?\" (neutral)
         +3d tick
         +0m show
         +4d tick
         +0m show
         +1h Delivery Failed order=A1
         +1h says \"Again!\" (neutral)
         +1h show",
        &expect![[r#"
            10:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            10:00 says "Where is it?" (neutral)
              moment help/contact neutral, felt neutral
            +3d tick
            +0m show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 2, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              run of help Abandoned: contact; repeats 0, longest gap 0s
            +4d tick
            +0m show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 2, unmatched 0
              run of order A1 Abandoned: pay; repeats 0, longest gap 0s
              run of help Abandoned: contact; repeats 0, longest gap 0s
            +1h Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
            +1h says "Again!" (neutral)
              moment help/contact neutral, felt neutral
            +1h show
              trust capability 503 reliability 470 humanity 500 transparency 500; open failures 1
              events 4, unmatched 0
              run of order A1 UnderWay: pay deliver; repeats 0, longest gap 7d 1h
              run of help Abandoned: contact; repeats 0, longest gap 0s
              run of help UnderWay: contact; repeats 0, longest gap 0s
        "#]],
    );
}

#[test]
fn what_happens_after_the_goal_belongs_to_the_run_and_does_not_undo_it() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1
         11:00 Delivered order=A1
         12:00 Redelivered order=A1
         +20d tick
         +0m show",
        &expect![[r#"
            10:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            11:00 Delivered order=A1
              moment order/deliver good
              trust reliability 500 → 503: GoodMoment deliver
            12:00 Redelivered order=A1
              moment order/deliver neutral, again (1)
            +20d tick
            +0m show
              trust capability 503 reliability 503 humanity 500 transparency 500; open failures 0
              events 3, unmatched 0
              run of order A1 Reached: pay deliver deliver; repeats 1, longest gap 1h
        "#]],
    );
}

#[test]
fn events_told_late_stretch_the_run_to_both_sides() {
    check(
        Company::new(),
        "12:00 Order Placed order=A1
         14:00 Delivery Failed order=A1
         15:00 Payment Failed order=A1 of=09:00
         +1h show",
        &expect![[r#"
            12:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            14:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
            15:00 Payment Failed order=A1 of=09:00
              moment order/pay bad, again (1)
              trust capability 503 → 474: BadMoment pay
            +1h show
              trust capability 474 reliability 470 humanity 500 transparency 500; open failures 2
              events 3, unmatched 0
              run of order A1 UnderWay: pay deliver pay; repeats 1, longest gap 2h
        "#]],
    );
}
