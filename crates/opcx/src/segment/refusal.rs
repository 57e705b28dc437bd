//! What cannot be understood, why, and how to mend it.

use compact_str::{CompactString, ToCompactString, format_compact};
use opcx_core::event::{FactsError, Name};
use opcx_core::identity::IDENTIFIER_BYTES_MAX;
use opcx_core::record::{REJECTED_BYTES_MAX, Rejected};

use super::Arrival;
use super::body::{
    BATCH_EVENTS_MAX, BODY_BYTES_MAX, CONTEXT_BYTES_MAX, EVENT_BYTES_MAX, EVENTS_READ_MAX, Envelope,
};
use super::event::KIND_BYTES_MAX;

/// The name of this format on the rejected list.
pub const FORMAT: &str = "segment";

/// One entry for the rejected list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// How many messages it stands for: one, or several that came too many.
    pub messages: usize,
    /// What goes to the list.
    pub rejected: Rejected,
}

/// Why a message is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// JSON of another shape.
    #[error("{0}")]
    NotAMessage(String),
    /// Too long.
    #[error(
        "the message is {bytes} bytes long, at most {EVENT_BYTES_MAX} are read; send less with each event"
    )]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// `type` is missing, or none of the six.
    #[error("the type is {}; send identify, track, page, screen, group or alias", or_missing(.0.as_deref()))]
    TypeUnknown(Option<CompactString>),
    /// A track call without `event`.
    #[error("a track call without `event`; say what happened, for example \"Order Completed\"")]
    EventMissing,
    /// A track call with an `event` that is no name.
    #[error(
        "`event` is {bytes} bytes long, at most {KIND_BYTES_MAX} are read; send a name, and the rest as properties"
    )]
    EventTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Nobody to whom it happened.
    #[error(
        "no userId, anonymousId, e-mail address or phone number that names somebody (values such as `null`, `0` or `anonymous` and those over {IDENTIFIER_BYTES_MAX} bytes do not); send one"
    )]
    NoIdentifier,
    /// Too many properties.
    #[error(transparent)]
    TooManyFacts(#[from] FactsError),
    /// Beyond the end of what is read of a batch.
    #[error(
        "the batch has {found} messages, at most {BATCH_EVENTS_MAX} are read; these came after them. Send smaller batches"
    )]
    BatchExcess {
        /// How many the batch has.
        found: usize,
    },
}

impl Reason {
    /// Every code, for counting.
    pub const CODES: [&'static str; 8] = [
        "not_a_message",
        "event_too_large",
        "type_unknown",
        "event_missing",
        "event_too_long",
        "no_user_anon_id",
        "too_many_properties",
        "batch_excess",
    ];

    /// A short word for counting.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::NotAMessage(_) => "not_a_message",
            Reason::TooLarge { .. } => "event_too_large",
            Reason::TypeUnknown(_) => "type_unknown",
            Reason::EventMissing => "event_missing",
            Reason::EventTooLong { .. } => "event_too_long",
            Reason::NoIdentifier => "no_user_anon_id",
            Reason::TooManyFacts(_) => "too_many_properties",
            Reason::BatchExcess { .. } => "batch_excess",
        }
    }
}

/// Why a whole body is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or not an object.
    #[error("the body is not JSON of the tracking API: {0}")]
    NotJson(String),
    /// A batch without `batch`.
    #[error("the body has no `batch`; send {{\"batch\": [...]}}, or use the route of the single call")]
    BatchMissing,
    /// Too long.
    #[error("the body is longer than {BODY_BYTES_MAX} bytes; send smaller batches")]
    BodyTooLarge,
    /// A single message that is too long.
    #[error(
        "the message is {bytes} bytes long, at most {EVENT_BYTES_MAX} are read; send less with each event"
    )]
    EventTooLarge {
        /// Its length.
        bytes: usize,
    },
    /// A batch's context that is too long: it is added to every message.
    #[error(
        "the batch's context is {bytes} bytes long, at most {CONTEXT_BYTES_MAX} are read; move it to the messages"
    )]
    ContextTooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Far too many messages.
    #[error("the batch has more than {EVENTS_READ_MAX} messages; send at most {BATCH_EVENTS_MAX}")]
    TooManyMessages,
}

impl Unreadable {
    /// A short word for counting, and for the sender's program.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Unreadable::NotJson(_) => "invalid_json",
            Unreadable::BatchMissing => "batch_missing",
            Unreadable::BodyTooLarge => "body_too_large",
            Unreadable::EventTooLarge { .. } => "event_too_large",
            Unreadable::ContextTooLarge { .. } => "context_too_large",
            Unreadable::TooManyMessages => "too_many_messages",
        }
    }
}

impl Refusal {
    /// The refusal of one message.
    pub(super) fn one(reason: Reason, json: &str, envelope: &Envelope<'_>, arrival: &Arrival) -> Refusal {
        Refusal { messages: 1, rejected: rejected(&reason, &[json], envelope, arrival), reason }
    }

    /// The refusals of messages that came too many, as few as can hold them whole.
    pub(super) fn excess<'a>(
        found: usize,
        jsons: &'a [&'a str],
        envelope: &'a Envelope<'a>,
        arrival: &'a Arrival,
    ) -> impl Iterator<Item = Refusal> + 'a {
        let mut left = jsons;
        std::iter::from_fn(move || {
            let mut room = REJECTED_BYTES_MAX.saturating_sub(ENVELOPE_BYTES_MAX);
            let fits = left.iter().take_while(|json| {
                let taken = json.len() + 1;
                let fits = taken <= room;
                room = room.saturating_sub(taken);
                fits
            });
            // One that never fits goes alone, and is cut off.
            let count = fits.count().max(1);
            let (taken, rest) = left.split_at_checked(count)?;
            left = rest;
            let reason = Reason::BatchExcess { found };
            Some(Refusal { messages: count, rejected: rejected(&reason, taken, envelope, arrival), reason })
        })
    }
}

/// Most bytes that the envelope of a batch takes on the rejected list, since every refusal repeats it.
const ENVELOPE_BYTES_MAX: usize = 2 * 1024;

/// The list's entry. What came in is kept as a batch of its own that can be sent again as it is,
/// with the time of receipt, so that the sender's clock is still corrected right.
fn rejected(reason: &Reason, jsons: &[&str], envelope: &Envelope<'_>, arrival: &Arrival) -> Rejected {
    let mut raw = CompactString::const_new("{\"receivedAt\":\"");
    raw.push_str(&envelope.received(arrival).to_compact_string());
    raw.push('"');
    let texts = [("sentAt", envelope.sent_at.0.as_deref()), ("type", envelope.call.map(super::Call::word))];
    if envelope.opted_out || arrival.opted_out {
        raw.push_str(",\"gpc\":true");
    }
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| text.len() <= 64) {
            raw.push_str(&format_compact!(",\"{name}\":{}", serde_json::Value::from(text)));
        }
    }
    if let Some(context) =
        envelope.context_json.filter(|json| json.len() + raw.len() + 32 <= ENVELOPE_BYTES_MAX)
    {
        raw.push_str(",\"context\":");
        raw.push_str(context);
    }
    raw.push_str(",\"batch\":[");
    for (index, json) in jsons.iter().enumerate() {
        if index > 0 {
            raw.push(',');
        }
        raw.push_str(json);
    }
    raw.push_str("]}");
    if raw.len() > REJECTED_BYTES_MAX {
        let end = raw.floor_char_boundary(REJECTED_BYTES_MAX);
        raw.truncate(end);
    }
    Rejected {
        from: format_compact!("{} {}", arrival.source, arrival.route),
        reason: format_compact!("{}: {reason}", reason.code()),
        format: Name::const_new(FORMAT),
        raw,
    }
}

fn or_missing(text: Option<&str>) -> CompactString {
    text.map_or(CompactString::const_new("missing"), |text| format_compact!("`{text}`"))
}
