//! Stories that nobody thought of, and a company that has one of everything.

use opcx_core::condition::Field;
use opcx_core::consent::Purpose;
use opcx_core::map::Outcome;
use opcx_core::playbook::{ActionDefinition, Aim, Claim, Mode, Piece, Trigger};
use opcx_core::promise::{PromiseIndex, PromiseState};
use opcx_core::reading::Permille;
use opcx_core::time::Span;
use opcx_core::trust::Account;
use proptest::prelude::*;

use crate::story::*;

/// A quarter of the usual number of cases, since each is a whole story; `PROPTEST_CASES` counts.
pub(super) fn few() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(4), ..usual }
}

/// A company whose definitions read every fact, and whose playbooks do everything but promise.
pub(super) fn company() -> Company {
    Company::new()
        .with(|company| {
            // What is hidden must not decide how a moment went, when a promise is due, or which run it is.
            company.moment(
                "browse",
                1,
                Account::Transparency,
                kinds(&["Page Viewed", "Ad Clicked", "Review"]),
            );
            company.moments[3].good = Some(condition(is(fact("page"), "a")));
            company.moments[3].bad = Some(condition(is(fact("campaign"), "b")));
            company.moments[0].repaired = Some(condition(is(fact("page"), "a")));
            company.promise("offered", 0, Account::Transparency, "facts.offered_until", kind("Delivered"));
            company.promises[2].made = Some(condition(kind("Order Placed")));
            company.promise("thanked", 2, Account::Humanity, "5h", is(Field::EventBy, "staff"));
            company.house.contacts = cap(3, 2);
        })
        .quiet("21:00-08:00", "Europe/Berlin")
        .template(
            "late",
            vec![Claim::Promise(DELIVERED_BY, PromiseState::AtRisk)],
            vec![words("Order "), Piece::Hole(promised("order"))],
        )
        .template("back", vec![Claim::Happened("Redelivered".into())], vec![words("It came again.")])
        .template("like", Vec::new(), vec![words("You like "), Piece::Hole(about("interest"))])
        .playbook("late", on_promise(DELIVERED_BY, PromiseState::AtRisk), vec![message(0)])
        .playbook("broken", on_promise(DELIVERED_BY, PromiseState::Broken), vec![message(0), case()])
        .but(|playbook| playbook.aim = Aim::Repair)
        .playbook("kept", on_promise(ANSWERED, PromiseState::Kept), vec![note("kept")])
        .playbook("back", on_event("Question"), vec![message(1), webhook()])
        .but(|playbook| playbook.at_most = cap(1, 3))
        .playbook("care", on_moment(CONTACT, Outcome::Bad), vec![case(), webhook()])
        .but(|playbook| playbook.condition = Some(condition(not(is(Field::EventSaid, "fine")))))
        .playbook("wow", on_event("Birthday"), vec![note("cake"), message(2)])
        .but(|playbook| {
            playbook.aim = Aim::Delight;
            playbook.purpose = Purpose::Personalisation;
        })
        .playbook("cake", on_event("Question"), vec![note("cake"), webhook()])
        .but(|playbook| {
            playbook.aim = Aim::Delight;
            playbook.hold_out = Permille::new(100);
        })
        .playbook("sell", on_event("Page Viewed"), vec![webhook()])
        .but(|playbook| {
            playbook.purpose = Purpose::Marketing;
            playbook.condition =
                Some(condition(any_of(vec![is(fact("page"), "a"), over(fact("value"), 10.0)])));
        })
        .playbook("new", on_moment(DELIVER, Outcome::Bad), vec![message(1), case()])
        .but(|playbook| playbook.mode = Mode::Shadow)
        .playbook("fall", Trigger::TrustBelow(Account::Reliability, 450), vec![note("fell"), webhook()])
        .playbook("rise", Trigger::TrustAbove(Account::Reliability, 450), vec![note("rose")])
        .playbook("silence", Trigger::Silence(Span::DAY.times(3)), vec![note("hello?")])
}

/// The same company; its playbooks promise, too, also when time leads to it.
pub(super) fn promising() -> Company {
    let promise = || vec![ActionDefinition::Promise(PromiseIndex(3))];
    company()
        .playbook("thank", on_event("Question"), promise())
        // The event that leads to it would keep it, if it came after.
        .playbook("again", on_event("Reply"), promise())
        .playbook("sorry", on_promise(DELIVERED_BY, PromiseState::Broken), promise())
        .playbook("miss", Trigger::Silence(Span::DAY.times(2)), promise())
}

/// Facts of every category, some missing.
fn facts() -> impl Strategy<Value = String> {
    let choice = |name: &'static str| {
        prop_oneof![2 => Just(String::new()), 3 => (0_u8..3).prop_map(move |which| {
            format!(" {name}={}", ["a", "b", "c"][usize::from(which)])
        })]
    };
    let hours = |name: &'static str| {
        prop_oneof![1 => Just(String::new()), 2 => (2_u8..28, 0_u8..24).prop_map(move |(day, hour)| {
            format!(" {name}=2026-03-{day:02}T{hour:02}:00:00Z")
        })]
    };
    (
        choice("carrier"),
        choice("page"),
        choice("campaign"),
        choice("interest"),
        hours("promised_at"),
        hours("offered_until"),
        prop_oneof![Just(""), Just(" value=5"), Just(" value=50")],
        prop_oneof![3 => Just(""), 1 => Just(" of=09:30")],
    )
        .prop_map(|(a, b, c, d, e, f, g, h)| format!("{a}{b}{c}{d}{e}{f}{g}{h}"))
}

fn feeling() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("negative"), Just("positive"), Just("neutral"), Just("unknown")]
}

/// One line without its time and without consent.
fn happening() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("Order Placed"),
        Just("Payment Failed"),
        Just("Delivered"),
        Just("Delivered minutes_late=90"),
        Just("Delivery Failed"),
        Just("Redelivered"),
        Just("Order Cancelled"),
        Just("Page Viewed"),
        Just("Ad Clicked"),
        Just("Question"),
        Just("Birthday"),
        Just("Label Printed"),
    ];
    let order = prop_oneof![Just("A1"), Just("B2"), Just("C3")];
    prop_oneof![
        12 => (kind, order, facts()).prop_map(|(kind, order, facts)| format!("{kind} order={order}{facts}")),
        3 => (feeling(), facts()).prop_map(|(feeling, facts)| format!("says \"some words\" ({feeling}){facts}")),
        1 => (feeling(), facts()).prop_map(|(feeling, facts)| format!("Review \"other words\" ({feeling}){facts}")),
        1 => feeling().prop_map(|feeling| format!("Delivery Failed \"oh\" ({feeling})")),
        2 => (feeling(), facts()).prop_map(|(feeling, facts)| {
            format!("Reply by=staff \"words of staff\" ({feeling}){facts}")
        }),
        2 => feeling().prop_map(|feeling| format!("Message by=staff \"words of staff\" ({feeling})")),
        1 => Just("Solved by=staff".into()),
        1 => Just("Delivered by=probe order=A1".into()),
        1 => Just("Page Viewed by=probe page=a".into()),
        1 => Just("tick".into()),
        1 => (0_u8..4).prop_map(|which| format!("closes case {which}")),
        1 => (0_u8..4).prop_map(|which| format!("takes case {which}")),
        1 => (0_u8..4).prop_map(|which| format!("releases promise {which}")),
    ]
}

const CATEGORIES: [&str; 6] = ["service", "purchase", "feedback", "browsing", "advertising", "operations"];
const PURPOSES: [&str; 3] = ["service", "personalisation", "marketing"];

fn consent() -> impl Strategy<Value = String> {
    (0_usize..6, 0_usize..3, any::<bool>()).prop_map(|(category, purpose, grants)| {
        let answer = if grants { "grants" } else { "denies" };
        format!("{answer} {} for {}", CATEGORIES[category], PURPOSES[purpose])
    })
}

fn after() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("+0m".to_string()),
        4 => (1_u32..300).prop_map(|minutes| format!("+{minutes}m")),
        4 => (1_u32..40).prop_map(|hours| format!("+{hours}h")),
        1 => (2_u32..6).prop_map(|days| format!("+{days}d")),
    ]
}

/// A story in which consent changes, too.
pub(super) fn story(lines_max: usize) -> impl Strategy<Value = String> {
    let line = prop_oneof![9 => happening(), 1 => consent()];
    proptest::collection::vec((after(), line), 1..lines_max).prop_map(told)
}

/// A story in which nobody says anything about consent.
pub(super) fn story_without_consent(lines_max: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec((after(), happening()), 1..lines_max).prop_map(told)
}

/// A category, and what somebody says about it for every purpose, a line each.
pub(super) fn category() -> impl Strategy<Value = &'static str> {
    (0_usize..6).prop_map(|which| CATEGORIES[which])
}

pub(super) fn say(answer: &str, category: &str) -> String {
    PURPOSES.map(|purpose| format!("+0m {answer} {category} for {purpose}\n")).concat()
}

fn told(lines: Vec<(String, String)>) -> String {
    lines.into_iter().map(|(after, line)| format!("{after} {line}\n")).collect()
}
