//! Views as pages for people: plain words, each figure with its interval and n.

mod cases;
mod customer;
mod decisions;
mod deliveries;
mod erasures;
mod moment;
mod page;
mod promises;
mod pulse;
mod table;
mod trust;
mod words;

pub use page::Look;

use crate::look::View;
use page::Page;

/// The view as a page of text, ending in a line break.
#[must_use]
pub fn text(view: &View, look: Look) -> String {
    let mut page = Page::new(look);
    match view {
        View::Pulse(view) => pulse::write(&mut page, view),
        View::Customer(view) => customer::write(&mut page, view),
        View::Moment(view) => moment::write(&mut page, view),
        View::Promises(view) => promises::write(&mut page, view),
        View::Cases(view) => cases::write(&mut page, view),
        View::Decisions(view) => decisions::write(&mut page, view),
        View::Trust(view) => trust::write(&mut page, view),
        View::Deliveries(view) => deliveries::write(&mut page, view),
        View::Erasures(view) => erasures::write(&mut page, view),
        // For programs and web pages; they have no page of text.
        View::Series(view) => page.line(&json(view)),
        View::Journeys(view) => page.line(&json(view)),
        View::Brief(view) => page.line(&json(view)),
        View::Found(view) => page.line(&json(view)),
        View::Timeline(view) => page.line(&json(view)),
        View::Carried(view) => page.line(&json(view)),
        View::WentThrough(view) => page.line(&json(view)),
        View::Playbooks(view) => page.line(&json(view)),
        View::Rejected(view) => page.line(&json(view)),
        View::Export(view) => {
            // For programs; a page for people is that of the customer.
            for line in &view.lines {
                page.line(&json(line));
            }
        }
    }
    page.into_text()
}

fn json(view: &impl serde::Serialize) -> String {
    serde_json::to_string(view).expect("views are plain data")
}
