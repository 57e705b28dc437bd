use expect_test::expect;

use super::*;

#[test]
fn the_scenarios_that_come_with_the_program_can_be_played() {
    for (name, text) in BUILT_IN {
        let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scenario.scenario, name);
    }
}

#[test]
fn what_does_not_add_up_is_told_with_the_mend() {
    let (_, default) = BUILT_IN[0];
    let wrong = [
        default.replacen("customers: 22%", "customers: 23%", 1),
        default.replacen("from: 3", "from: 900\n    until: 800", 1),
        default.replacen("strength: 45%", "strength: 145%", 1),
    ];
    let told: Vec<String> = wrong
        .iter()
        .map(|text| Scenario::parse(text).expect_err("it is wrong").to_string())
        .map(|told| told.lines().next().unwrap_or_default().to_owned())
        .collect();
    expect![[r#"
        the customers of `regions` sum to 101.0000 %; they have to sum to 100 %
        the cause `swift-late-in-the-north` goes from day 900 until day 800; write `until` as a later day, at most 3660
        the scenario cannot be read: error: line 52 column 15: `145%` is no share; write it like `12%` or `2.5%`, at most `100%`"#]].assert_eq(&told.join("\n"));
}

#[test]
fn a_cause_acts_between_its_days_and_as_far_as_no_fix_helped() {
    let cause = Cause {
        cause: "late".to_owned(),
        what: What::CarrierLate { carrier: Carrier::SwiftParcel, region: None },
        from: 2,
        until: 9,
        strength: Share::permille(500),
        fixes: vec![
            Fix { fix: "poster".to_owned(), on: 4, works: Share::permille(0) },
            Fix { fix: "depot".to_owned(), on: 6, works: Share::permille(800) },
        ],
    };
    let start = Timestamp::EPOCH;
    let strengths: Vec<u32> =
        (0..10).map(|day| cause.strength(start, start + Span::DAY.times(day))).collect();
    assert_eq!(strengths, [0, 0, 500_000, 500_000, 500_000, 500_000, 100_000, 100_000, 100_000, 0]);
}

#[test]
fn shares_are_read_to_the_millionth() {
    let read = |text: &str| Share::try_from(text.to_owned()).map(Share::millionths).ok();
    assert_eq!(read("2.5%"), Some(25_000));
    assert_eq!(read("0.0001%"), Some(1));
    assert_eq!(read("100%"), Some(1_000_000));
    assert_eq!(read("100.1%"), None);
    assert_eq!(read("half"), None);
}
