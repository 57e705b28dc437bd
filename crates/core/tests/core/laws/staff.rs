//! Law 11: nothing reads the emotions of staff.

use proptest::prelude::*;

use super::generated::{few, promising, story};
use crate::story::*;

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_11_nothing_reads_the_emotions_of_staff(story in story(60)) {
        let definitions = promising().definitions();
        let turned: String = story
            .lines()
            .map(|line| {
                if line.contains("by=staff") {
                    line.replace("(negative)", "(positive)") + "\n"
                } else {
                    format!("{line}\n")
                }
            })
            .collect();
        let (told, turned) = (play(&definitions, &story), play(&definitions, &turned));
        prop_assert_eq!(told.effects, turned.effects);
        prop_assert_eq!(told.customer, turned.customer);
    }
}

#[test]
fn law_11_an_angry_word_of_staff_is_no_bad_moment() {
    let company = Company::new();
    let told = |by: &str| {
        let story = format!("10:00 Message {by} \"This is outrageous\" (negative)");
        let played = play(&company.definitions(), &story);
        let moment = &played.effects.moments[0];
        (moment.outcome.word(), moment.feeling.is_some(), played.customer.known.trust.is_empty())
    };
    assert_eq!(told("by=staff"), ("neutral", false, true));
    assert_eq!(told(""), ("bad", true, false));
}
