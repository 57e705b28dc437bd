//! Places in the log, and the lanes that give it its clocks.

use core::fmt;
use serde::{Deserialize, Serialize};

use crate::playbook::Mode;

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

    /// First number of the lanes of history.
    const HISTORY: u16 = 0x8000;

    /// A lane of history: an import whose decisions are shown but not delivered.
    #[must_use]
    pub const fn history(number: u16) -> Lane {
        Lane(number | Lane::HISTORY)
    }

    /// A lane of an import whose decisions are delivered, since somebody asked for it.
    #[must_use]
    pub const fn asked(number: u16) -> Lane {
        let number = number & !Lane::HISTORY;
        Lane(if number == 0 { 1 } else { number })
    }

    /// Whether what is decided on this lane goes out.
    #[must_use]
    pub const fn mode(self) -> Mode {
        if self.0 < Lane::HISTORY { Mode::Live } else { Mode::Shadow }
    }

    /// The lane with that number, as [`Lane::get`] gave it.
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
