//! What tests begin with.

use opcx_core::event::{Event, Facts, Origin};
use opcx_core::time::Timestamp;

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
