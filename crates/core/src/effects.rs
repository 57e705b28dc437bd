//! Effects: what a step found and decided, besides the customer after it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::customer::CustomerId;
use crate::delivery::ParcelId;
use crate::event::{Facts, Name};
use crate::log::Position;
use crate::map::Outcome;
use crate::promise::{Promise, PromiseState};
use crate::reading::{Emotion, Valence};
use crate::receipt::Receipt;
use crate::time::Timestamp;

/// What a step found and decided. One buffer serves many steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effects {
    /// Moments gone through.
    pub moments: Vec<Moment>,
    /// Promises made, changed and settled, each as it stands after the step.
    pub promises: Vec<PromiseChange>,
    /// Cases opened and changed.
    pub cases: Vec<(CustomerId, Case)>,
    /// What is to be sent.
    pub parcels: Vec<Parcel>,
    /// Why.
    pub receipts: Vec<Receipt>,
}

/// One moment that a customer went through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The record.
    pub position: Position,
    /// Which moment of that record.
    pub number: u16,
    /// Who.
    pub customer: CustomerId,
    /// When, by the event's own time.
    pub at: Timestamp,
    /// The journey's name.
    pub journey: Name,
    /// The moment's name.
    pub moment: Name,
    /// Where.
    pub channel: Name,
    /// How it went.
    pub outcome: Outcome,
    /// What the customer felt, if they said something and the model could tell.
    pub feeling: Option<Feeling>,
    /// How often the customer had gone through this moment in the same run before: effort.
    pub repeats: u16,
    /// The values of the company's dimensions, in the vocabulary's order.
    pub dimensions: Vec<Option<CompactString>>,
    /// Whether a synthetic customer did it. Such a moment counts in no customer number (law 5).
    pub probe: bool,
}

/// What a customer felt, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feeling {
    /// Which way it points.
    pub valence: Valence,
    /// How far, `-1000..=1000`.
    pub valence_permille: i16,
    /// The strongest emotion.
    pub emotion: Emotion,
}

/// A promise that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromiseChange {
    /// Whose.
    pub customer: CustomerId,
    /// The record that changed it.
    pub position: Position,
    /// Where it stood before; `None` when it was just made.
    pub before: Option<PromiseState>,
    /// The promise as it stands now.
    pub promise: Promise,
}

/// Something to be sent through a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its id; the same at every attempt.
    pub id: ParcelId,
    /// Whom it concerns.
    pub customer: CustomerId,
    /// The channel or endpoint of `opcx.toml` that takes it.
    pub to: Name,
    /// What it is, dot-separated: `moment.bad`, `message.late-delivery`.
    pub kind: CompactString,
    /// When it was decided on, by the log's time.
    pub decided: Timestamp,
    /// Not to be sent before.
    pub not_before: Timestamp,
    /// What is sent.
    pub content: Content,
}

/// What a parcel holds. Channels decide how it is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// Words to the customer.
    Message {
        /// The template they were made from.
        template: Name,
        /// The words.
        text: String,
    },
    /// News for another system.
    Notice {
        /// The playbook that tells it.
        playbook: Name,
        /// What set the playbook off, in words: `moment pay bad`.
        because: CompactString,
        /// Who it is about: identifiers as `kind:value`.
        who: Vec<CompactString>,
        /// The event at hand, if there is one, with the facts that may be seen.
        event: Option<Box<EventNews>>,
        /// The promise at hand, if there is one.
        promise: Option<Box<Promise>>,
    },
}

/// What a notice tells about an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventNews {
    /// Its kind.
    pub kind: Name,
    /// Where it happened.
    pub channel: Name,
    /// When.
    pub happened: Timestamp,
    /// The declared facts that the playbook's purpose may see.
    pub facts: Facts,
}

impl Effects {
    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.moments.clear();
        self.promises.clear();
        self.cases.clear();
        self.parcels.clear();
        self.receipts.clear();
    }
}
