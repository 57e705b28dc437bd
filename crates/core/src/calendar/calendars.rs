use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::event::Name;

/// A company's calendars: one that counts where none is named, and others by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendars {
    /// Counts where no calendar is named.
    pub ordinary: Calendar,
    /// The others: of a team, a branch, a country.
    pub named: BTreeMap<Name, Calendar>,
}

impl Calendars {
    /// A single calendar for everything.
    #[must_use]
    pub const fn one(ordinary: Calendar) -> Calendars {
        Calendars { ordinary, named: BTreeMap::new() }
    }

    /// The calendar of that name, or the ordinary one; `None` when no calendar has the name.
    #[must_use]
    pub fn get(&self, name: Option<&str>) -> Option<&Calendar> {
        match name {
            None => Some(&self.ordinary),
            Some(name) => self.named.get(name),
        }
    }
}
