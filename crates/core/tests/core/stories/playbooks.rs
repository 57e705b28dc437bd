//! Playbooks: what sets them off, what refuses them, what they do.

use crate::story::*;
use expect_test::expect;
use opcx_core::condition::Field;
use opcx_core::consent::Purpose;
use opcx_core::map::Outcome;
use opcx_core::playbook::{Aim, Claim, Mode, Piece, Trigger};
use opcx_core::promise::PromiseState;
use opcx_core::time::Span;
use opcx_core::trust::Account;

fn written() -> Company {
    Company::new().template("sorry", Vec::new(), vec![words("We are sorry.")])
}

#[test]
fn everything_that_can_set_a_playbook_off_does() {
    let company = Company::new()
        .playbook("on-event", on_event("Order Placed"), vec![note("event")])
        .playbook("on-good", on_moment(PAY, Outcome::Good), vec![note("good")])
        .playbook("on-bad", on_moment(CONTACT, Outcome::Bad), vec![note("bad")])
        .playbook("on-made", on_promise(DELIVERED_BY, PromiseState::Open), vec![note("made")])
        .playbook("on-risk", on_promise(DELIVERED_BY, PromiseState::AtRisk), vec![note("risk")])
        .playbook("on-broken", on_promise(DELIVERED_BY, PromiseState::Broken), vec![note("broken")])
        .playbook("on-fall", Trigger::TrustBelow(Account::Reliability, 450), vec![note("fall")])
        .playbook("on-silence", Trigger::Silence(Span::DAY.times(2)), vec![note("silence")]);
    check(
        company,
        "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
         11:00 says \"Oh no\" (negative)
         fri 10:00 tick",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
              on-event (event Order Placed): noted event
              on-good (moment pay good): noted good
              on-made (promise delivered-by open): noted made
            11:00 says "Oh no" (negative)
              moment help/contact bad, felt anger
              promise answered open, due 03-05 11:00
              trust humanity 500 → 470: BadMoment contact
              on-bad (moment contact bad): noted bad
            fri 10:00 tick
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 08:00] on-risk (promise delivered-by at risk): noted risk
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
              [03-03 10:00:00.001] on-broken (promise delivered-by broken): noted broken
              [03-03 10:00:00.001] on-fall (trust reliability 500 to 410): noted fall
              [03-04 11:00] on-silence (silence 2d): noted silence
              [03-04 17:00] promise answered open → at risk
              [03-05 11:00:00.001] promise answered at risk → broken at 03-05 11:00:00.001
              [03-05 11:00:00.001] trust humanity 470 → 386: PromiseBroken answered
        "#]],
    );
}

#[test]
fn a_condition_holds_does_not_hold_or_misses_something() {
    let company = Company::new()
        .playbook("dear", on_event("Order Placed"), vec![note("dear")])
        .but(|playbook| playbook.condition = Some(condition(over(fact("value"), 100.0))));
    check(
        company,
        "10:00 Order Placed order=A1 value=200
         11:00 Order Placed order=A1 value=50
         12:00 Order Placed order=A1
         13:00 Order Placed order=A1 value=much
         13:30 denies purchase
         14:00 Order Placed order=A1 value=200",
        &expect![[r#"
            10:00 Order Placed order=A1 value=200
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
              dear (event Order Placed): noted dear
            11:00 Order Placed order=A1 value=50
              moment order/pay good, again (1)
              trust capability 503 → 506: GoodMoment pay
              dear (event Order Placed): refused, the condition does not hold
            12:00 Order Placed order=A1
              moment order/pay good, again (2)
              trust capability 506 → 509: GoodMoment pay
              dear (event Order Placed): refused, missing facts.value
            13:00 Order Placed order=A1 value=much
              moment order/pay good, again (3)
              trust capability 509 → 512: GoodMoment pay
              dear (event Order Placed): refused, missing facts.value has another type than declared
            13:30 denies purchase
            14:00 Order Placed order=A1 value=200
        "#]],
    );
}

#[test]
fn repair_goes_first_then_what_informs_then_delight_and_priority_within() {
    let company = Company::new()
        .playbook("b-delight", on_event("Order Placed"), vec![note("4")])
        .but(|playbook| {
            playbook.aim = Aim::Delight;
            playbook.priority = 100;
        })
        .playbook("a-inform", on_event("Order Placed"), vec![note("3")])
        .playbook("c-inform", on_event("Order Placed"), vec![note("2")])
        .but(|playbook| playbook.priority = 90)
        .playbook("d-repair", on_event("Order Placed"), vec![note("1")])
        .but(|playbook| {
            playbook.aim = Aim::Repair;
            playbook.priority = 0;
        });
    check(
        company,
        "10:00 Order Placed order=A1",
        &expect![[r#"
            10:00 Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
              d-repair (event Order Placed): noted 1
              c-inform (event Order Placed): noted 2
              a-inform (event Order Placed): noted 3
              b-delight (event Order Placed): noted 4
        "#]],
    );
}

#[test]
fn a_playbook_acts_no_oftener_than_its_cap_in_any_window() {
    let company = written()
        .playbook("sorry", on_moment(DELIVER, Outcome::Bad), vec![message(0)])
        .but(|playbook| playbook.at_most = cap(2, 7));
    check(
        company,
        "10:00 Delivery Failed order=A1
         tue 10:00 Delivery Failed order=A1
         wed 10:00 Delivery Failed order=A1
         mon 09:59 Delivery Failed order=A1
         mon 10:00 Delivery Failed order=A1",
        &expect![[r#"
            10:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
              to mail: "We are sorry."
              sorry (moment deliver bad): sent
            tue 10:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 470 → 442: BadMoment deliver
              to mail: "We are sorry."
              sorry (moment deliver bad): sent
            wed 10:00 Delivery Failed order=A1
              moment order/deliver bad, again (2)
              trust reliability 442 → 415: BadMoment deliver
              sorry (moment deliver bad): refused, often enough
            mon 09:59 Delivery Failed order=A1
              moment order/deliver bad, again (3)
              trust reliability 416 → 391: BadMoment deliver
              sorry (moment deliver bad): refused, often enough
            mon 10:00 Delivery Failed order=A1
              moment order/deliver bad, again (4)
              trust reliability 391 → 368: BadMoment deliver
              to mail: "We are sorry."
              sorry (moment deliver bad): sent
        "#]],
    );
}

#[test]
fn all_playbooks_together_write_no_more_than_the_house_allows() {
    let company = written()
        .playbook("one", on_event("First"), vec![message(0)])
        .playbook("other", on_event("Second"), vec![message(0)])
        .playbook("quiet", on_event("Second"), vec![note("no message, no matter")])
        .with(|company| company.house.contacts = cap(1, 1));
    check(
        company,
        "10:00 First
         11:00 Second
         tue 09:59 First
         10:00 Second",
        &expect![[r#"
            10:00 First
              to mail: "We are sorry."
              one (event First): sent
            11:00 Second
              other (event Second): refused, enough messages
              quiet (event Second): noted no message, no matter
            tue 09:59 First
              one (event First): refused, enough messages
            10:00 Second
              to mail: "We are sorry."
              other (event Second): sent
              quiet (event Second): noted no message, no matter
        "#]],
    );
}

#[test]
fn a_message_waits_for_the_morning_of_the_customer() {
    let company = written()
        .playbook("sorry", on_moment(DELIVER, Outcome::Bad), vec![message(0), webhook()])
        .quiet("21:00-08:00", "Europe/Berlin");
    check(
        company,
        "19:59 Delivery Failed order=A1
         20:00 Delivery Failed order=A1
         20:30 Delivery Failed order=A1 timezone=America/New_York
         2026-03-08T06:30Z Delivery Failed order=A1
         2026-03-28T23:00Z Delivery Failed order=A1 timezone=Europe/Berlin
         2026-10-24T22:00Z Delivery Failed order=A1
         2026-10-25T20:30Z Delivery Failed order=A1 timezone=Nowhere/Land",
        &expect![[r#"
            19:59 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
              to mail: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order"]
              sorry (moment deliver bad): sent, sent
            20:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 470 → 442: BadMoment deliver
              to mail not before 03-03 07:00: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order"]
              sorry (moment deliver bad): sent, sent
            20:30 Delivery Failed order=A1 timezone=America/New_York
              moment order/deliver bad, again (2)
              trust reliability 442 → 415: BadMoment deliver
              to mail: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order", "timezone"]
              sorry (moment deliver bad): sent, sent
            2026-03-08T06:30Z Delivery Failed order=A1
              moment order/deliver bad, again (3)
              trust reliability 416 → 391: BadMoment deliver
              to mail not before 03-08 12:00: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order"]
              sorry (moment deliver bad): sent, sent
            2026-03-28T23:00Z Delivery Failed order=A1 timezone=Europe/Berlin
              moment order/deliver bad, again (4)
              trust reliability 395 → 372: BadMoment deliver
              to mail not before 03-29 06:00: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order", "timezone"]
              sorry (moment deliver bad): sent, sent
            2026-10-24T22:00Z Delivery Failed order=A1
              moment order/deliver bad, again (5)
              trust reliability 414 → 390: BadMoment deliver
              to mail not before 10-25 07:00: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order"]
              sorry (moment deliver bad): sent, sent
            2026-10-25T20:30Z Delivery Failed order=A1 timezone=Nowhere/Land
              moment order/deliver bad, again (6)
              trust reliability 390 → 366: BadMoment deliver
              to mail not before 10-26 07:00: "We are sorry."
              to crm: moment deliver bad; Delivery Failed ["order", "timezone"]
              sorry (moment deliver bad): sent, sent
        "#]],
    );
}

#[test]
fn shadow_says_what_would_have_been_done_delivers_nothing_and_uses_up_nothing() {
    let company = written()
        .playbook("new", on_moment(DELIVER, Outcome::Bad), vec![message(0), case(), webhook()])
        .but(|playbook| {
            playbook.mode = Mode::Shadow;
            playbook.priority = 90;
            playbook.at_most = cap(1, 7);
        })
        .playbook("old", on_moment(DELIVER, Outcome::Bad), vec![message(0)])
        .with(|company| company.house.contacts = cap(2, 7));
    check(
        company,
        "10:00 Delivery Failed order=A1
         11:00 Delivery Failed order=A1
         11:00 show",
        &expect![[r#"
            10:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
              to mail: "We are sorry."
              new (moment deliver bad): would have sent, opened a case, sent
              old (moment deliver bad): sent
            11:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 470 → 442: BadMoment deliver
              to mail: "We are sorry."
              new (moment deliver bad): would have sent, opened a case, sent
              old (moment deliver bad): sent
            11:00 show
              trust capability 500 reliability 442 humanity 500 transparency 500; open failures 2
              events 2, unmatched 0
              run of order A1 UnderWay: deliver deliver; repeats 1, longest gap 1h
        "#]],
    );
}

#[test]
fn of_two_messages_on_one_matter_the_first_goes_out() {
    let company = written()
        .playbook("first", on_moment(DELIVER, Outcome::Bad), vec![message(0)])
        .but(|playbook| playbook.priority = 90)
        .playbook("second", on_moment(DELIVER, Outcome::Bad), vec![message(0)])
        .playbook("note", on_moment(DELIVER, Outcome::Bad), vec![note("too")])
        .playbook("other", on_event("Delivery Failed"), vec![message(0)]);
    check(
        company,
        "10:00 Delivery Failed order=A1",
        &expect![[r#"
        10:00 Delivery Failed order=A1
          moment order/deliver bad
          trust reliability 500 → 470: BadMoment deliver
          to mail: "We are sorry."
          to mail: "We are sorry."
          first (moment deliver bad): sent
          note (moment deliver bad): noted too
          other (event Delivery Failed): sent
          second (moment deliver bad): refused, preceded by first
    "#]],
    );
}

#[test]
fn a_message_that_could_not_go_out_precedes_nothing() {
    let company = written()
        .template("where", Vec::new(), vec![words("With "), Piece::Hole(fact("carrier"))])
        .playbook("first", on_moment(DELIVER, Outcome::Bad), vec![message(1), note("tried")])
        .but(|playbook| playbook.priority = 90)
        .playbook("second", on_moment(DELIVER, Outcome::Bad), vec![message(0)]);
    check(
        company,
        "10:00 Delivery Failed order=A1",
        &expect![[r#"
        10:00 Delivery Failed order=A1
          moment order/deliver bad
          trust reliability 500 → 470: BadMoment deliver
          to mail: "We are sorry."
          first (moment deliver bad): left (missing facts.carrier), noted tried
          second (moment deliver bad): sent
    "#]],
    );
}

#[test]
fn what_a_human_has_is_silent_for_machines_on_that_matter_until_it_is_closed() {
    let company = written()
        .playbook("care", on_moment(DELIVER, Outcome::Bad), vec![case(), message(0)])
        .playbook("pay", on_moment(PAY, Outcome::Bad), vec![message(0)]);
    check(
        company,
        "10:00 Delivery Failed order=A1
         11:00 Delivery Failed order=A1
         12:00 Payment Failed order=B2
         13:00 takes case 0
         14:00 Delivery Failed order=A1
         15:00 closes case 0
         15:30 closes case 0
         16:00 Delivery Failed order=A1
         16:00 show",
        &expect![[r#"
            10:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
              case on deliver open
              to mail: "We are sorry."
              care (moment deliver bad): opened a case, sent
            11:00 Delivery Failed order=A1
              moment order/deliver bad, again (1)
              trust reliability 470 → 442: BadMoment deliver
              care (moment deliver bad): refused, a human has it
            12:00 Payment Failed order=B2
              moment order/pay bad
              trust capability 500 → 470: BadMoment pay
              to mail: "We are sorry."
              pay (moment pay bad): sent
            13:00 takes case 0
              case on deliver taken
              order (lee: asked): case_c0_0 taken
            14:00 Delivery Failed order=A1
              moment order/deliver bad, again (2)
              trust reliability 442 → 415: BadMoment deliver
              care (moment deliver bad): refused, a human has it
            15:00 closes case 0
              case on deliver closed
              order (lee: asked): case_c0_0 closed
            15:30 closes case 0
              order (lee: asked): case_c0_0 is not held, nothing was changed
            16:00 Delivery Failed order=A1
              moment order/deliver bad, again (3)
              trust reliability 415 → 390: BadMoment deliver
              case on deliver open
              to mail: "We are sorry."
              care (moment deliver bad): opened a case, sent
            16:00 show
              trust capability 470 reliability 390 humanity 500 transparency 500; open failures 5
              events 5, unmatched 0
              run of order A1 UnderWay: deliver deliver deliver deliver; repeats 3, longest gap 3h
              run of order B2 UnderWay: pay; repeats 0, longest gap 0s
              case on deliver closed
              case on deliver open
        "#]],
    );
}

fn wow(company: Company) -> Company {
    company
        .playbook("wow", on_event("Birthday"), vec![note("a cake")])
        .but(|playbook| playbook.aim = Aim::Delight)
}

#[test]
fn no_delight_before_a_failure_is_made_good() {
    check(
        wow(Company::new()),
        "10:00 Birthday
         11:00 Delivery Failed order=A1
         12:00 Birthday
         13:00 Redelivered order=A1
         14:00 Birthday",
        &expect![[r#"
            10:00 Birthday
              wow (event Birthday): noted a cake
            11:00 Delivery Failed order=A1
              moment order/deliver bad
              trust reliability 500 → 470: BadMoment deliver
            12:00 Birthday
              wow (event Birthday): refused, repair first
            13:00 Redelivered order=A1
              moment order/deliver neutral, again (1)
              trust reliability 470 → 488: Repaired deliver
            14:00 Birthday
              wow (event Birthday): noted a cake
        "#]],
    );
}

#[test]
fn no_delight_before_a_broken_promise_is_made_good() {
    check(
        wow(Company::new()),
        "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
         tue 11:00 Birthday
         12:00 Delivered order=A1
         13:00 Birthday",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 11:00 Birthday
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
              wow (event Birthday): refused, repair first
            12:00 Delivered order=A1
              moment order/deliver good
              promise delivered-by broken at 03-03 10:00:00.001, made good
              trust reliability 410 → 412: GoodMoment deliver
              trust reliability 412 → 466: Repaired delivered-by
            13:00 Birthday
              wow (event Birthday): noted a cake
        "#]],
    );
}

#[test]
fn no_delight_before_a_complaint_is_answered() {
    check(
        wow(Company::new()).with(|company| company.moments[2].bad = None),
        "10:00 says \"Nobody answers\" (negative)
         11:00 Birthday
         12:00 says \"Still waiting\" (negative)
         12:10 staff replies of=11:30
         12:20 Birthday
         13:00 staff replies
         13:10 says \"A late mail\" (negative) of=11:00
         14:00 Birthday",
        &expect![[r#"
            10:00 says "Nobody answers" (negative)
              moment help/contact neutral, felt anger
              promise answered open, due 03-05 10:00
            11:00 Birthday
              wow (event Birthday): refused, repair first
            12:00 says "Still waiting" (negative)
              moment help/contact neutral, felt anger, again (1)
              promise answered open, due 03-05 12:00
            12:10 staff replies of=11:30
              promise answered open → kept at 03-02 11:30
              trust humanity 500 → 503: PromiseKept answered
            12:20 Birthday
              wow (event Birthday): refused, repair first
            13:00 staff replies
              promise answered open → kept at 03-02 13:00
              trust humanity 503 → 506: PromiseKept answered
            13:10 says "A late mail" (negative) of=11:00
              moment help/contact neutral, felt anger, again (2)
              promise answered open, due 03-05 11:00
            14:00 Birthday
              wow (event Birthday): noted a cake
        "#]],
    );
}

#[test]
fn no_delight_while_a_human_has_a_case() {
    check(
        wow(Company::new().playbook("care", on_event("Question"), vec![case()])),
        "10:00 Question
         11:00 Birthday
         12:00 closes case 0
         13:00 Birthday",
        &expect![[r#"
            10:00 Question
              case on Question open
              care (event Question): opened a case
            11:00 Birthday
              wow (event Birthday): refused, repair first
            12:00 closes case 0
              case on Question closed
              order (lee: asked): case_c0_0 closed
            13:00 Birthday
              wow (event Birthday): noted a cake
        "#]],
    );
}

#[test]
fn silence_sets_off_once_until_the_customer_is_heard_again() {
    let company = Company::new()
        .playbook("miss-you", Trigger::Silence(Span::DAY.times(7)), vec![note("hello?")])
        .playbook("lost", Trigger::Silence(Span::DAY.times(30)), vec![note("good-bye")])
        .but(|playbook| playbook.condition = Some(condition(truth(false))));
    check(
        company,
        "10:00 Page Viewed
         +60d tick
         +1d Order Placed order=A1
         +3d staff replies
         +3d tick
         +1d tick
         +90d tick
         +1h Label Printed
         +8d tick",
        &expect![[r#"
            10:00 Page Viewed
            +60d tick
            +1d Order Placed order=A1
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
            +3d staff replies
            +3d tick
            +1d tick
              [05-09 10:00] miss-you (silence 7d): noted hello?
            +90d tick
              [06-01 10:00] lost (silence 30d): refused, the condition does not hold
            +1h Label Printed
            +8d tick
              [08-14 11:00] miss-you (silence 7d): noted hello?
        "#]],
    );
}

#[test]
fn one_slide_of_trust_sets_off_once() {
    let company = Company::new()
        .playbook("fall", Trigger::TrustBelow(Account::Capability, 450), vec![note("fell")])
        .playbook("rise", Trigger::TrustAbove(Account::Capability, 414), vec![note("rose")]);
    check(
        company,
        "10:00 Payment Failed order=A1
         10:10 Payment Failed order=A1
         10:20 Payment Failed order=A1
         10:30 Payment Failed order=A1
         11:00 Order Placed order=A1
         +90d Order Placed order=A2
         +1d Order Placed order=A2
         +1d Order Placed order=A2
         +1h Payment Failed order=A1",
        &expect![[r#"
            10:00 Payment Failed order=A1
              moment order/pay bad
              trust capability 500 → 470: BadMoment pay
            10:10 Payment Failed order=A1
              moment order/pay bad, again (1)
              trust capability 470 → 442: BadMoment pay
              fall (trust capability 470 to 442): noted fell
            10:20 Payment Failed order=A1
              moment order/pay bad, again (2)
              trust capability 442 → 415: BadMoment pay
            10:30 Payment Failed order=A1
              moment order/pay bad, again (3)
              trust capability 415 → 390: BadMoment pay
            11:00 Order Placed order=A1
              moment order/pay good, again (4)
              trust capability 390 → 393: GoodMoment pay
            +90d Order Placed order=A2
              moment order/pay good
              trust capability 410 → 412: GoodMoment pay
            +1d Order Placed order=A2
              moment order/pay good, again (1)
              trust capability 412 → 415: GoodMoment pay
              rise (trust capability 412 to 415): noted rose
            +1d Order Placed order=A2
              moment order/pay good, again (2)
              trust capability 415 → 418: GoodMoment pay
            +1h Payment Failed order=A1
              moment order/pay bad, again (5)
              trust capability 418 → 393: BadMoment pay
        "#]],
    );
}

#[test]
fn what_a_playbook_promises_is_owed_like_any_other_promise() {
    let company = Company::new()
        .with(|company| {
            company.promise("call-back", 2, Account::Humanity, "4h", is(Field::EventBy, "staff"));
        })
        .playbook(
            "call",
            on_moment(CONTACT, Outcome::Bad),
            vec![opcx_core::playbook::ActionDefinition::Promise(opcx_core::promise::PromiseIndex(2))],
        )
        .playbook(
            "told",
            on_promise(opcx_core::promise::PromiseIndex(2), PromiseState::Broken),
            vec![note("broken")],
        );
    check(
        company,
        "10:00 says \"Call me\" (negative)
         12:00 staff replies
         tue 10:00 says \"Call me again\" (negative)
         15:00 tick",
        &expect![[r#"
            10:00 says "Call me" (negative)
              moment help/contact bad, felt anger
              promise answered open, due 03-05 10:00
              promise call-back open, due 03-02 14:00
              trust humanity 500 → 470: BadMoment contact
              call (moment contact bad): promised
            12:00 staff replies
              promise answered open → kept at 03-02 12:00
              promise call-back open → kept at 03-02 12:00
              trust humanity 470 → 473: PromiseKept answered
              trust humanity 473 → 476: PromiseKept call-back
            tue 10:00 says "Call me again" (negative)
              moment help/contact bad, felt anger, again (1)
              promise answered open, due 03-06 10:00
              promise call-back open, due 03-03 14:00
              trust humanity 476 → 447: BadMoment contact
              call (moment contact bad): promised
            15:00 tick
              [03-03 14:00:00.001] promise call-back open → broken at 03-03 14:00:00.001
              [03-03 14:00:00.001] trust humanity 447 → 367: PromiseBroken call-back
              [03-03 14:00:00.001] told (promise call-back broken): noted broken
        "#]],
    );
}

#[test]
fn a_message_states_only_what_the_ledger_holds() {
    let company = Company::new()
        .template(
            "late",
            vec![Claim::Promise(DELIVERED_BY, PromiseState::AtRisk)],
            vec![words("It may be late. You ordered "), Piece::Hole(promised("order"))],
        )
        .template("back", vec![Claim::Happened("Refund Sent".into())], vec![words("Your money is back.")])
        .playbook("late", on_promise(DELIVERED_BY, PromiseState::AtRisk), vec![message(0)])
        .playbook("too-late", on_promise(DELIVERED_BY, PromiseState::Broken), vec![message(0)])
        .playbook("refund", on_event("Question"), vec![message(1)]);
    check(
        company,
        "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
         tue 09:00 Question
         09:30 Refund Sent
         09:40 Question
         11:00 tick",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            tue 09:00 Question
              [03-03 08:00] promise delivered-by open → at risk
              [03-03 08:00] to mail: "It may be late. You ordered A1"
              [03-03 08:00] late (promise delivered-by at risk): sent
              refund (event Question): refused, untrue: event Refund Sent
            09:30 Refund Sent
            09:40 Question
              to mail: "Your money is back."
              refund (event Question): sent
            11:00 tick
              [03-03 10:00:00.001] promise delivered-by at risk → broken at 03-03 10:00:00.001
              [03-03 10:00:00.001] trust reliability 500 → 410: PromiseBroken delivered-by
              [03-03 10:00:00.001] too-late (promise delivered-by broken): refused, untrue: promise delivered-by at risk
        "#]],
    );
}

#[test]
fn what_keeps_one_promise_and_makes_the_next_is_told_with_the_first_at_hand() {
    let mut company = Company::new()
        .template(
            "kept",
            vec![Claim::Promise(DELIVERED_BY, PromiseState::Kept)],
            vec![words("As promised with "), Piece::Hole(promised("order"))],
        )
        .playbook("kept", on_promise(DELIVERED_BY, PromiseState::Kept), vec![message(0)]);
    // Coffee every month: the next one is promised as this one comes.
    company.promises[0].kept = condition(kind("Order Placed"));
    check(
        company,
        "10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
         11:00 Order Placed order=A2 promised_at=2026-03-04T10:00:00Z
         12:00 Order Placed order=A3 promised_at=2026-03-05T10:00:00Z
         13:00 show",
        &expect![[r#"
            10:00 Order Placed order=A1 promised_at=2026-03-03T10:00:00Z
              moment order/pay good
              promise delivered-by open, due 03-03 10:00
              trust capability 500 → 503: GoodMoment pay
            11:00 Order Placed order=A2 promised_at=2026-03-04T10:00:00Z
              moment order/pay good
              promise delivered-by open → kept at 03-02 11:00
              promise delivered-by open, due 03-04 10:00
              trust capability 503 → 506: GoodMoment pay
              trust reliability 500 → 503: PromiseKept delivered-by
              to mail: "As promised with A1"
              kept (promise delivered-by kept): sent
            12:00 Order Placed order=A3 promised_at=2026-03-05T10:00:00Z
              moment order/pay good
              promise delivered-by open → kept at 03-02 12:00
              promise delivered-by open, due 03-05 10:00
              trust capability 506 → 509: GoodMoment pay
              trust reliability 503 → 506: PromiseKept delivered-by
              to mail: "As promised with A2"
              kept (promise delivered-by kept): sent
            13:00 show
              trust capability 509 reliability 506 humanity 500 transparency 500; open failures 0
              events 3, unmatched 0
              run of order A1 UnderWay: pay; repeats 0, longest gap 0s
              run of order A2 UnderWay: pay; repeats 0, longest gap 0s
              run of order A3 UnderWay: pay; repeats 0, longest gap 0s
              promise delivered-by kept, due 03-04 10:00
              promise delivered-by open, due 03-05 10:00
        "#]],
    );
}

#[test]
fn a_message_with_a_gap_is_not_sent() {
    let company = Company::new()
        .template("hello", Vec::new(), vec![words("With "), Piece::Hole(fact("carrier"))])
        .playbook("hello", on_event("Order Placed"), vec![message(0)]);
    check(
        company,
        "10:00 Order Placed order=A1 carrier=Blue
         11:00 Order Placed order=A1
         11:30 denies operations
         12:00 Order Placed order=A1 carrier=Blue",
        &expect![[r#"
            10:00 Order Placed order=A1 carrier=Blue
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
              to mail: "With Blue"
              hello (event Order Placed): sent
            11:00 Order Placed order=A1
              moment order/pay good, again (1)
              trust capability 503 → 506: GoodMoment pay
              hello (event Order Placed): refused, missing facts.carrier
            11:30 denies operations
            12:00 Order Placed order=A1 carrier=Blue
              moment order/pay good, again (2)
              trust capability 506 → 509: GoodMoment pay
              hello (event Order Placed): refused, missing facts.carrier
        "#]],
    );
}

#[test]
fn law_04_what_may_not_be_seen_for_a_purpose_sets_nothing_off_for_it() {
    let company = Company::new()
        .playbook("sell", on_event("Order Placed"), vec![webhook()])
        .but(|playbook| playbook.purpose = Purpose::Marketing)
        .playbook("win", on_moment(PAY, Outcome::Good), vec![webhook()])
        .but(|playbook| playbook.purpose = Purpose::Marketing);
    check(
        company,
        "10:00 Order Placed order=A1 value=3 carrier=Blue
         10:30 grants purchase for marketing
         11:00 Order Placed order=A1 value=3 carrier=Blue
         11:30 grants service for marketing
         12:00 Order Placed order=A1 value=3 carrier=Blue",
        &expect![[r#"
            10:00 Order Placed order=A1 value=3 carrier=Blue
              moment order/pay good
              trust capability 500 → 503: GoodMoment pay
              sell (event Order Placed): refused, no consent
              win (moment pay good): refused, no consent
            10:30 grants purchase for marketing
            11:00 Order Placed order=A1 value=3 carrier=Blue
              moment order/pay good, again (1)
              trust capability 503 → 506: GoodMoment pay
              to crm: event Order Placed; Order Placed ["value"]
              sell (event Order Placed): sent
              win (moment pay good): refused, no consent
            11:30 grants service for marketing
            12:00 Order Placed order=A1 value=3 carrier=Blue
              moment order/pay good, again (2)
              trust capability 506 → 509: GoodMoment pay
              to crm: event Order Placed; Order Placed ["order", "value"]
              to crm: moment pay good; Order Placed ["order", "value"]
              sell (event Order Placed): sent
              win (moment pay good): sent
        "#]],
    );
}

#[test]
fn what_a_human_is_told_is_no_more_than_may_be_seen() {
    let company = Company::new().playbook("care", on_moment(DELIVER, Outcome::Bad), vec![case()]);
    let brief = |story: &str| {
        let played = play(&company.definitions(), story);
        played.customer.deeds.cases[0].brief.lines().collect::<Vec<_>>().join("\n")
    };
    let told = "10:30 Delivery Failed order=A1 \"My address is Elm Road\" (negative)";
    expect![[r#"
        because: moment deliver bad
        2026-03-02T10:30:00Z: Delivery Failed on web
        said: My address is Elm Road
        felt: anger
        trust capability: 500
        trust reliability: 470
        trust humanity: 500
        trust transparency: 500"#]]
    .assert_eq(&brief(told));
    expect![[r#"
        because: moment deliver bad
        2026-03-02T10:30:00Z: Delivery Failed on web
        trust capability: 500
        trust reliability: 470
        trust humanity: 500
        trust transparency: 500"#]]
    .assert_eq(&brief(&format!("10:00 denies feedback\n{told}")));
}
