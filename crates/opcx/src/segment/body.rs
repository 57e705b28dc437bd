//! The body of a request: one message, or a batch of them.

use std::borrow::Cow;
use std::fmt;

use opcx_core::event::Event;
use opcx_core::time::Timestamp;
use opcx_engine::Gist;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::http::KEY_CHARS_MIN;

use super::context::Context;
use super::field::{Field, Flag, Key};
use super::message::{Call, Message};
use super::{Arrival, Reason, Refusal, Unreadable, clock, event, gist, surrogates};

/// Longest body in bytes: SDKs' batches reach 524,288 bytes before they are wrapped.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest message in bytes, as in Segment.
pub const EVENT_BYTES_MAX: usize = 32 * 1024;
/// Most messages read of one batch, as in Segment.
pub const BATCH_EVENTS_MAX: usize = 2_500;
/// Most messages that a batch may have at all; those over [`BATCH_EVENTS_MAX`] go to the rejected
/// list. A body full of empty messages would have a hundred times as many.
pub const EVENTS_READ_MAX: usize = 20_000;
/// Longest context of a whole batch: it is added to every message, so it multiplies.
pub const CONTEXT_BYTES_MAX: usize = 4 * 1024;

/// A body, opened: it is clear where each message begins and ends, not yet what it says.
#[derive(Debug)]
pub struct Body<'a> {
    write_key: Field<'a>,
    envelope: Envelope<'a>,
    messages: Vec<&'a str>,
}

/// What holds for every message of a body.
#[derive(Debug, Default)]
pub(super) struct Envelope<'a> {
    /// The call of messages that do not say which they are.
    pub(super) call: Option<Call>,
    pub(super) sent_at: Field<'a>,
    /// The same, understood.
    pub(super) sent: Option<Timestamp>,
    received_at: Option<Timestamp>,
    /// Whether the browser had said that its user's data is not to be sold or shared, when this was
    /// first received.
    pub(super) opted_out: bool,
    pub(super) context: Option<Context<'a>>,
    /// The same as it was sent.
    pub(super) context_json: Option<&'a str>,
}

/// The body's text. Bytes that are no text are replaced, so that one wrongly encoded name does not
/// cost a whole batch.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

impl<'a> Body<'a> {
    /// Opens a body: one message of that `call`, or a batch.
    ///
    /// # Errors
    /// It is not JSON of that shape, or over a limit. Then nothing of it is read.
    pub fn open(text: &'a str, call: Option<Call>) -> Result<Body<'a>, Unreadable> {
        if text.len() > BODY_BYTES_MAX {
            return Err(Unreadable::BodyTooLarge);
        }
        let head: Head<'a> =
            serde_json::from_str(text).map_err(|error| Unreadable::NotJson(error.to_string()))?;
        if head.too_many {
            return Err(Unreadable::TooManyMessages);
        }
        let Some(call) = call else { return Body::of_batch(head) };
        let message = text.trim();
        if message.len() > EVENT_BYTES_MAX {
            return Err(Unreadable::EventTooLarge { bytes: message.len() });
        }
        let envelope = Envelope { call: Some(call), ..Envelope::default() };
        Ok(Body { write_key: head.write_key, envelope, messages: vec![message] })
    }

    fn of_batch(head: Head<'a>) -> Result<Body<'a>, Unreadable> {
        let messages = head.batch.ok_or(Unreadable::BatchMissing)?;
        let context_json = head.context.map(RawValue::get).filter(|json| *json != "null");
        if let Some(bytes) = context_json.map(str::len).filter(|&bytes| bytes > CONTEXT_BYTES_MAX) {
            return Err(Unreadable::ContextTooLarge { bytes });
        }
        let context = context_json
            .map(serde_json::from_str)
            .transpose()
            .map_err(|error| Unreadable::NotJson(error.to_string()))?;
        let envelope = Envelope {
            call: head.call.trimmed().and_then(Call::from_word),
            sent: clock::moment(&head.sent_at),
            received_at: clock::moment(&head.received_at),
            sent_at: head.sent_at,
            opted_out: head.opted_out,
            context,
            context_json,
        };
        Ok(Body { write_key: head.write_key, envelope, messages })
    }

    /// The write key in the body, for SDKs that send it there.
    #[must_use]
    pub fn write_key(&self) -> Option<&str> {
        self.write_key.trimmed()
    }

    /// What each message is about, in order, as far as a glance tells; of those beyond [`BATCH_EVENTS_MAX`], which are
    /// not taken, nothing.
    pub fn gists(&self) -> impl Iterator<Item = Option<Gist>> {
        self.messages.iter().take(BATCH_EVENTS_MAX).map(|json| gist::gist(json, &self.envelope))
    }

    /// Reads every message, in order: events, and refusals of what is none.
    #[must_use]
    pub fn read(&self, arrival: &Arrival) -> Vec<Result<Event, Refusal>> {
        let read = self.messages.len().min(BATCH_EVENTS_MAX);
        let (messages, excess) = self.messages.split_at(read);
        let mut found = Vec::with_capacity(read + 1);
        for (index, json) in messages.iter().enumerate() {
            let event = self.read_one(json, index, arrival);
            found.push(event.map_err(|reason| self.refusal(reason, json, arrival)));
        }
        found.extend(Refusal::excess(self.messages.len(), excess, &self.envelope, arrival).map(Err));
        found
    }

    fn refusal(&self, reason: Reason, json: &str, arrival: &Arrival) -> Refusal {
        // Of keys only hashes are kept, so none may stay behind on the rejected list. What is too short
        // to be a key is part of other words.
        let is_key = |key: &&str| key.chars().count() >= KEY_CHARS_MIN && json.contains(key);
        match self.write_key().filter(is_key) {
            Some(key) => Refusal::one(reason, &json.replace(key, "removed"), &self.envelope, arrival),
            None => Refusal::one(reason, json, &self.envelope, arrival),
        }
    }

    fn read_one(&self, json: &str, index: usize, arrival: &Arrival) -> Result<Event, Reason> {
        if json.len() > EVENT_BYTES_MAX {
            return Err(Reason::TooLarge { bytes: json.len() });
        }
        let mended: Cow<'_, str>;
        let message: Result<Message<'_>, _> = match serde_json::from_str(json) {
            Ok(message) => Ok(message),
            Err(error) => {
                mended = surrogates::mended(json);
                if matches!(mended, Cow::Borrowed(_)) { Err(error) } else { serde_json::from_str(&mended) }
            }
        };
        let message = message.map_err(|error| Reason::NotAMessage(error.to_string()))?;
        event::event(message, json, index, &self.envelope, arrival)
    }
}

impl Envelope<'_> {
    /// When the body was first received: now, or earlier if it was refused then and is sent again.
    pub(super) fn received(&self, arrival: &Arrival) -> Timestamp {
        self.received_at.map_or(arrival.received, |first| first.min(arrival.received))
    }
}

/// The outermost object, with all that is within left as it is.
#[derive(Default)]
struct Head<'a> {
    write_key: Field<'a>,
    call: Field<'a>,
    sent_at: Field<'a>,
    received_at: Field<'a>,
    opted_out: bool,
    context: Option<&'a RawValue>,
    batch: Option<Vec<&'a str>>,
    too_many: bool,
}

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut head = Head::default();
        while let Some(Key(key)) = map.next_key()? {
            match key.as_ref() {
                "writeKey" => head.write_key = map.next_value()?,
                "type" => head.call = map.next_value()?,
                "sentAt" => head.sent_at = map.next_value()?,
                "receivedAt" => head.received_at = map.next_value()?,
                "gpc" => head.opted_out = map.next_value::<Flag>()?.0,
                "context" => head.context = Some(map.next_value()?),
                "batch" => {
                    let Messages { texts, too_many } = map.next_value()?;
                    head.batch = texts;
                    head.too_many = too_many;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(head)
    }
}

/// The texts of a batch's messages; none when `batch` is no array.
#[derive(Default)]
struct Messages<'a> {
    texts: Option<Vec<&'a str>>,
    too_many: bool,
}

impl<'de> Deserialize<'de> for Messages<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MessagesVisitor)
    }
}

struct MessagesVisitor;

impl<'de> Visitor<'de> for MessagesVisitor {
    type Value = Messages<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`batch`: an array of messages")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Messages::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::with_capacity(128);
        while let Some(message) = seq.next_element::<&'de RawValue>()? {
            if texts.len() >= EVENTS_READ_MAX {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Messages { texts: Some(texts), too_many: true });
            }
            texts.push(message.get());
        }
        Ok(Messages { texts: Some(texts), too_many: false })
    }
}
