//! Ledgers as people read them. `UPDATE_EXPECT=1 cargo test` writes the expectations anew.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use expect_test::{Expect, expect};

use super::{Account, Evidence, Ledger, Weights, What};
use crate::log::Position;
use crate::time::Timestamp;

const SCIENCE: &str = include_str!("../../../../docs/science/trust.md");

/// Tells a story of lines `DATE ACCOUNT WHAT TOPIC`, the n-th at log position n, and describes the
/// ledger on the date of the last line, `DATE`.
fn ledger(story: &str) -> String {
    let mut ledger = Ledger::default();
    let mut lines = story.lines().map(str::trim).filter(|line| !line.is_empty()).zip(0..);
    loop {
        let (line, position) = lines.next().expect("a story ends with the date it is read on");
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            [on] => return ledger.describe(date(on)),
            [at, account, what, topic] => ledger.apply(Evidence {
                account: Account::from_word(account).expect("an account"),
                what: meaning(what),
                topic: topic.into(),
                at: date(at),
                position: Position::new(position),
                number: 0,
            }),
            _ => panic!("not a line of a story: {line}"),
        };
    }
}

fn date(date: &str) -> Timestamp {
    let at: jiff::Timestamp = format!("{date}T12:00:00Z").parse().expect("a date");
    Timestamp::from_millis(at.as_millisecond())
}

fn meaning(word: &str) -> What {
    match word {
        "good" => What::GoodMoment,
        "bad" => What::BadMoment,
        "kept" => What::PromiseKept,
        "broken" => What::PromiseBroken,
        "repaired" => What::Repaired,
        _ => {
            let position = word.strip_prefix("corrects-").and_then(|at| at.parse().ok());
            What::Corrected { position: Position::new(position.expect("a known word")), number: 0 }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "expectations are written in the call")]
fn check(story: &str, expected: Expect) {
    expected.assert_eq(&ledger(story));
}

#[test]
fn goodwill_a_breach_and_a_repair_that_does_not_make_it_whole() {
    check(
        "2015-02-02 reliability kept answer-in-72h
         2015-02-09 reliability kept on-time-departure
         2015-02-20 reliability broken answer-in-72h
         2015-02-24 humanity bad call
         2015-02-27 reliability repaired answer-in-72h
         2015-03-01",
        expect![[r#"
            trust on 2015-03-01: capability 500, reliability 471, humanity 470, transparency 500
            2015-02-02 +3 reliability: promise answer-in-72h kept → 503
            2015-02-09 +3 reliability: promise on-time-departure kept → 506
            2015-02-20 −89 reliability: promise answer-in-72h broken (goodwill softened 1) → 417
            2015-02-24 −30 humanity: moment call bad → 470
            2015-02-27 +52 reliability: answer-in-72h repaired → 470
        "#]],
    );
}

#[test]
fn the_second_similar_failure_is_harder_to_repair_and_the_third_harder_still() {
    check(
        "2015-01-05 capability bad bags
         2015-01-07 capability repaired bags
         2015-02-05 capability bad bags
         2015-02-07 capability repaired bags
         2015-03-05 capability bad bags
         2015-03-07 capability repaired bags
         2015-03-08 capability repaired bags
         2015-03-08",
        expect![[r#"
            trust on 2015-03-08: capability 445, reliability 500, humanity 500, transparency 500
            2015-01-05 −30 capability: moment bags bad → 470
            2015-01-07 +18 capability: bags repaired → 488
            2015-02-05 −30 capability: moment bags bad → 459
            2015-02-07 +8 capability: bags repaired (weaker: 2 similar failures) → 468
            2015-03-05 −28 capability: moment bags bad → 442
            2015-03-07 +3 capability: bags repaired (weaker: 3 similar failures) → 445
            2015-03-08 ±0 capability: bags repaired (no open failure to repair) → 445
        "#]],
    );
}

#[test]
fn a_breach_told_too_soon_is_taken_back_and_the_promise_counts_as_kept() {
    check(
        "2015-02-17 reliability kept on-time-departure
         2015-02-20 reliability broken answer-in-72h
         2015-02-21 reliability corrects-1 answer-in-72h
         2015-02-19 reliability kept answer-in-72h
         2015-02-22 reliability corrects-1 answer-in-72h
         2015-02-22",
        expect![[r#"
            trust on 2015-02-22: capability 500, reliability 506, humanity 500, transparency 500
            2015-02-17 +3 reliability: promise on-time-departure kept → 503
            2015-02-20 −89 reliability: promise answer-in-72h broken (goodwill softened 1) → 414
            2015-02-21 +89 reliability: answer-in-72h did not fail at 1 after all → 503
            2015-02-19 +3 reliability: promise answer-in-72h kept (told late) → 506
            2015-02-22 ±0 reliability: answer-in-72h did not fail at 1 after all (that failure is not in the ledger) → 506
        "#]],
    );
}

#[test]
fn after_a_year_of_silence_good_has_faded_further_than_bad() {
    check(
        "2015-01-01 capability kept works
         2015-01-01 humanity broken call-back
         2015-12-27",
        expect![[r#"
            trust on 2015-12-27: capability 501, reliability 500, humanity 455, transparency 500
            2015-01-01 +3 capability: promise works kept → 503
            2015-01-01 −90 humanity: promise call-back broken → 410
        "#]],
    );
}

#[test]
fn the_worked_example_of_the_science_page_is_what_the_ledger_says() {
    let shown = ledger(
        "2015-02-02 reliability kept answer-in-72h
         2015-02-20 reliability broken answer-in-72h
         2015-02-27 reliability repaired answer-in-72h
         2015-03-20 reliability broken answer-in-72h
         2015-03-27 reliability repaired answer-in-72h
         2015-09-23",
    );
    assert!(SCIENCE.contains(&shown), "docs/science/trust.md does not show:\n{shown}");
}

#[test]
fn the_table_of_the_science_page_holds_the_weights_in_force() {
    let Weights {
        version,
        good_moment_permille,
        bad_moment_permille,
        promise_kept_permille,
        promise_broken_permille,
        good_half_life_days,
        bad_half_life_days,
        goodwill_share_permille,
        goodwill_softens_max_permille,
        repair_permille: [first, second, third],
        similar_window_days,
    } = Weights::STANDARD;
    for (name, value) in [
        ("version", version.to_string()),
        ("good_moment_permille", good_moment_permille.to_string()),
        ("bad_moment_permille", bad_moment_permille.to_string()),
        ("promise_kept_permille", promise_kept_permille.to_string()),
        ("promise_broken_permille", promise_broken_permille.to_string()),
        ("good_half_life_days", good_half_life_days.to_string()),
        ("bad_half_life_days", bad_half_life_days.to_string()),
        ("goodwill_share_permille", goodwill_share_permille.to_string()),
        ("goodwill_softens_max_permille", goodwill_softens_max_permille.to_string()),
        ("repair_permille", format!("{first}, {second}, {third}")),
        ("similar_window_days", similar_window_days.to_string()),
    ] {
        let row = format!("| `{name}` | {value} |");
        assert!(SCIENCE.contains(&row), "docs/science/trust.md has no row `{row}`");
    }
}
