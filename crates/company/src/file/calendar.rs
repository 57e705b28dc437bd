//! `calendars/NAME.yaml`: when somebody is there to keep a promise.

use opcx_core::calendar::{Calendar, Date, Days, Definition, Opening, Zone};

use super::parsed;
use crate::fault::Faults;
use crate::shape::{Shape, Table, optional, required};
use crate::text::Node;

pub(crate) const TABLE: Table = Table {
    what: "a calendar",
    keys: &[
        required("zone", Shape::Text, "the time zone of its openings, an IANA name such as `Europe/Berlin`"),
        required(
            "week",
            Shape::Named(&Shape::List(&Shape::Text)),
            "the openings of ordinary days, like `monday to friday: [\"09:00-12:30\", \"13:30-18:00\"]`",
        ),
        optional("holidays", Shape::List(&Shape::Text), "dates that are closed all day, like `2026-12-25`"),
        optional(
            "special",
            Shape::Named(&Shape::List(&Shape::Text)),
            "dates with openings of their own, like `2026-12-24: [\"09:00-12:00\"]`",
        ),
    ],
};

pub(crate) fn read(node: &Node, faults: &mut Faults) -> Option<Calendar> {
    let zone = parsed("zone", node.get("zone"), faults, Zone::new);
    let mut definition = Definition {
        zone: Zone::UTC,
        week: Default::default(),
        holidays: Default::default(),
        special: Default::default(),
    };
    for (key, openings) in node.get("week").map_or(&[][..], Node::entries) {
        let days = parsed("calendar", Some(key), faults, str::parse::<Days>);
        let openings = read_openings(openings, faults);
        if let Some(days) = days {
            definition.week.insert(days, openings);
        }
    }
    for date in node.get("holidays").map_or(&[][..], Node::items) {
        definition.holidays.extend(parsed("calendar", Some(date), faults, str::parse::<Date>));
    }
    for (key, openings) in node.get("special").map_or(&[][..], Node::entries) {
        let date = parsed("calendar", Some(key), faults, str::parse::<Date>);
        let openings = read_openings(openings, faults);
        if let Some(date) = date {
            definition.special.insert(date, openings);
        }
    }
    definition.zone = zone?;
    match Calendar::new(definition) {
        Ok(calendar) => Some(calendar),
        Err(error) => {
            faults.error("calendar", &node.place, error.to_string());
            None
        }
    }
}

fn read_openings(node: &Node, faults: &mut Faults) -> Vec<Opening> {
    node.items()
        .iter()
        .filter_map(|item| parsed("calendar", Some(item), faults, str::parse::<Opening>))
        .collect()
}
