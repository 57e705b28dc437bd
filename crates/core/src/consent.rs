//! Consent: which categories of data may be looked at, and for what.
//!
//! Law 4: consent limits sight. It is enforced where data is *read* ([`Grants::allowed`]), not where
//! it is stored, and it fails closed: what was neither granted nor allowed by default is not seen.

use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::event::{Categories, Category};
use crate::time::Timestamp;

/// What data is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Doing what was promised, noticing and repairing failures.
    Service,
    /// Fitting an answer to the person: tone, timing, offers.
    Personalisation,
    /// Selling.
    Marketing,
}

impl Purpose {
    /// Every purpose, in a fixed order.
    pub const ALL: [Purpose; 3] = [Purpose::Service, Purpose::Personalisation, Purpose::Marketing];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Service => "service",
            Purpose::Personalisation => "personalisation",
            Purpose::Marketing => "marketing",
        }
    }
}

/// What the customer said about one category and purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The category it is about.
    pub category: Category,
    /// The purpose it is about.
    pub purpose: Purpose,
    /// What they said.
    pub answer: Answer,
    /// How we know: enough to show it to the customer and to an auditor.
    pub proof: Proof,
}

/// Yes, no, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// Allowed from now on.
    Granted,
    /// Not allowed; says nothing about the past.
    Denied,
    /// No longer allowed, and what was seen before is to be as if never collected.
    Withdrawn,
}

impl Answer {
    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Answer::Granted => "granted",
            Answer::Denied => "denied",
            Answer::Withdrawn => "withdrawn",
        }
    }
}

/// How we know what the customer said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Who recorded it: `customer`, a member of staff's id, a browser signal such as `gpc`.
    pub actor: CompactString,
    /// Which version of the wording they saw, if any.
    pub wording: Option<CompactString>,
}

/// What one customer has allowed and forbidden so far: the latest answer per category and purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grants(Vec<Grant>);

/// The latest answer for one category and purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What was said.
    pub statement: Statement,
    /// When.
    pub since: Timestamp,
}

impl Grants {
    /// Whether data of `category` may be looked at for `purpose`.
    ///
    /// Without an answer, service history (service, purchase, feedback, operations) may be used
    /// for [`Purpose::Service`]; everything else may not until granted.
    #[must_use]
    pub fn allow(&self, category: Category, purpose: Purpose) -> bool {
        self.allowed(purpose).hold(category)
    }

    /// All categories of data that may be looked at for `purpose`.
    #[must_use]
    pub fn allowed(&self, purpose: Purpose) -> Categories {
        let mut allowed = allowed_by_default(purpose);
        for Grant { statement, .. } in self.0.iter().filter(|grant| grant.statement.purpose == purpose) {
            match statement.answer {
                Answer::Granted => allowed.add(statement.category),
                Answer::Denied | Answer::Withdrawn => allowed.remove(statement.category),
            }
        }
        allowed
    }

    /// The latest answer, if there is one.
    #[must_use]
    pub fn answer(&self, category: Category, purpose: Purpose) -> Option<Answer> {
        self.0
            .iter()
            .find(|grant| grant.statement.category == category && grant.statement.purpose == purpose)
            .map(|grant| grant.statement.answer)
    }

    /// Takes note of an answer given at `at`. An older answer never overrides a newer one; of two
    /// at the same moment the stricter one stands.
    pub fn note(&mut self, statement: &Statement, at: Timestamp) {
        let same = |grant: &&mut Grant| {
            grant.statement.category == statement.category && grant.statement.purpose == statement.purpose
        };
        match self.0.iter_mut().find(same) {
            None => {
                self.0.push(Grant { statement: statement.clone(), since: at });
                self.0.sort_by_key(|grant| (grant.statement.category, grant.statement.purpose));
            }
            Some(grant) => {
                if (at, statement.answer) > (grant.since, grant.statement.answer) {
                    *grant = Grant { statement: statement.clone(), since: at };
                }
            }
        }
    }

    /// These answers with some taken as withdrawn for good, whatever else is said.
    #[must_use]
    pub fn without(&self, hidden: impl Iterator<Item = (Category, Purpose)>) -> Grants {
        let mut grants = self.clone();
        for (category, purpose) in hidden {
            let statement =
                Statement { category, purpose, answer: Answer::Withdrawn, proof: Proof::default() };
            grants.note(&statement, Timestamp::MAX);
        }
        grants
    }

    /// The answers, ordered by category and purpose.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }
}

/// Service history yes; browsing and advertising history only if granted; and no data for
/// fitting or selling until asked.
const fn allowed_by_default(purpose: Purpose) -> Categories {
    use Category::{Feedback, Operations, Purchase, Service};
    match purpose {
        Purpose::Service => const { Categories::of(&[Service, Purchase, Feedback, Operations]) },
        Purpose::Personalisation | Purpose::Marketing => Categories::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(answer: Answer) -> Statement {
        Statement { category: Category::Browsing, purpose: Purpose::Service, answer, proof: Proof::default() }
    }

    #[test]
    fn browsing_is_not_seen_until_granted_and_not_after_withdrawal() {
        let mut grants = Grants::default();
        let seen = |grants: &Grants| grants.allow(Category::Browsing, Purpose::Service);
        assert!(!seen(&grants));
        grants.note(&statement(Answer::Granted), Timestamp::from_millis(10));
        assert!(seen(&grants));
        grants.note(&statement(Answer::Withdrawn), Timestamp::from_millis(20));
        assert!(!seen(&grants));
        grants.note(&statement(Answer::Granted), Timestamp::from_millis(15));
        assert!(!seen(&grants), "an answer that arrives late does not undo a newer one");
    }

    #[test]
    fn of_two_answers_at_the_same_moment_the_stricter_stands_in_either_order() {
        for order in [[Answer::Granted, Answer::Denied], [Answer::Denied, Answer::Granted]] {
            let mut grants = Grants::default();
            for answer in order {
                grants.note(&statement(answer), Timestamp::EPOCH);
            }
            assert!(!grants.allow(Category::Browsing, Purpose::Service));
        }
    }

    #[test]
    fn what_is_allowed_is_every_category_that_is_allowed() {
        let mut grants = Grants::default();
        let answers = [Answer::Granted, Answer::Denied, Answer::Withdrawn];
        for (number, category) in Category::ALL.into_iter().enumerate() {
            for (further, purpose) in Purpose::ALL.into_iter().enumerate() {
                for purpose in Purpose::ALL {
                    let allowed =
                        Category::ALL.into_iter().filter(|category| grants.allow(*category, purpose));
                    assert_eq!(grants.allowed(purpose), allowed.collect(), "{grants:?}");
                    for category in Category::ALL {
                        let answered =
                            grants.answer(category, purpose).map(|answer| answer == Answer::Granted);
                        let by_default = Grants::default().allow(category, purpose);
                        assert_eq!(grants.allow(category, purpose), answered.unwrap_or(by_default));
                    }
                }
                let answer = answers[(number + further) % answers.len()];
                grants.note(
                    &Statement { category, purpose, answer, proof: Proof::default() },
                    Timestamp::EPOCH,
                );
            }
        }
    }

    #[test]
    fn service_history_may_be_used_by_default_for_service_only() {
        let grants = Grants::default();
        for category in [Category::Service, Category::Purchase, Category::Feedback, Category::Operations] {
            assert!(grants.allow(category, Purpose::Service));
            assert!(!grants.allow(category, Purpose::Marketing));
        }
    }
}
