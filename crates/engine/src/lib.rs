//! Runs the five steps: accept, sense, decide, commit, deliver.
//!
//! Everything that decides is synchronous and takes its time, its store and its readers of texts from
//! outside, so that the simulation runs the very code that production runs:
//!
//! | step | where | what |
//! |---|---|---|
//! | accept | [`Acceptor`], fed by [`Intake`] | duplicates out, log time on, durable, then the answer |
//! | sense | outside, before an event is handed in; [`SecondLook`] | a first reading is part of the event; doubted texts are read again behind what was decided |
//! | decide, commit | [`Decider`] | one batch of the log: identities, steps, one commit |
//! | deliver | [`deliver`] | the outbox to the channels; outcomes come back through accept |
//!
//! [`Node`] puts threads around them. There is one appending thread and one deciding thread; within a
//! batch the customers are spread over all cores. Results do not depend on how the log is cut into
//! batches, nor on the number of cores.

mod accept;
mod cache;
mod channel;
mod clock;
mod decide;
pub mod deliver;
mod erase;
mod in_force;
mod memory;
mod node;
mod priority;
#[cfg(test)]
mod sample;
mod second_look;

pub use accept::{
    Accepted, Acceptor, Appender, Gist, Inside, Intake, IntakeError, Limits, Submission, Submitted, Weight,
    gists,
};
pub use channel::{Channel, Sending};
pub use clock::{Clock, WallClock};
pub use decide::{Budget, Decider, EngineError, tick_due};
pub use erase::{Erasing, NoteErased, carry_out as carry_out_erasures, erase_next};
pub use in_force::{InForce, NotFollowed, NoteReign};
pub use memory::Memory;
pub use node::{Appending, Node, NodeSettings, Outbox, Succession, accept_only};
pub use priority::deciding_gives_way;
pub use second_look::{ReadAgain, SECOND_LOOK_EVENTS_MAX, SecondLook, TEXTS_AT_ONCE, Waiting};
