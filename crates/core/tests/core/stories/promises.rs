//! Promises, and the faults that ticket systems' clocks are known for.

use crate::story::*;
use expect_test::expect;
use opcx_core::condition::Field;
use opcx_core::promise::PromiseState;
use opcx_core::trust::Account;

const PLACED: &str = "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z";

#[test]
fn a_promise_is_made_warned_of_once_and_kept() {
    let company =
        Company::new().playbook("warn", on_promise(DELIVERED_BY, PromiseState::AtRisk), vec![note("hurry")]);
    check(
        company,
        &format!(
            "{PLACED}
             tue 07:59 tick
             08:00 tick
             08:30 tick
             09:00 Label Printed order=A1
             09:30 Delivered order=A1"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 07:59 tick
            08:00 tick
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 08:00] warn (promise delivered-by at risk): noted hurry
            08:30 tick
            09:00 Label Printed order=A1
            09:30 Delivered order=A1
              moment order/deliver good
              promise delivered-by at risk → kept at 03-03 09:30
              trust reliability 500 → 503: GoodMoment deliver
              trust reliability 503 → 506: PromiseKept delivered-by
        "#]],
    );
}

#[test]
fn evidence_at_the_very_due_moment_keeps_and_a_millisecond_later_does_not() {
    check(
        Company::new(),
        &format!("{PLACED}\n tue 10:00 Delivered order=A1\n +1h tick"),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 10:00 Delivered order=A1
              [03-03 08:00] promise delivered-by open → at risk
              moment order/deliver good
              promise delivered-by at risk → kept at 03-03 10:00
              trust reliability 500 → 503: GoodMoment deliver
              trust reliability 503 → 506: PromiseKept delivered-by
            +1h tick
        "#]],
    );
    check(
        Company::new(),
        &format!("{PLACED}\n 2026-03-03T10:00:00.001Z Delivered order=A1\n +1h tick"),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            2026-03-03T10:00:00.001Z Delivered order=A1
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
              moment order/deliver good
              promise delivered-by broken at 03-03 10:00:00.001, made good
              trust reliability 410 → 412: GoodMoment deliver
              trust reliability 412 → 466: Repaired delivered-by
            +1h tick
        "#]],
    );
}

#[test]
fn those_who_would_vouch_for_themselves_give_no_evidence() {
    check(
        Company::new(),
        &format!(
            "{PLACED}
             tue 07:00 Delivered order=A1 source=courier
             07:10 Delivered order=A1 source=opcx
             07:20 Delivered order=B2
             07:30 Delivered order=A1 by=probe
             07:40 show
             07:50 Delivered order=A1 source=doorbell"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 07:00 Delivered order=A1 source=courier
              moment order/deliver good
              trust reliability 500 → 503: GoodMoment deliver
            07:10 Delivered order=A1 source=opcx
              moment order/deliver good, again (1)
              trust reliability 503 → 506: GoodMoment deliver
            07:20 Delivered order=B2
              moment order/deliver good
              trust reliability 506 → 509: GoodMoment deliver
            07:30 Delivered order=A1 by=probe
              moment order/deliver good, a probe's
            07:40 show
              trust capability 503 reliability 509 humanity 500 transparency 500; open failures 0
              events 4, unmatched 0
              run of order A1 Reached: pay deliver deliver; repeats 1, longest gap 21h
              run of order B2 Reached: deliver; repeats 0, longest gap 0s
              promise delivered-by open, due 03-03 10:00
            07:50 Delivered order=A1 source=doorbell
              moment order/deliver good, again (2)
              promise delivered-by open → kept at 03-03 07:50
              trust reliability 509 → 512: GoodMoment deliver
              trust reliability 512 → 515: PromiseKept delivered-by
        "#]],
    );
}

#[test]
fn those_who_would_vouch_for_themselves_release_nobody() {
    check(
        Company::new(),
        &format!(
            "{PLACED}
             11:00 Order Cancelled order=A1 source=courier
             11:10 Order Cancelled order=A1 source=opcx
             12:00 Order Cancelled order=A1 of=09:00
             12:30 show
             13:00 Order Cancelled order=A1
             tue 12:00 tick"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            11:00 Order Cancelled order=A1 source=courier
            11:10 Order Cancelled order=A1 source=opcx
            12:00 Order Cancelled order=A1 of=09:00
            12:30 show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 4, unmatched 3
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              promise delivered-by open, due 03-03 10:00
            13:00 Order Cancelled order=A1
              promise delivered-by open → released at 03-02 13:00
            tue 12:00 tick
        "#]],
    );
}

#[test]
fn the_event_that_makes_a_promise_is_no_evidence_for_it() {
    let company = Company::new().with(|company| {
        company.promise("call-back", 2, Account::Humanity, "4h", kind("Call"));
        company.promises[2].made = Some(condition(kind("Call")));
    });
    check(
        company,
        "10:00 Call
         11:00 show
         12:00 Call
         12:00 show",
        &expect![[r#"
            10:00 Call
              promise call-back open, due 03-02 14:00
            11:00 show
              trust capability 500 reliability 500 humanity 500 transparency 500; open failures 0
              events 1, unmatched 1
              promise call-back open, due 03-02 14:00
            12:00 Call
              promise call-back open → kept at 03-02 12:00
              promise call-back open, due 03-02 16:00
              trust humanity 500 → 503: PromiseKept call-back
            12:00 show
              trust capability 500 reliability 500 humanity 503 transparency 500; open failures 0
              events 2, unmatched 2
              promise call-back kept, due 03-02 14:00
              promise call-back open, due 03-02 16:00
        "#]],
    );
}

#[test]
fn a_promise_told_broken_is_put_right_by_proof_of_an_earlier_time() {
    check(
        Company::new(),
        &format!(
            "{PLACED}
             tue 11:00 tick
             11:00 show
             12:00 Delivered order=A1 of=09:00
             12:00 show"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 11:00 tick
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
            11:00 show
              trust capability 503 reliability 410 humanity 500 transparency 500; open failures 1
              events 1, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              promise delivered-by broken, due 03-03 10:00
            12:00 Delivered order=A1 of=09:00
              moment order/deliver good
              promise delivered-by broken → kept at 03-03 09:00
              trust reliability 410 → 412: GoodMoment deliver
              trust reliability 412 → 502: Corrected { position: Position(0), number: 32768 } delivered-by
              trust reliability 502 → 505: PromiseKept delivered-by
              delivered-by (late evidence): promise_0_0 was told broken; it was kept at 2026-03-03T09:00:00Z, due 2026-03-03T10:00:00Z
            12:00 show
              trust capability 503 reliability 505 humanity 500 transparency 500; open failures 0
              events 2, unmatched 0
              run of order A1 Reached: pay deliver; repeats 0, longest gap 23h
              promise delivered-by kept, due 03-03 10:00
        "#]],
    );
}

#[test]
fn a_promise_told_broken_is_put_right_by_a_cancellation_of_an_earlier_time() {
    check(
        Company::new(),
        &format!(
            "{PLACED}
             tue 11:00 tick
             12:00 Order Cancelled order=A1 of=09:00
             12:00 show"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 11:00 tick
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
            12:00 Order Cancelled order=A1 of=09:00
              promise delivered-by broken → released at 03-03 09:00
              trust reliability 410 → 500: Corrected { position: Position(0), number: 32768 } delivered-by
              delivered-by (late evidence): promise_0_0 was told broken; it was released at 2026-03-03T09:00:00Z, due 2026-03-03T10:00:00Z
            12:00 show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 2, unmatched 1
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              promise delivered-by released, due 03-03 10:00
        "#]],
    );
}

#[test]
fn what_comes_after_the_due_time_makes_good_once_and_keeps_nothing() {
    check(
        Company::new(),
        "10:00 says \"Where is it?\" (negative)
         fri 12:00 staff replies
         12:00 show
         13:00 staff replies
         13:00 show",
        &expect![[r#"
            10:00 says "Where is it?" (negative)
              moment help/contact bad, felt anger
              promise answered open, due 03-05 10:00
              trust humanity 500 → 470: BadMoment contact
            fri 12:00 staff replies
              [03-04 16:00] promise answered open → at risk
              [03-05 10:00:00.001] promise answered at risk → broken at 03-05 10:00:00.001
              [03-05 10:00:00.001] trust humanity 470 → 386: PromiseBroken answered
              promise answered broken at 03-05 10:00:00.001, made good
              trust humanity 386 → 436: Repaired answered
            12:00 show
              trust capability 500 reliability 500 humanity 436 transparency 500; open failures 1
              events 2, unmatched 1
              run of help Abandoned: contact; repeats 0, longest gap 0s
              promise answered broken, due 03-05 10:00
            13:00 staff replies
            13:00 show
              trust capability 500 reliability 500 humanity 436 transparency 500; open failures 1
              events 3, unmatched 2
              run of help Abandoned: contact; repeats 0, longest gap 0s
              promise answered broken, due 03-05 10:00
        "#]],
    );
}

#[test]
fn late_proof_comes_in_also_before_time_has_passed_it() {
    check(
        Company::new(),
        &format!("{PLACED}\n 12:00 Delivered order=A1 of=2026-03-03T10:30:00Z\n tue 11:00 tick\n +0m show"),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            12:00 Delivered order=A1 of=2026-03-03T10:30:00Z
              moment order/deliver good
              promise delivered-by open → broken at 03-03 10:30
              promise delivered-by broken at 03-03 10:30, made good
              trust reliability 500 → 503: GoodMoment deliver
              trust reliability 503 → 414: PromiseBroken delivered-by
              trust reliability 414 → 467: Repaired delivered-by
            tue 11:00 tick
            +0m show
              trust capability 503 reliability 467 humanity 500 transparency 500; open failures 0
              events 2, unmatched 0
              run of order A1 Reached: pay deliver; repeats 0, longest gap 1d 30m
              promise delivered-by broken, due 03-03 10:00
        "#]],
    );
}

#[test]
fn several_promises_of_one_name_are_kept_and_broken_each_by_itself() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
         10:30 Order Placed order=B2 promised_at=2026-03-03T12:00:00Z
         11:00 Order Placed order=C3 promised_at=2026-03-03T11:00:00Z
         tue 09:00 Delivered order=B2
         13:00 tick
         +1h Delivered order=C3 of=10:59
         +1h show",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            10:30 Order Placed order=B2 promised_at=2026-03-03T12:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 12:00
              trust capability 503 → 506: GoodMoment pay
            11:00 Order Placed order=C3 promised_at=2026-03-03T11:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 11:00
              trust capability 506 → 509: GoodMoment pay
            tue 09:00 Delivered order=B2
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 09:00] promise delivered-by open → at risk
              moment order/deliver good
              promise delivered-by open → kept at 03-03 09:00
              trust reliability 500 → 503: GoodMoment deliver
              trust reliability 503 → 506: PromiseKept delivered-by
            13:00 tick
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 506 → 417: PromiseBroken delivered-by
              [03-03 11:00:00.001] promise delivered-by at risk → broken at 03-03 11:00:00.001
              [03-03 11:00:00.001] trust reliability 417 → 342: PromiseBroken delivered-by
            +1h Delivered order=C3 of=10:59
              moment order/deliver good
              promise delivered-by broken → kept at 03-03 10:59
              trust reliability 342 → 344: GoodMoment deliver
              trust reliability 344 → 419: Corrected { position: Position(2), number: 32768 } delivered-by
              trust reliability 419 → 422: PromiseKept delivered-by
              delivered-by (late evidence): promise_2_0 was told broken; it was kept at 2026-03-03T10:59:00Z, due 2026-03-03T11:00:00Z
            +1h show
              trust capability 509 reliability 422 humanity 500 transparency 500; open failures 1
              events 5, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              run of order B2 Reached: pay deliver; repeats 0, longest gap 22h 30m
              run of order C3 Reached: pay deliver; repeats 0, longest gap 23h 59m
              promise delivered-by broken, due 03-03 10:00
              promise delivered-by kept, due 03-03 12:00
              promise delivered-by kept, due 03-03 11:00
        "#]],
    );
}

#[test]
fn timers_fire_in_the_order_of_their_times_whatever_the_order_of_making() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1 promised_at=2026-03-03T12:00:00Z
         10:00 Order Placed order=B2 promised_at=2026-03-03T09:00:00Z
         10:00 Order Placed order=C3 promised_at=2026-03-03T10:30:00Z
         wed 10:00 tick",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T12:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 12:00
              trust capability 500 → 503: GoodMoment pay
            10:00 Order Placed order=B2 promised_at=2026-03-03T09:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 09:00
              trust capability 503 → 506: GoodMoment pay
            10:00 Order Placed order=C3 promised_at=2026-03-03T10:30:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:30
              trust capability 506 → 509: GoodMoment pay
            wed 10:00 tick
              [03-03 07:00] promise delivered-by open → at risk
              [03-03 08:30] promise delivered-by open → at risk
              [03-03 09:00:00.001] promise delivered-by at risk → broken at 03-03 09:00:00.001
              [03-03 09:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
              [03-03 10:00] promise delivered-by open → at risk
              [03-03 10:30:00.001] promise delivered-by at risk → broken at 03-03 10:30:00.001
              [03-03 10:30:00.001] trust reliability 410 → 336: PromiseBroken delivered-by
              [03-03 12:00:00.001] promise delivered-by at risk → broken at 03-03 12:00:00.001
              [03-03 12:00:00.001] trust reliability 336 → 276: PromiseBroken delivered-by
        "#]],
    );
}

#[test]
fn a_promise_late_when_it_is_made_is_broken_at_once_and_not_twice() {
    check(
        Company::new(),
        "10:00 Order Placed order=A1 promised_at=2026-03-01T10:00:00Z
         10:01 tick
         +9d tick
         +0m show",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-01T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-01 10:00
              trust capability 500 → 503: GoodMoment pay
            10:01 tick
              [03-02 10:00] promise delivered-by open → broken at 03-01 10:00:00.001
              [03-02 10:00] trust reliability 500 → 410: PromiseBroken delivered-by
            +9d tick
            +0m show
              trust capability 503 reliability 412 humanity 500 transparency 500; open failures 1
              events 1, unmatched 0
              run of order A1 Abandoned: pay; repeats 0, longest gap 0s
              promise delivered-by broken, due 03-01 10:00
        "#]],
    );
}

#[test]
fn nothing_that_is_settled_changes_again_but_by_proof() {
    check(
        Company::new(),
        &format!(
            "{PLACED}
             11:00 Delivered order=A1
             12:00 Order Cancelled order=A1
             13:00 Delivered order=A1
             wed 10:00 tick
             +0m show"
        ),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            11:00 Delivered order=A1
              moment order/deliver good
              promise delivered-by open → kept at 03-02 11:00
              trust reliability 500 → 503: GoodMoment deliver
              trust reliability 503 → 506: PromiseKept delivered-by
            12:00 Order Cancelled order=A1
            13:00 Delivered order=A1
              moment order/deliver good, again (1)
              trust reliability 506 → 509: GoodMoment deliver
            wed 10:00 tick
            +0m show
              trust capability 503 reliability 509 humanity 500 transparency 500; open failures 0
              events 4, unmatched 1
              run of order A1 Reached: pay deliver deliver; repeats 1, longest gap 2h
              promise delivered-by kept, due 03-03 10:00
        "#]],
    );
}

#[test]
fn a_matter_that_comes_up_again_is_promised_again() {
    check(
        Company::new(),
        "10:00 says \"Where is it?\" (negative)
         11:00 staff replies
         tue 10:00 says \"Still nothing\" (negative)
         +1h show
         fri 10:00 tick
         10:01 tick",
        &expect![[r#"
            10:00 says "Where is it?" (negative)
              moment help/contact bad, felt anger
              promise answered open, due 03-05 10:00
              trust humanity 500 → 470: BadMoment contact
            11:00 staff replies
              promise answered open → kept at 03-02 11:00
              trust humanity 470 → 473: PromiseKept answered
            tue 10:00 says "Still nothing" (negative)
              moment help/contact bad, felt anger, again (1)
              promise answered open, due 03-06 10:00
              trust humanity 473 → 445: BadMoment contact
            +1h show
              trust capability 500 reliability 500 humanity 445 transparency 500; open failures 2
              events 3, unmatched 1
              run of help UnderWay: contact contact; repeats 1, longest gap 1d
              promise answered open, due 03-06 10:00
              a complaint waits for an answer
            fri 10:00 tick
              [03-05 16:00] promise answered open → at risk
            10:01 tick
              [03-06 10:00:00.001] promise answered at risk → broken at 03-06 10:00:00.001
              [03-06 10:00:00.001] trust humanity 445 → 365: PromiseBroken answered
        "#]],
    );
}

#[test]
fn business_hours_run_only_while_the_office_is_open() {
    let company = Company::new().office_hours().with(|company| {
        company.promise("call-back", 2, Account::Humanity, "4 business hours", is(Field::EventBy, "staff"));
        company.promises[2].made = Some(condition(kind("Call Wanted")));
        company.promises[2].at_risk = "1 business hour before".parse().ok();
    });
    check(
        company,
        "fri 15:00 Call Wanted
         sun 12:00 tick
         mon 10:00 tick
         10:59 staff replies",
        &expect![[r#"
            fri 15:00 Call Wanted
              promise call-back open, due 03-09 11:00
            sun 12:00 tick
            mon 10:00 tick
              [03-09 10:00] promise call-back open → at risk
            10:59 staff replies
              promise call-back at risk → kept at 03-09 10:59
              trust humanity 500 → 503: PromiseKept call-back
        "#]],
    );
}

#[test]
fn a_due_time_that_cannot_be_worked_out_is_refused_with_a_receipt() {
    check(
        Company::new().with(|company| company.promises[0].made = Some(condition(kind("Order Placed")))),
        "10:00 Order Placed order=A1 promised_at=soon
         10:00 show",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=soon
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
              delivered-by (promise made): refused, no due time: the fact `promised_at` holds no time; send it with a date, a time and an offset, like `2026-11-21T10:00:00Z`
            10:00 show
              trust capability 503 reliability 500 humanity 500 transparency 500; open failures 0
              events 1, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
        "#]],
    );
}

#[test]
fn a_promise_is_released_by_order_once() {
    check(
        Company::new(),
        &format!("{PLACED}\n 11:00 releases promise 0\n 12:00 releases promise 0\n tue 11:00 tick"),
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            11:00 releases promise 0
              promise delivered-by open → released at 03-02 11:00
              order (lee: asked): promise_0_0 released
            12:00 releases promise 0
              order (lee: asked): promise_0_0 is not owed, nothing was changed
            tue 11:00 tick
        "#]],
    );
}
