use core::fmt;
use serde::{Deserialize, Serialize};

/// What a datum is about. Consent is given per category (and purpose).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Dealings with us: orders under way, deliveries, contacts, cases.
    Service,
    /// What was bought, for how much.
    Purchase,
    /// What the customer told us: messages, reviews, survey answers.
    Feedback,
    /// Pages seen, things clicked, searches.
    Browsing,
    /// Advertisements shown, campaigns, attribution.
    Advertising,
    /// Our own systems: latency, errors, stock, vehicles.
    Operations,
}

impl Category {
    /// Every category, in a fixed order.
    pub const ALL: [Category; 6] = [
        Category::Service,
        Category::Purchase,
        Category::Feedback,
        Category::Browsing,
        Category::Advertising,
        Category::Operations,
    ];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Category::Service => "service",
            Category::Purchase => "purchase",
            Category::Feedback => "feedback",
            Category::Browsing => "browsing",
            Category::Advertising => "advertising",
            Category::Operations => "operations",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
