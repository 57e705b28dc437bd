//! Consent as consent banners send it, and as browsers do.
//!
//! `context.consent.categoryPreferences` maps a banner's categories to yes or no. Their names are a
//! company's own, so the usual ones are known here, and ours can be used to be exact:
//!
//! | name (case, spaces, `-` and `_` do not count) | `true` grants | `false` denies |
//! |---|---|---|
//! | `service`, `purchase`, `feedback`, `operations`, `browsing`, `advertising` | that category for service | it for every purpose |
//! | `CATEGORY.PURPOSE`, such as `browsing.marketing` | exactly that | exactly that |
//! | `personalisation`, `personalization`, `functional`, `preferences`, `C0003` | service, purchase and feedback for personalisation | every category for personalisation |
//! | `marketing` | service, purchase and feedback for marketing | every category for marketing |
//! | `analytics`, `performance`, `statistics`, `C0002` | browsing for service | browsing for every purpose |
//! | `targeting`, `ads`, `C0004`, `social`, `C0005` | advertising and browsing for marketing | advertising for every purpose |
//! | anything else, such as `necessary` | nothing | nothing |
//!
//! A map without entries says no to everything that needs a yes. A name that is not known grants
//! nothing: consent fails closed. `Sec-GPC: 1` denies browsing and advertising for every purpose.

use std::borrow::Cow;
use std::fmt;

use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::event::Category;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::{Flag, Key};

/// The event that a consent banner sends when the customer changes a choice. A *no* in it takes
/// back what was said before; in any other message it only repeats a standing no.
pub(super) const UPDATED: &str = "Segment Consent Preference Updated";

/// Most entries of a map of preferences that are read.
const PREFERENCES_MAX: usize = 64;

/// A banner's categories with the customer's choices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Preferences<'a>(Vec<(Cow<'a, str>, bool)>);

/// What a message says about consent.
pub(super) fn statements(
    preferences: Option<&Preferences<'_>>,
    updated: bool,
    opted_out: bool,
) -> Vec<Statement> {
    let mut found = Vec::new();
    if let Some(Preferences(preferences)) = preferences {
        let no = if updated { Answer::Withdrawn } else { Answer::Denied };
        for (name, granted) in preferences {
            let answer = if *granted { Answer::Granted } else { no };
            concerned(name, *granted, |category, purpose| {
                say(&mut found, category, purpose, answer, "customer");
            });
        }
        if preferences.is_empty() {
            for (category, purpose) in needing_a_yes() {
                say(&mut found, category, purpose, no, "customer");
            }
        }
    }
    if opted_out {
        for category in [Category::Browsing, Category::Advertising] {
            for purpose in Purpose::ALL {
                say(&mut found, category, purpose, Answer::Denied, "gpc");
            }
        }
    }
    found
}

/// Adds an answer, once per category and purpose: of several in one message the strictest stands.
fn say(
    found: &mut Vec<Statement>,
    category: Category,
    purpose: Purpose,
    answer: Answer,
    actor: &'static str,
) {
    let proof = || Proof { actor: actor.into(), wording: None };
    match found.iter_mut().find(|s| s.category == category && s.purpose == purpose) {
        Some(statement) if statement.answer < answer => {
            *statement = Statement { category, purpose, answer, proof: proof() };
        }
        Some(_) => {}
        None => found.push(Statement { category, purpose, answer, proof: proof() }),
    }
}

/// Calls `each` for everything that a yes or no to `name` is about.
fn concerned(name: &str, granted: bool, mut each: impl FnMut(Category, Purpose)) {
    const HISTORY: [Category; 3] = [Category::Service, Category::Purchase, Category::Feedback];
    let name: String =
        name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect();
    let mut every_purpose = |category| Purpose::ALL.into_iter().for_each(|purpose| each(category, purpose));

    if let Some(category) = category(&name) {
        if granted {
            each(category, Purpose::Service);
        } else {
            every_purpose(category);
        }
        return;
    }
    if let Some((category, purpose)) = exact(&name) {
        each(category, purpose);
        return;
    }
    let of_purpose = |purpose| if granted { (&HISTORY[..], purpose) } else { (&Category::ALL[..], purpose) };
    match name.as_str() {
        "personalisation" | "personalization" | "functional" | "preferences" | "c0003" => {
            let (categories, purpose) = of_purpose(Purpose::Personalisation);
            categories.iter().for_each(|&category| each(category, purpose));
        }
        "marketing" => {
            let (categories, purpose) = of_purpose(Purpose::Marketing);
            categories.iter().for_each(|&category| each(category, purpose));
        }
        "analytics" | "performance" | "statistics" | "c0002" => {
            if granted {
                each(Category::Browsing, Purpose::Service);
            } else {
                every_purpose(Category::Browsing);
            }
        }
        "targeting" | "ads" | "c0004" | "social" | "c0005" => {
            if granted {
                each(Category::Advertising, Purpose::Marketing);
                each(Category::Browsing, Purpose::Marketing);
            } else {
                every_purpose(Category::Advertising);
            }
        }
        _ => {}
    }
}

fn category(word: &str) -> Option<Category> {
    Category::ALL.into_iter().find(|category| category.word() == word)
}

/// `CATEGORY.PURPOSE`
fn exact(name: &str) -> Option<(Category, Purpose)> {
    let (of, purpose) = name.split_once('.')?;
    Some((category(of)?, Purpose::ALL.into_iter().find(|known| known.word() == purpose)?))
}

/// Everything that may not be looked at without a yes.
fn needing_a_yes() -> impl Iterator<Item = (Category, Purpose)> {
    let nothing_said = opcx_core::consent::Grants::default();
    Category::ALL
        .into_iter()
        .flat_map(|category| Purpose::ALL.into_iter().map(move |purpose| (category, purpose)))
        .filter(move |&(category, purpose)| !nothing_said.allow(category, purpose))
}

impl<'de: 'a, 'a> Deserialize<'de> for Preferences<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PreferencesVisitor)
    }
}

struct PreferencesVisitor;

impl<'de> Visitor<'de> for PreferencesVisitor {
    type Value = Preferences<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("categoryPreferences: an object such as {\"Advertising\": false}")
    }

    /// PHP sends an object without entries as an empty array.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Preferences::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut preferences = Vec::new();
        while let Some((Key(name), Flag(granted))) = map.next_entry()? {
            if preferences.len() >= PREFERENCES_MAX {
                return Err(serde::de::Error::custom(format_args!(
                    "more than {PREFERENCES_MAX} consent categories; send fewer"
                )));
            }
            preferences.push((name, granted));
        }
        Ok(Preferences(preferences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(preferences: &str, updated: bool, opted_out: bool, expected: &Expect) {
        let preferences: Option<Preferences<'_>> = serde_json::from_str(preferences).unwrap();
        let shown: String = statements(preferences.as_ref(), updated, opted_out)
            .iter()
            .map(|s| {
                format!("{} for {}: {:?} by {}\n", s.category, s.purpose.word(), s.answer, s.proof.actor)
            })
            .collect();
        expected.assert_eq(&shown);
    }

    #[test]
    fn the_usual_banners_are_understood() {
        check(
            r#"{"Analytics": true, "C0004": false, "Strictly Necessary": true, "Functional": true}"#,
            false,
            false,
            &expect![[r#"
            browsing for service: Granted by customer
            advertising for service: Denied by customer
            advertising for personalisation: Denied by customer
            advertising for marketing: Denied by customer
            service for personalisation: Granted by customer
            purchase for personalisation: Granted by customer
            feedback for personalisation: Granted by customer
        "#]],
        );
    }

    #[test]
    fn our_own_words_are_exact() {
        check(
            r#"{"browsing.marketing": true, "purchase": false, "feedback": "true"}"#,
            false,
            false,
            &expect![[r#"
            browsing for marketing: Granted by customer
            purchase for service: Denied by customer
            purchase for personalisation: Denied by customer
            purchase for marketing: Denied by customer
            feedback for service: Granted by customer
        "#]],
        );
    }

    #[test]
    fn a_no_in_a_change_of_preferences_withdraws() {
        check(
            r#"{"Marketing": false}"#,
            true,
            false,
            &expect![[r#"
            service for marketing: Withdrawn by customer
            purchase for marketing: Withdrawn by customer
            feedback for marketing: Withdrawn by customer
            browsing for marketing: Withdrawn by customer
            advertising for marketing: Withdrawn by customer
            operations for marketing: Withdrawn by customer
        "#]],
        );
    }

    #[test]
    fn a_map_without_entries_says_no_to_all_that_needs_a_yes() {
        check(
            "{}",
            false,
            false,
            &expect![[r#"
            service for personalisation: Denied by customer
            service for marketing: Denied by customer
            purchase for personalisation: Denied by customer
            purchase for marketing: Denied by customer
            feedback for personalisation: Denied by customer
            feedback for marketing: Denied by customer
            browsing for service: Denied by customer
            browsing for personalisation: Denied by customer
            browsing for marketing: Denied by customer
            advertising for service: Denied by customer
            advertising for personalisation: Denied by customer
            advertising for marketing: Denied by customer
            operations for personalisation: Denied by customer
            operations for marketing: Denied by customer
        "#]],
        );
    }

    #[test]
    fn the_browsers_signal_outweighs_the_banner() {
        check(
            r#"{"browsing": true, "service": true}"#,
            false,
            true,
            &expect![[r#"
            browsing for service: Denied by gpc
            service for service: Granted by customer
            browsing for personalisation: Denied by gpc
            browsing for marketing: Denied by gpc
            advertising for service: Denied by gpc
            advertising for personalisation: Denied by gpc
            advertising for marketing: Denied by gpc
        "#]],
        );
        check("null", false, false, &expect![[""]]);
    }
}
