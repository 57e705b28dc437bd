//! What tests begin with.

use opcx_core::calendar::{Calendar, Calendars, Zone};
use opcx_core::definitions::{Definitions, House, Version, Vocabulary};
use opcx_core::event::{Event, Facts, Origin};
use opcx_core::identity::Limits;
use opcx_core::time::Timestamp;

/// A company that has defined nothing.
pub(crate) fn definitions() -> Definitions {
    Definitions::new(
        Version::default(),
        Vocabulary::default(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Calendars::one(Calendar::always()),
        House { zone: Zone::UTC, quiet: None, contacts: None, limits: Limits::default(), seed: 0 },
    )
}

/// A customer looks at a page.
pub(crate) fn event() -> Event {
    Event {
        source: "shop".into(),
        id: "1".into(),
        happened: Timestamp::EPOCH,
        kind: "Page Viewed".into(),
        channel: "web".into(),
        who: Vec::new(),
        facts: Facts::NONE,
        said: None,
        reading: None,
        consents: Vec::new(),
        origin: Origin::Customer,
        masked: Vec::new(),
    }
}
