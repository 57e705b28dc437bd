use std::fmt::Write as _;

use expect_test::expect;
use opcx_core::calendar::{Calendar, Calendars};
use opcx_core::time::parse_rfc3339;
use opcx_insight::{At, CaseStateWord};

use super::*;

fn at(text: &str) -> Timestamp {
    parse_rfc3339(text).unwrap()
}

fn always() -> Calendars {
    let always = Calendar::always();
    let named = [("care".into(), always.clone()), ("branches".into(), always.clone())];
    Calendars { ordinary: always, named: named.into() }
}

fn case(number: u32, team: &str, playbook: &str) -> CaseLine {
    CaseLine {
        id: format!("case_c{number}_0"),
        customer: format!("c{number}"),
        known_as: None,
        matter: playbook.to_owned(),
        playbook: playbook.to_owned(),
        team: team.to_owned(),
        priority: "normal".to_owned(),
        opened: At(at("2026-10-05T06:00:00Z")),
        state: CaseStateWord::Open,
        taken_by: None,
        closed: None,
        outcome: None,
        brief: Vec::new(),
        notes: Vec::new(),
    }
}

fn told(deeds: &[Deed]) -> String {
    let mut told = String::new();
    for Deed { by, case, change, .. } in deeds {
        let what = match change {
            CaseChange::Take => "takes",
            CaseChange::Close { .. } => "closes",
            CaseChange::GiveBack => "gives back",
            CaseChange::Note { .. } => "notes something on",
            CaseChange::Answer { .. } => "answers",
        };
        writeln!(told, "{by} {what} {case}").unwrap();
    }
    told
}

#[test]
fn each_takes_one_case_of_their_team_works_on_it_and_closes_it() {
    let mut staff = Staff::new(3);
    let mut story = String::new();
    let mut now = at("2026-10-05T08:00:00Z");
    let waiting =
        |from| vec![case(from, "payments", "payment-trouble"), case(from + 1, "payments", "payment-trouble")];
    for step in 0..12 {
        let deeds = staff.step(&always(), now, if step == 0 { waiting(1) } else { waiting(2) });
        write!(story, "{now}\n{}", told(&deeds)).unwrap();
        now = now + LOOKS_UP;
    }
    expect![[r#"
        2026-10-05T08:00:00Z
        kofi takes case_c1_0
        2026-10-05T08:15:00Z
        2026-10-05T08:30:00Z
        2026-10-05T08:45:00Z
        2026-10-05T09:00:00Z
        2026-10-05T09:15:00Z
        kofi answers case_c1_0
        2026-10-05T09:30:00Z
        2026-10-05T09:45:00Z
        kofi closes case_c1_0
        kofi takes case_c2_0
        2026-10-05T10:00:00Z
        2026-10-05T10:15:00Z
        2026-10-05T10:30:00Z
        2026-10-05T10:45:00Z
    "#]]
    .assert_eq(&story);
}

#[test]
fn nobody_begins_what_goes_beyond_their_shift_and_nobody_works_at_night() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let calendars = opcx_company::load(&example).definitions.unwrap().calendars;
    let mut staff = Staff::new(3);
    let waiting = || vec![case(1, "care", "upset"), case(2, "branches", "bad-branch")];
    let free = |staff: &Staff, now| staff.free(&calendars, now).into_iter().collect::<Vec<_>>();
    // Care goes home at 18:00 in Berlin, the branches an hour later.
    let late = at("2026-10-05T15:45:00Z");
    assert_eq!(free(&staff, late).first(), Some(&("branches", 1)));
    let mut story = String::new();
    for minutes in (0..=120).step_by(15) {
        let now = late + Span::MINUTE.times(minutes);
        write!(story, "{now}\n{}", told(&staff.step(&calendars, now, waiting()))).unwrap();
    }
    expect![[r#"
        2026-10-05T15:45:00Z
        ruben takes case_c2_0
        2026-10-05T16:00:00Z
        2026-10-05T16:15:00Z
        ruben answers case_c2_0
        ruben closes case_c2_0
        ruben takes case_c2_0
        2026-10-05T16:30:00Z
        2026-10-05T16:45:00Z
        ruben answers case_c2_0
        2026-10-05T17:00:00Z
        ruben closes case_c2_0
        2026-10-05T17:15:00Z
        2026-10-05T17:30:00Z
        2026-10-05T17:45:00Z
    "#]]
    .assert_eq(&story);
    let night = at("2026-10-05T20:00:00Z");
    assert_eq!(told(&staff.step(&calendars, night, waiting())), "");
    assert_eq!(free(&staff, night), []);
}

#[test]
fn when_a_shift_is_cut_short_cases_go_back_and_what_is_done_is_closed() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let calendars = opcx_company::load(&example).definitions.unwrap().calendars;
    let mut staff = Staff::new(3);
    let waiting = || vec![case(1, "care", "upset"), case(2, "branches", "bad-branch")];
    let night = at("2026-10-05T20:00:00Z");
    assert_eq!(
        told(&staff.step(&always(), night, waiting())),
        "mia takes case_c1_0\nruben takes case_c2_0\n"
    );
    let soon = night + Span::MINUTE.times(15);
    assert_eq!(
        told(&staff.step(&calendars, soon, Vec::new())),
        "mia gives back case_c1_0\nruben gives back case_c2_0\n"
    );
    assert_eq!(told(&staff.step(&always(), night, waiting()[..1].to_vec())), "mia takes case_c1_0\n");
    let later = night + Span::HOUR.times(2);
    assert!(told(&staff.step(&calendars, later, Vec::new())).ends_with("mia closes case_c1_0\n"));
}

#[test]
fn over_lunch_a_case_stays_with_whoever_has_it() {
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let calendars = opcx_company::load(&example).definitions.unwrap().calendars;
    let mut staff = Staff::new(3);
    let before = at("2026-10-05T10:25:00Z");
    assert_eq!(
        told(&staff.step(&calendars, before, vec![case(1, "care", "upset")])),
        "mia takes case_c1_0\n"
    );
    for noon in ["2026-10-05T10:30:00Z", "2026-10-05T11:15:00Z"] {
        assert_eq!(told(&staff.step(&calendars, at(noon), Vec::new())), "");
    }
    assert!(
        told(&staff.step(&calendars, at("2026-10-05T12:45:00Z"), Vec::new()))
            .ends_with("mia closes case_c1_0\n")
    );
}

#[test]
fn whoever_has_nothing_of_their_own_to_do_helps_care() {
    let mut staff = Staff::new(1);
    let now = at("2026-10-05T08:00:00Z");
    assert_eq!(staff.free(&always(), now)["care"], 8);
    let waiting: Vec<CaseLine> = [(1, "payments"), (2, "care"), (3, "care"), (4, "care"), (5, "care")]
        .map(|(number, team)| case(number, team, "upset"))
        .into();
    expect![[r#"
        mia takes case_c2_0
        noor takes case_c3_0
        emre takes case_c4_0
        pavel takes case_c5_0
        kofi takes case_c1_0
    "#]]
    .assert_eq(&told(&staff.step(&always(), now, waiting)));
}

#[test]
fn whoever_comes_second_has_free_hands_again() {
    let mut staff = Staff::new(1);
    let now = at("2026-10-05T08:00:00Z");
    let deeds = staff.step(&always(), now, vec![case(1, "digital", "download-trouble")]);
    assert!(!staff.free(&always(), now).contains_key("digital"));
    staff.lost(&deeds[0]);
    assert_eq!(staff.free(&always(), now)["digital"], 1);
}
