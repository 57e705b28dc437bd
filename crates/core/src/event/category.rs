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

/// A set of categories, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Categories(u8);

const _: () = assert!(Category::ALL.len() <= u8::BITS as usize, "every category has its bit");

impl Categories {
    /// No category.
    pub const NONE: Categories = Categories(0);

    /// These categories.
    #[must_use]
    pub const fn of(categories: &[Category]) -> Categories {
        let mut set = Categories::NONE;
        let mut at = 0;
        while at < categories.len() {
            set.add(categories[at]);
            at += 1;
        }
        set
    }

    /// Adds a category, if it is not there.
    pub const fn add(&mut self, category: Category) {
        self.0 |= Categories::bit(category);
    }

    /// Takes a category out, if it is there.
    pub const fn remove(&mut self, category: Category) {
        self.0 &= !Categories::bit(category);
    }

    /// Whether a category is there.
    #[must_use]
    pub const fn hold(self, category: Category) -> bool {
        self.0 & Categories::bit(category) != 0
    }

    /// Those that are in either.
    #[must_use]
    pub const fn or(self, other: Categories) -> Categories {
        Categories(self.0 | other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Categories) -> Categories {
        Categories(self.0 & other.0)
    }

    /// The categories, in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.into_iter().filter(move |category| self.hold(*category))
    }

    const fn bit(category: Category) -> u8 {
        1 << category as u8
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<I: IntoIterator<Item = Category>>(categories: I) -> Categories {
        let mut set = Categories::default();
        categories.into_iter().for_each(|category| set.add(category));
        set
    }
}
