use crate::event::Event;
use crate::log::{Lane, Position};
use crate::playbook::Mode;
use crate::reading::Reading;
use crate::record::Command;
use crate::time::Timestamp;

/// One input of a step.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The record it came from; for a timer, the record whose time made it due.
    pub position: Position,
    /// Which clock it runs on.
    pub lane: Lane,
    /// What time it is, by that clock: the record's time, or the timer's own.
    pub now: Timestamp,
    /// Whether decisions are delivered; history that is imported is decided in shadow.
    pub mode: Mode,
    /// What happened.
    pub happening: Happening<'a>,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub enum Happening<'a> {
    /// An event, with what was read in its text.
    Event {
        /// The event.
        event: &'a Event,
        /// The reading, where there is text.
        reading: Option<&'a Reading>,
    },
    /// Somebody of the company ordered something that concerns this customer alone. Merging and
    /// un-merging concern several and are carried out by the engine.
    Ordered(&'a Command),
    /// Time passed.
    Time,
}
