//! The company: what it sells and where, who delivers, how one pays. Copper & Bean, coffee gear and beans.

use serde::{Deserialize, Serialize};

/// Where a customer lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Region {
    North,
    South,
    East,
    West,
}

impl Region {
    /// Every region.
    pub const ALL: [Region; 4] = [Region::North, Region::South, Region::East, Region::West];

    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Region::North => "north",
            Region::South => "south",
            Region::East => "east",
            Region::West => "west",
        }
    }

    /// The warehouse that sends parcels there.
    pub(crate) const fn warehouse(self) -> Warehouse {
        match self {
            Region::North | Region::East => Warehouse::Millfield,
            Region::South | Region::West => Warehouse::Dockside,
        }
    }
}

/// Who brings parcels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Carrier {
    #[serde(rename = "Swift Parcel")]
    SwiftParcel,
    #[serde(rename = "Green Wheels")]
    GreenWheels,
    #[serde(rename = "City Post")]
    CityPost,
}

impl Carrier {
    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Carrier::SwiftParcel => "Swift Parcel",
            Carrier::GreenWheels => "Green Wheels",
            Carrier::CityPost => "City Post",
        }
    }
}

/// Where parcels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Warehouse {
    Millfield,
    Dockside,
}

impl Warehouse {
    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Warehouse::Millfield => "Millfield",
            Warehouse::Dockside => "Dockside",
        }
    }
}

/// A branch with its café.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Branch {
    #[serde(rename = "Harbour Street")]
    HarbourStreet,
    #[serde(rename = "Old Market")]
    OldMarket,
    Station,
    University,
    Riverside,
}

impl Branch {
    /// Every branch.
    pub const ALL: [Branch; 5] =
        [Branch::HarbourStreet, Branch::OldMarket, Branch::Station, Branch::University, Branch::Riverside];

    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Branch::HarbourStreet => "Harbour Street",
            Branch::OldMarket => "Old Market",
            Branch::Station => "Station",
            Branch::University => "University",
            Branch::Riverside => "Riverside",
        }
    }
}

/// How a customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Card {
    Credit,
    Debit,
    Wallet,
    Transfer,
}

impl Card {
    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Card::Credit => "credit",
            Card::Debit => "debit",
            Card::Wallet => "wallet",
            Card::Transfer => "transfer",
        }
    }
}

/// How fast a customer's connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Line {
    Fast,
    Slow,
}

impl Line {
    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Line::Fast => "fast",
            Line::Slow => "slow",
        }
    }
}

/// What a telephone runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Platform {
    Ios,
    Android,
}

impl Platform {
    /// The word in events.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Platform::Ios => "ios",
            Platform::Android => "android",
        }
    }
}

/// The language that a customer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum Language {
    English,
    German,
    Spanish,
    French,
}

impl Language {
    /// Every language, the most frequent first.
    pub const ALL: [Language; 4] = [Language::English, Language::German, Language::Spanish, Language::French];
}

/// Something that is sold: its name, its price in cents, how often it is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) cents: i64,
    pub(crate) weight: u32,
    /// It comes with the app.
    pub(crate) is_machine: bool,
}

/// Everything that is sold.
pub(crate) const PRODUCTS: [Product; 14] = [
    product("espresso beans", 1590, 30, false),
    product("filter beans", 1490, 25, false),
    product("decaf beans", 1690, 8, false),
    product("bean subscription", 3900, 9, false),
    product("hand grinder", 7900, 7, false),
    product("electric grinder", 18900, 4, false),
    product("espresso machine", 44900, 4, true),
    product("gooseneck kettle", 6400, 5, false),
    product("smart brewer", 24900, 4, true),
    product("moka pot", 3200, 6, false),
    product("filter holder", 1800, 9, false),
    product("milk frother", 4500, 6, false),
    product("scale", 5400, 5, false),
    product("descaler", 1190, 12, false),
];

const fn product(name: &'static str, cents: i64, weight: u32, is_machine: bool) -> Product {
    Product { name, cents, weight, is_machine }
}

/// Versions of the app, oldest first.
pub(crate) const APP_VERSIONS: [&str; 4] = ["4.0.2", "4.1.0", "4.2.0", "4.2.1"];
