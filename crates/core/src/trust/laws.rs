//! What holds for every ledger, whatever the log says.

use alloc::vec::Vec;
use proptest::prelude::*;

use super::level::{Level, PERMILLE};
use super::{Account, ENTRIES_MAX, Entry, Evidence, Ledger, Trust, Weights, What, Why};
use crate::log::Position;
use crate::time::{Span, Timestamp};

/// What the straight lines of the fading table may add up to over a few steps: a hundredth of a
/// permille, in millionths.
const ROUNDING: i64 = PERMILLE / 100;

const START: Timestamp = Timestamp::from_millis(1_424_000_000_000);

fn day(day: i64) -> Timestamp {
    START + Span::DAY.times(day)
}

/// Evidence about reliability, at a position of its own.
fn evidence(what: What, topic: &str, at: Timestamp, position: u64) -> Evidence {
    let position = Position::new(position);
    Evidence { account: Account::Reliability, what, topic: topic.into(), at, position, number: 0 }
}

fn told(history: &[Evidence]) -> Ledger {
    let mut ledger = Ledger::default();
    for evidence in history {
        ledger.apply(evidence.clone());
    }
    ledger
}

/// The exact level at `at`, read off a repair of nothing.
fn exact(ledger: &Ledger, at: Timestamp) -> i64 {
    ledger.clone().apply(evidence(What::Repaired, "nothing", at, u64::MAX)).after.distance()
}

/// The exact change that one more piece of evidence brings.
fn change(entry: &Entry) -> i64 {
    entry.after.distance() - entry.before.distance()
}

fn whats() -> impl Strategy<Value = What> {
    prop_oneof![
        3 => Just(What::GoodMoment),
        2 => Just(What::BadMoment),
        2 => Just(What::PromiseKept),
        2 => Just(What::PromiseBroken),
        2 => Just(What::Repaired),
        1 => (0_u64..100).prop_map(|at| What::Corrected { position: Position::new(at), number: 0 }),
    ]
}

/// A log's worth of evidence: times mostly go forward, now and then something is told late.
fn histories() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (0_usize..4, whats(), 0_usize..3, -20_i64..60);
    prop::collection::vec(one, 0..100).prop_map(|pieces| {
        let mut at = START;
        let piece = |(index, (account, what, topic, days)): (usize, (usize, What, usize, i64))| {
            at = at + Span::DAY.times(days);
            let topic = ["answer-in-72h", "delivered-by", "pay"][topic].into();
            let position = Position::new(index as u64);
            Evidence { account: Account::ALL[account], what, topic, at, position, number: 0 }
        };
        pieces.into_iter().enumerate().map(piece).collect()
    })
}

/// The last time at which anything happens in a history of [`histories`].
fn end(history: &[Evidence]) -> Timestamp {
    history.iter().map(|evidence| evidence.at).max().unwrap_or(START)
}

proptest! {
    #[test]
    fn every_level_is_within_the_scale_and_the_ledger_within_its_bounds(history in histories()) {
        let mut ledger = Ledger::default();
        for evidence in history {
            let entry = ledger.apply(evidence);
            prop_assert!((Level::LOWEST..=Level::HIGHEST).contains(&entry.after));
            prop_assert!(ledger.entries().count() <= ENTRIES_MAX);
        }
    }

    #[test]
    fn good_evidence_never_lowers_trust_and_bad_evidence_never_raises_it(history in histories()) {
        let mut ledger = Ledger::default();
        for evidence in history {
            let entry = ledger.apply(evidence);
            match entry.evidence.what {
                What::GoodMoment | What::PromiseKept | What::Repaired | What::Corrected { .. } => {
                    prop_assert!(entry.after >= entry.before, "{entry}");
                }
                What::BadMoment | What::PromiseBroken => prop_assert!(entry.after <= entry.before, "{entry}"),
            }
        }
    }

    #[test]
    fn a_promise_broken_costs_more_than_twenty_times_what_the_same_promise_kept_earns(history in histories()) {
        let (ledger, at) = (told(&history), end(&history));
        let broken = change(ledger.clone().apply(evidence(What::PromiseBroken, "promise", at, 200)));
        let kept = change(ledger.clone().apply(evidence(What::PromiseKept, "promise", at, 200)));
        prop_assert!(-broken >= 20 * kept && broken < 0, "{broken} against {kept}");
    }

    #[test]
    fn a_promise_broken_and_then_one_kept_leave_less_trust_than_there_was(history in histories()) {
        let (mut ledger, at) = (told(&history), end(&history));
        let before = exact(&ledger, at);
        ledger.apply(evidence(What::PromiseBroken, "promise", at, 200));
        ledger.apply(evidence(What::PromiseKept, "promise", at, 201));
        prop_assert!(exact(&ledger, at) < before);
    }

    #[test]
    fn silence_takes_every_account_back_to_no_evidence_and_never_past_it(
        history in histories(), days in 0_i64..4_000, more in 0_i64..4_000,
    ) {
        let (ledger, at) = (told(&history), end(&history));
        for account in Account::ALL {
            let off = |days| i32::from(ledger.level(account, at + Span::DAY.times(days)).get()) - 500;
            let (now, later) = (off(days), off(days + more));
            prop_assert!(later.abs() <= now.abs() && now * later >= 0, "{now} then {later}");
            prop_assert_eq!(off(40_000), 0);
        }
    }

    #[test]
    fn looking_often_changes_nothing(history in histories()) {
        let mut ledger = Ledger::default();
        for evidence in &history {
            for days in [0, 1, 30] {
                let _ = ledger.level(evidence.account, evidence.at + Span::DAY.times(days));
            }
            let seen = ledger.level(evidence.account, evidence.at);
            let entry = ledger.apply(evidence.clone());
            prop_assert_eq!(entry.before(), seen, "what was seen is what the evidence met");
        }
        prop_assert_eq!(ledger, told(&history));
    }

    #[test]
    fn the_same_hit_costs_less_after_a_good_past(kept in 1_u64..40) {
        let hit = evidence(What::PromiseBroken, "promise", START, 200);
        let without = change(told(&[]).apply(hit.clone()));
        let past: Vec<_> = (0..kept).map(|at| evidence(What::PromiseKept, "past", START, at)).collect();
        let mut ledger = told(&past);
        let entry = ledger.apply(hit);
        prop_assert!(change(entry) > without);
        let softened = matches!(entry.why, Why::Softened { permille } if permille > 0);
        prop_assert!(softened, "{entry}");
        let most = i64::from(Weights::STANDARD.goodwill_softens_max_permille);
        prop_assert!(change(entry) * 1000 <= without * (1000 - most));
    }

    #[test]
    fn a_repair_never_lifts_trust_to_where_it_was_before_the_failure(
        history in histories(), days in 0_i64..400,
    ) {
        let (mut ledger, at) = (told(&history), end(&history));
        let before = exact(&ledger, at);
        let harm = change(ledger.apply(evidence(What::PromiseBroken, "promise", at, 200)));
        let later = at + Span::DAY.times(days);
        let never = Level::NEUTRAL.plus(before).faded(later.since(at)).distance();
        let credit = change(ledger.apply(evidence(What::Repaired, "promise", later, 201)));
        prop_assert!(exact(&ledger, later) < never);
        prop_assert!(credit > 0 && credit * 1000 <= -harm * i64::from(Weights::STANDARD.repair_permille[0]));
    }

    #[test]
    fn a_repair_without_an_open_failure_of_its_topic_earns_nothing(history in histories()) {
        let (mut ledger, at) = (told(&history), end(&history));
        ledger.apply(evidence(What::BadMoment, "delivery", at, 200));
        for topic in ["another", "delivery", "delivery"] {
            let repaired = topic == "delivery" && ledger.entries().last().map(|entry| entry.why)
                == Some(Why::NothingToRepair);
            let entry = ledger.apply(evidence(What::Repaired, topic, at, 201));
            prop_assert_eq!(change(entry) > 0, repaired, "{}", entry);
        }
    }

    #[test]
    fn a_repair_is_weaker_after_a_second_similar_failure_and_weaker_still_after_a_third(
        first in 0_i64..45, second in 0_i64..45, wait in 0_i64..60,
    ) {
        // The same failures at the same times, of which the newest one, two or all three are alike.
        let credit = |topics: [&str; 3]| {
            let days = [0, first, first + second];
            let failures: Vec<_> = (0..3)
                .map(|i| evidence(What::PromiseBroken, topics[i], day(days[i]), i as u64))
                .collect();
            change(told(&failures).apply(evidence(What::Repaired, topics[2], day(days[2] + wait), 9)))
        };
        let (one, two, three) = (credit(["x", "y", "z"]), credit(["x", "z", "z"]), credit(["z", "z", "z"]));
        prop_assert!(one > two && two > three && three > 0, "{one} {two} {three}");
    }

    #[test]
    fn failures_far_apart_do_not_weaken_each_others_repair(days in 91_i64..2_000) {
        let mut apart = told(&[
            evidence(What::PromiseBroken, "x", day(0), 0),
            evidence(What::PromiseBroken, "x", day(days), 1),
        ]);
        let entry = apart.apply(evidence(What::Repaired, "x", day(days), 2));
        prop_assert_eq!(entry.why, Why::Repair { similar: 1 });
    }

    #[test]
    fn a_corrected_failure_leaves_trust_as_if_it_had_never_been_told(
        history in histories(), days in 0_i64..900, repaired in prop::option::of(0_i64..900),
    ) {
        let (mut ledger, at) = (told(&history), end(&history));
        let never = told(&history);
        ledger.apply(evidence(What::PromiseBroken, "promise", at, 200));
        if let Some(repaired) = repaired.filter(|&repaired| repaired <= days) {
            ledger.apply(evidence(What::Repaired, "promise", at + Span::DAY.times(repaired), 201));
        }
        let later = at + Span::DAY.times(days);
        let what = What::Corrected { position: Position::new(200), number: 0 };
        let entry = ledger.apply(evidence(what, "promise", later, 202));
        prop_assert_eq!(entry.why, Why::Correction);
        let (corrected, never) = (entry.after.distance(), exact(&never, later));
        prop_assert!((corrected - never).abs() <= ROUNDING, "{corrected} is not {never}");

        let again = ledger.apply(evidence(what, "promise", later, 203));
        prop_assert_eq!((change(again), again.why), (0, Why::NothingToCorrect));
        let repair = ledger.apply(evidence(What::Repaired, "promise", later, 204));
        prop_assert_eq!(repair.why, Why::NothingToRepair);
    }

    #[test]
    fn a_failure_corrected_at_once_leaves_exactly_the_trust_there_was(history in histories()) {
        let (mut ledger, at) = (told(&history), end(&history));
        let before = exact(&ledger, at);
        ledger.apply(evidence(What::PromiseBroken, "promise", at, 200));
        let what = What::Corrected { position: Position::new(200), number: 0 };
        ledger.apply(evidence(what, "promise", at, 201));
        prop_assert_eq!(exact(&ledger, at), before);
    }

    #[test]
    fn what_is_told_late_counts_from_the_last_evidence_on(history in histories(), days in 0_i64..300) {
        let (ledger, at) = (told(&history), end(&history));
        let mut ledger = ledger;
        ledger.apply(evidence(What::GoodMoment, "now", at, 200));
        let on_time = ledger.clone().apply(evidence(What::PromiseBroken, "x", at, 201)).clone();
        let told_late = evidence(What::PromiseBroken, "x", at - Span::DAY.times(days), 201);
        let late = ledger.apply(told_late);
        prop_assert_eq!((late.before, late.after, late.why), (on_time.before, on_time.after, on_time.why));
        prop_assert_eq!(late.late, days > 0);
    }

    #[test]
    fn a_ledger_stored_and_read_back_anywhere_goes_on_alike(history in histories(), cut in 0_usize..100) {
        let cut = cut.min(history.len());
        let stored = postcard::to_allocvec(&told(&history[..cut])).expect("a ledger can be stored");
        let mut ledger: Ledger = postcard::from_bytes(&stored).expect("what was stored can be read");
        for evidence in &history[cut..] {
            ledger.apply(evidence.clone());
        }
        prop_assert_eq!(ledger, told(&history));
    }

    #[test]
    fn evidence_moves_its_own_account_only(history in histories()) {
        let (ledger, at) = (told(&history), end(&history));
        let mut after = ledger.clone();
        after.apply(evidence(What::PromiseBroken, "x", at, 200));
        for account in [Account::Capability, Account::Humanity, Account::Transparency] {
            prop_assert_eq!(after.level(account, at), ledger.level(account, at));
        }
    }
}

#[test]
fn a_customer_without_evidence_is_neither_trusting_nor_distrusting_and_takes_six_bytes() {
    let ledger = Ledger::default();
    assert!(ledger.is_empty());
    for account in Account::ALL {
        assert_eq!(ledger.level(account, START), Trust::NEUTRAL);
    }
    assert_eq!(postcard::to_allocvec(&ledger).expect("a ledger can be stored").len(), 6);
}

#[test]
fn daily_good_moments_fade_like_rare_ones_and_do_not_pile_up_to_the_top() {
    let mut ledger = Ledger::default();
    for at in 0..3_650 {
        ledger.apply(evidence(What::GoodMoment, "pay", day(at), 0));
    }
    // Level where a day's fading takes what a day's moment gives: with f = 2^(−1/180), the distance
    // d from 500 solves d = d·f + 3 · (500 − d·f)/500, so d = 3 / (1 − f + 3f/500) = 305.5.
    assert_eq!(ledger.level(Account::Reliability, day(3_649)), Trust::new(806));
}
