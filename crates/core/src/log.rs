//! Places in the log, and the lanes that give it its clocks.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Where a record stands in the log: 0 for the first, then up by one without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// The first place.
    pub const START: Position = Position(0);

    /// The place with that number.
    #[must_use]
    pub const fn new(number: u64) -> Position {
        Position(number)
    }

    /// The place's number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place `count` further on.
    #[must_use]
    pub const fn plus(self, count: u64) -> Position {
        Position(self.0.saturating_add(count))
    }

    /// The next place.
    #[must_use]
    pub const fn next(self) -> Position {
        self.plus(1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A clock of the log. Within a lane the records' log times never go back.
///
/// Live traffic runs on the wall's clock as accepting stamped it. An import runs on the clock of
/// its own data, so a promise of 2015 is judged as of 2015, whatever the live lane's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(u16);

impl Lane {
    /// Live traffic.
    pub const LIVE: Lane = Lane(0);

    /// The lane with that number; 0 is [`Lane::LIVE`].
    #[must_use]
    pub const fn new(number: u16) -> Lane {
        Lane(number)
    }

    /// The lane's number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}
