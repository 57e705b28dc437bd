//! Scenarios: what goes wrong in the company, when, where, how strongly, and what is done about it.
//!
//! A scenario is a YAML file, checked once when it is read. It knows nothing of the engine: it sets the true
//! causes, and the truth file tells what came of them.

mod share;

pub use share::Share;

use opcx_core::time::{Span, Timestamp, parse_rfc3339_in};
use serde::{Deserialize, Serialize};

use crate::company::{Branch, Card, Carrier, Language, Line, Region, Warehouse};

/// Most causes of one scenario: each customer remembers the harm that each of them did.
pub const CAUSES_MAX: usize = 12;
/// Longest time that a scenario may plan for, in days.
pub const DAYS_MAX: u16 = 3_660;

/// The scenarios that come with the program, by name.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("default", include_str!("../scenarios/default.yaml")),
    ("quiet", include_str!("../scenarios/quiet.yaml")),
    ("storm", include_str!("../scenarios/storm.yaml")),
];

/// A company's fate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub scenario: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// The first day, at midnight UTC.
    pub start: Date,
    /// How regions differ: who lives there, how content they are to begin with, who brings their parcels.
    pub regions: Vec<RegionRow>,
    /// Of the customers, who write which language. Texts in other languages than English are shorter.
    pub languages: Vec<LanguageRow>,
    /// How customers write.
    #[serde(default)]
    pub texts: Texts,
    /// What happens to events on their way.
    #[serde(default)]
    pub transport: Transport,
    /// What goes wrong.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// A rise of all prices, which customers resent and which is nobody's failure.
    #[serde(default)]
    pub price_rise: Option<PriceRise>,
    /// Releases of the app, each downloaded by those who have a machine: days after the start.
    #[serde(default)]
    pub app_releases: Vec<u16>,
}

/// A date as `2026-09-07`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Date(pub Timestamp);

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Date, String> {
        parse_rfc3339_in(&format!("{text}T00:00:00Z"), &opcx_core::calendar::Zone::UTC)
            .map(Date)
            .ok_or_else(|| format!("`{text}` is no date; write it like `2026-09-07`"))
    }
}

/// One region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionRow {
    /// Which.
    pub region: Region,
    /// How many of all customers live there.
    pub customers: Share,
    /// Added to the trust that customers there begin with, in permille of the scale of latent trust.
    #[serde(default)]
    pub content: i32,
    /// Who brings parcels there. The shares sum to all.
    pub carriers: Vec<CarrierRow>,
}

/// One carrier in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierRow {
    /// Which.
    pub carrier: Carrier,
    /// How many of the parcels.
    pub parcels: Share,
}

/// One language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageRow {
    /// Which.
    pub language: Language,
    /// How many customers write it.
    pub customers: Share,
}

/// How customers write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    /// Of bad feelings, how many are put as praise.
    pub sarcasm: Share,
    /// Of texts with feeling, how many praise something else in the same breath, or the reverse.
    pub mixed: Share,
    /// Of words, how many are mistyped.
    pub typos: Share,
    /// Of texts, how many have an emoji.
    pub emoji: Share,
}

impl Default for Texts {
    fn default() -> Texts {
        Texts {
            sarcasm: Share::permille(40),
            mixed: Share::permille(60),
            typos: Share::permille(15),
            emoji: Share::permille(120),
        }
    }
}

/// What happens to events on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transport {
    /// Events that are sent twice.
    pub twice: Share,
    /// Events that come hours late, and so out of order.
    pub late: Share,
    /// Devices whose clock is off by up to three hours either way.
    pub skewed: Share,
    /// Lines that nobody can read.
    pub malformed: Share,
    /// Orders whose currency is wrong.
    pub wrong_currency: Share,
    /// Scans of parcels under way that never arrive.
    pub scans_lost: Share,
    /// Scans of parcels handed over that never arrive: what we owed looks broken and was not.
    pub deliveries_lost: Share,
}

impl Default for Transport {
    fn default() -> Transport {
        Transport {
            twice: Share::permille(8),
            late: Share::permille(12),
            skewed: Share::permille(10),
            malformed: Share::permille(1),
            wrong_currency: Share::permille(3),
            scans_lost: Share::permille(30),
            deliveries_lost: Share::permille(1),
        }
    }
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Its name.
    pub cause: String,
    /// What goes wrong, and where.
    pub what: What,
    /// The first day, counted from the start.
    pub from: u16,
    /// The day on which it ends by itself; never if left out.
    #[serde(default = "never")]
    pub until: u16,
    /// How many of those exposed it hits.
    pub strength: Share,
    /// What is done about it.
    #[serde(default)]
    pub fixes: Vec<Fix>,
}

const fn never() -> u16 {
    DAYS_MAX
}

/// What goes wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The provider refuses payments by one kind of card.
    PaymentDeclines {
        /// Which.
        card: Card,
    },
    /// The checkout takes long to confirm.
    CheckoutSlow {
        /// For whom.
        line: Line,
    },
    /// A carrier is late in a region.
    CarrierLate {
        /// Who.
        carrier: Carrier,
        /// Where; everywhere if left out.
        #[serde(default)]
        region: Option<Region>,
    },
    /// A warehouse packs the wrong thing.
    WrongItem {
        /// Which.
        warehouse: Warehouse,
    },
    /// The newest app cannot be downloaded.
    DownloadFails {
        /// Over which lines.
        line: Line,
    },
    /// A branch gets worse, day by day over thirty days up to the strength.
    BranchDrifts {
        /// Which.
        branch: Branch,
    },
    /// What customers write is answered late or never.
    AnswersSlow {},
}

/// Something that is done about a cause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Its name.
    pub fix: String,
    /// On which day it ships.
    pub on: u16,
    /// How much of the cause it takes away; `0%` for one that only looks good.
    pub works: Share,
}

/// A rise of all prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRise {
    /// On which day.
    pub on: u16,
    /// By how much.
    pub by: Share,
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file is not one.
    #[error("the scenario cannot be read: {0}")]
    Unreadable(#[from] serde_saphyr::Error),
    /// It contradicts itself.
    #[error("{0}")]
    Wrong(String),
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// It is no YAML, says something unknown, or does not add up.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        let scenario: Scenario = serde_saphyr::from_str(text)?;
        scenario.checked().map_err(ScenarioError::Wrong)
    }

    fn checked(self) -> Result<Scenario, String> {
        all("the customers of `regions`", self.regions.iter().map(|row| row.customers))?;
        all("the customers of `languages`", self.languages.iter().map(|row| row.customers))?;
        for row in &self.regions {
            let what = format!("the parcels of region {}", row.region.word());
            all(&what, row.carriers.iter().map(|carrier| carrier.parcels))?;
        }
        if self.causes.len() > CAUSES_MAX {
            return Err(format!("there are {} causes, at most {CAUSES_MAX} are played", self.causes.len()));
        }
        for cause in &self.causes {
            if cause.from >= cause.until || cause.until > DAYS_MAX {
                return Err(format!(
                    "the cause `{}` goes from day {} until day {}; write `until` as a later day, at most {DAYS_MAX}",
                    cause.cause, cause.from, cause.until
                ));
            }
        }
        Ok(self)
    }

    /// So many days after the start.
    #[must_use]
    pub fn day(&self, day: u16) -> Timestamp {
        self.start.0 + Span::DAY.times(i64::from(day))
    }
}

fn all(what: &str, shares: impl Iterator<Item = Share>) -> Result<(), String> {
    let sum: u32 = shares.map(Share::millionths).sum();
    if sum == 1_000_000 {
        return Ok(());
    }
    Err(format!("{what} sum to {}.{:04} %; they have to sum to 100 %", sum / 10_000, sum % 10_000))
}

impl Cause {
    /// How many of those exposed it hits at a time, in millionths; `start` is the scenario's.
    #[must_use]
    pub fn strength(&self, start: Timestamp, at: Timestamp) -> u32 {
        let into = at.since(start).as_millis();
        let day = Span::DAY.as_millis();
        if into < i64::from(self.from) * day || into >= i64::from(self.until) * day {
            return 0;
        }
        let mut strength = u64::from(self.strength.millionths());
        if let What::BranchDrifts { .. } = self.what {
            let since = u64::try_from(into / day - i64::from(self.from)).unwrap_or(0);
            strength = strength * (since + 1).min(30) / 30;
        }
        for fix in self.fixes.iter().filter(|fix| into >= i64::from(fix.on) * day) {
            strength = strength * u64::from(1_000_000 - fix.works.millionths()) / 1_000_000;
        }
        u32::try_from(strength).expect("a part of a million")
    }
}

#[cfg(test)]
mod tests;
