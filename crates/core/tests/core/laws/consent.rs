//! Law 4: consent limits sight.

use opcx_core::condition::FactType;
use opcx_core::customer::Known;
use opcx_core::effects::Effects;
use opcx_core::event::Event;
use proptest::prelude::*;

use super::generated::{category, company, few, promising, say, story, story_without_consent};
use crate::story::*;

/// The story with everything about `category` put differently: its facts changed or gone, its texts
/// other words with other feelings, its kinds of event not there.
fn put_differently(story: &str, category: &str, how: &Differently) -> String {
    let kinds: &[&str] = match category {
        "purchase" => &["Order Placed"],
        "browsing" => &["Page Viewed"],
        "advertising" => &["Ad Clicked"],
        "feedback" => &["says", "Review", "Message"],
        _ => &[],
    };
    let mut lines = String::new();
    for line in story.lines() {
        let (when, rest) = line.split_once(' ').expect("every line begins with a time");
        if rest.contains("by=probe") {
            lines.push_str(&format!("{line}\n"));
            continue;
        }
        if kinds.iter().any(|kind| rest.starts_with(kind)) {
            // Time passes for others' records all the same.
            lines.push_str(&format!("{when} tick\n"));
            continue;
        }
        let words = rest.split(' ').filter_map(|word| {
            let fact = word.split_once('=').and_then(|(name, _)| {
                FACTS.into_iter().find(|(known, _, of, _)| *known == name && of.word() == category)
            });
            match fact {
                Some((name, kind, ..)) => how.value(kind).map(|value| format!("{name}={value}")),
                None => Some(word.to_string()),
            }
        });
        let mut words = words.collect::<Vec<_>>().join(" ");
        if category == "feedback" && !words.contains("by=staff") {
            words = without_words(&words);
        }
        lines.push_str(&format!("{when} {words}\n"));
    }
    lines
}

enum Differently {
    Gone,
    Other,
}

impl Differently {
    fn value(&self, kind: FactType) -> Option<&'static str> {
        match (self, kind) {
            (Differently::Gone, _) => None,
            (Differently::Other, FactType::Number) => Some("77"),
            (Differently::Other, FactType::Time) => Some("2026-03-09T07:00:00Z"),
            (Differently::Other, FactType::Text | FactType::Texts | FactType::Bool) => Some("zzz"),
        }
    }
}

/// The line without what was said and felt.
fn without_words(line: &str) -> String {
    let mut kept = String::new();
    for (number, part) in line.split('"').enumerate() {
        if number % 2 == 0 {
            kept.push_str(part.split(" (").next().unwrap_or(part));
        }
    }
    kept
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn law_04_consent_limits_sight(
        category in category(),
        story in story_without_consent(40),
        other in any::<bool>(),
    ) {
        // Of service history itself the story is made; it has a law of its own below.
        prop_assume!(category != "service");
        let definitions = promising().definitions();
        let how = if other { Differently::Other } else { Differently::Gone };
        let denied = say("denies", category);
        let told = play(&definitions, &format!("{denied}{story}"));
        let differently = play(&definitions, &format!("{denied}{}", put_differently(&story, category, &how)));
        prop_assert_eq!(told.effects, differently.effects);
        prop_assert_eq!(told.customer, differently.customer);
    }

    #[test]
    fn law_04_who_forbids_service_history_leaves_no_trace_but_the_answer(story in story_without_consent(40)) {
        let definitions = promising().definitions();
        let denied: String = ["service", "purchase", "feedback", "browsing", "advertising", "operations"]
            .map(|category| say("denies", category))
            .concat();
        let told = play(&definitions, &format!("{denied}{story}"));
        let nothing = play(&definitions, &denied);
        prop_assert!(told.effects.moments.iter().all(|moment| moment.probe));
        prop_assert_eq!((told.effects.promises, told.effects.parcels), (vec![], vec![]));
        prop_assert_eq!(told.customer.known, nothing.customer.known);
    }

    #[test]
    fn law_04_withdrawal_equals_never_collected(category in category(), story in story_without_consent(40)) {
        prop_assume!(category != "service");
        let definitions = company().definitions();
        // Of an order that names a promise it would matter which one that is.
        let story = story.replace("releases promise", "closes case");
        let granted = say("grants", category);
        let withdrawn = say("withdraws", category);
        let collected = play(&definitions, &format!("{granted}{story}+1m Label Printed\n+1m tick\n{withdrawn}"));
        let never = put_differently(&story, category, &Differently::Gone);
        let never = play(&definitions, &format!("{granted}{never}+1m Label Printed\n+1m tick\n{withdrawn}"));
        let (collected, _) = refolded(&definitions, &collected);
        prop_assert_eq!(comparable(collected.known), comparable(never.customer.known));
    }

    #[test]
    fn folding_anew_gives_what_was_folded_live(story in story(60)) {
        let definitions = company().definitions();
        anew_equals_live(&definitions, &story)?;
    }

    #[test]
    fn folding_anew_gives_what_was_folded_live_when_playbooks_promise(story in story(60)) {
        let definitions = promising().definitions();
        anew_equals_live(&definitions, &story)?;
    }
}

fn anew_equals_live(
    definitions: &opcx_core::definitions::Definitions,
    story: &str,
) -> Result<(), TestCaseError> {
    let live = play(definitions, &format!("+1m grants service for service\n{story}+1m Label Printed\n"));
    let (anew, effects) = refolded(definitions, &live);
    prop_assert_eq!(comparable(anew.known), comparable(live.customer.known));
    prop_assert_eq!(&anew.deeds, &live.customer.deeds);
    let moments = |effects: &Effects| effects.moments.clone();
    prop_assert_eq!(moments(&effects), moments(&live.effects));
    let mut last = std::collections::BTreeMap::new();
    for change in &live.effects.promises {
        last.insert(change.promise.id, &change.promise);
    }
    for change in &effects.promises {
        last.insert(change.promise.id, &change.promise);
    }
    for change in &live.effects.promises {
        let latest = live.effects.promises.iter().rev().find(|later| later.promise.id == change.promise.id);
        prop_assert_eq!(Some(last[&change.promise.id]), latest.map(|latest| &latest.promise));
    }
    Ok(())
}

/// Without the clock: when somebody was last looked at is no datum of theirs.
fn comparable(known: Known) -> Known {
    Known { clock: None, ..known }
}

#[test]
fn law_04_a_fact_of_the_future_due_time_is_not_read_without_consent() {
    let definitions = company().definitions();
    let told = "10:00 Order Placed order=A1 offered_until=2026-03-05T10:00:00Z\n";
    let due = |story: &str| {
        let played = play(&definitions, story);
        played.customer.known.promises.iter().filter(|promise| promise.name == "offered").count()
    };
    assert_eq!(due(told), 0, "advertising is not seen until granted");
    assert_eq!(due(&format!("09:00 grants advertising\n{told}")), 1);
}

#[test]
fn the_events_of_these_laws_hold_what_the_laws_are_about() {
    let Told::Event(event, reading) = &read("10:00 says \"words\" (negative) page=a")[0].told else {
        panic!("an event")
    };
    let Event { said, facts, .. } = &**event;
    assert_eq!((said.as_deref(), facts.text("page")), (Some("words"), Some("a")));
    assert_eq!(reading, &Some(felt("negative")));
}
