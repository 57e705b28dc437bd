//! Who went through a moment, and what they said, of a week at a small airline.

use expect_test::expect;
use opcx_insight::{InsightError, OutcomeWord, WentThrough, WentThroughQuestion, went_through};

use crate::company::definitions;
use crate::denial::deny_feedback;
use crate::world::{World, a_week};

fn ask(world: &World, moment: &str, question: &WentThroughQuestion) -> Result<WentThrough, InsightError> {
    went_through(&*world.store, &definitions(), moment, question)
}

/// Each as a line: when, who, how it went, what was said and read.
fn story(told: &WentThrough) -> String {
    let line = |line: &opcx_insight::WentThroughLine| {
        let known_as = line.known_as.as_ref().and_then(|known_as| known_as.identifier.as_ref());
        let known_as = known_as.map_or("nobody", |identifier| identifier.value.as_str());
        let felt = line.read.as_ref().map_or("unread", |read| read.valence.as_deref().unwrap_or("unsure"));
        let said = line.said.as_deref().or(line.withheld.as_deref()).unwrap_or("nothing said");
        format!("{} {known_as} {:?}, {felt}: {said}", line.at, line.outcome)
    };
    told.page.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_newest_are_told_first_with_what_they_said() {
    let world = a_week();
    let question = WentThroughQuestion { most: Some(6), ..WentThroughQuestion::default() };
    expect![[r#"
        2015-02-25T03:00:00Z fresh Bad, negative: my bag is lost
        2015-02-23T01:00:00Z waiting Bad, negative: the belt is slow
        2015-02-23T01:00:00Z ada@example.org Good, positive: it came, thanks
        2015-02-19T00:00:00Z ada@example.org Bad, negative: you lost my bag, again
        2015-02-19T00:00:00Z rare Good, positive: thanks for the bag
        2015-02-18T21:00:00Z guest37 Bad, negative: the belt is so slow"#]]
    .assert_eq(&story(&ask(&world, "bags", &question).unwrap()));
}

#[test]
fn law_04_what_a_customer_does_not_allow_to_be_looked_at_is_withheld() {
    let mut world = a_week();
    deny_feedback(&mut world, "fresh");
    let question = WentThroughQuestion { most: Some(1), ..WentThroughQuestion::default() };
    expect!["2015-02-25T03:00:00Z fresh Bad, unread: what was said: the customer has not allowed feedback to be looked at for service"].assert_eq(&story(&ask(&world, "bags", &question).unwrap()));
}

#[test]
fn only_those_are_told_that_are_asked_for() {
    let world = a_week();
    let count = |moment: &str, question: WentThroughQuestion| {
        let all = WentThroughQuestion { most: Some(1_000), ..question };
        ask(&world, moment, &all).unwrap().page.rows.len()
    };
    let of = |by: &str, value: &str| WentThroughQuestion {
        by: Some(by.into()),
        value: Some(value.into()),
        ..WentThroughQuestion::default()
    };
    let told = [
        ("bags", WentThroughQuestion::default()),
        ("bags", WentThroughQuestion { outcome: Some(OutcomeWord::Bad), ..WentThroughQuestion::default() }),
        (
            "bags",
            WentThroughQuestion { outcome: Some(OutcomeWord::Neutral), ..WentThroughQuestion::default() },
        ),
        ("bags", of("airline", "Alpha")),
        ("bags", of("channel", "app")),
        ("landing", WentThroughQuestion::default()),
        ("landing", WentThroughQuestion { said: Some(true), ..WentThroughQuestion::default() }),
        ("landing", of("channel", "app")),
    ]
    .map(|(moment, question)| count(moment, question).to_string());
    expect!["37 19 4 18 0 45 0 45"].assert_eq(&told.join(" "));
}

#[test]
fn page_after_page_tells_everybody_once() {
    let world = a_week();
    let whole = WentThroughQuestion { said: Some(true), most: Some(1_000), ..WentThroughQuestion::default() };
    let all = ask(&world, "bags", &whole).unwrap();
    assert_eq!(all.page.next, None);
    for most in [1, 3, 7] {
        let mut question = WentThroughQuestion { most: Some(most), ..whole.clone() };
        let mut rows = Vec::new();
        loop {
            let told = ask(&world, "bags", &question).unwrap();
            assert!(told.page.rows.len() <= usize::from(most));
            rows.extend(told.page.rows);
            question.after = told.page.next;
            if question.after.is_none() {
                break;
            }
        }
        assert_eq!(rows, all.page.rows, "{most} at a time");
    }
}

#[test]
fn a_question_that_cannot_be_answered_is_refused_with_the_mend() {
    let world = a_week();
    let refused = |moment: &str, question: WentThroughQuestion| {
        ask(&world, moment, &question).map(|told| told.looked_at).unwrap_err().to_string()
    };
    let story = [
        refused("belt", WentThroughQuestion::default()),
        refused(
            "bags",
            WentThroughQuestion { after: Some("there".into()), ..WentThroughQuestion::default() },
        ),
        refused("bags", WentThroughQuestion { by: Some("airline".into()), ..WentThroughQuestion::default() }),
        refused(
            "bags",
            WentThroughQuestion { value: Some("Alpha".into()), ..WentThroughQuestion::default() },
        ),
    ];
    expect![[r#"
        there is no moment `belt`; there are answer, bags, landing
        after is `there`; write the `next` of an earlier page
        by is `airline`; write which of its values as `value` as well
        value is `Alpha`; write of which dimension it is as `by` as well"#]]
    .assert_eq(&story.join("\n"));
}
