//! A message becomes an event.

use compact_str::{CompactString, format_compact};
use opcx_core::event::{Event, Facts, Name, Origin, Value};
use opcx_core::time::Timestamp;

use super::body::Envelope;
use super::field::Field;
use super::flatten::Pairs;
use super::message::{Call, Message};
use super::{Arrival, Reason, channel, clock, consent, said, who};

/// Longest `event` of a track call, in bytes: it is a name, not a text.
pub(super) const KIND_BYTES_MAX: usize = 200;
/// Longest message id that is kept as it is, as in Segment. Of a longer one the hash is kept.
const MESSAGE_ID_CHARS_MAX: usize = 100;
/// Longest excerpt of a wrong value in a reason.
const EXCERPT_CHARS_MAX: usize = 40;

/// The event that a message tells of. `json` is the message's text, `index` its place in its body.
pub(super) fn event(
    message: Message<'_>,
    json: &str,
    index: usize,
    envelope: &Envelope<'_>,
    arrival: &Arrival,
) -> Result<Event, Reason> {
    let call = call(&message.call, envelope)?;
    let kind = kind(call, &message.event)?;
    let mut message = message;
    if let Some(batch) = &envelope.context {
        message.context = message.context.within(batch);
    }
    let who = who::who(call, &message);
    if who.is_empty() {
        return Err(Reason::NoIdentifier);
    }
    let received = envelope.received(arrival);
    Ok(Event {
        source: arrival.source.clone(),
        id: id(&message.message_id, json, index, arrival),
        happened: happened(&message, envelope, received),
        channel: channel::channel(call, &message),
        who,
        reading: None,
        consents: consent::statements(
            message.context.preferences.as_ref(),
            kind == consent::UPDATED,
            arrival.opted_out || envelope.opted_out,
        ),
        masked: Vec::new(),
        origin: origin(&message.context.by),
        said: if call == Call::Track { said::take(&mut message.properties) } else { None },
        facts: facts(call, message, arrival)?,
        kind,
    })
}

pub(super) fn call(sent: &Field<'_>, envelope: &Envelope<'_>) -> Result<Call, Reason> {
    match sent.trimmed() {
        Some(word) => Call::from_word(word).ok_or_else(|| Reason::TypeUnknown(Some(excerpt(word)))),
        None => envelope.call.ok_or(Reason::TypeUnknown(None)),
    }
}

/// The event's kind: of a track call what happened, of the others our words for it.
pub(super) fn kind(call: Call, event: &Field<'_>) -> Result<Name, Reason> {
    Ok(match call {
        Call::Track => {
            let event = event.trimmed().ok_or(Reason::EventMissing)?;
            if event.len() > KIND_BYTES_MAX {
                return Err(Reason::EventTooLong { bytes: event.len() });
            }
            Name::from(event)
        }
        Call::Identify => Name::const_new("Identified"),
        Call::Page => Name::const_new("Page Viewed"),
        Call::Screen => Name::const_new("Screen Viewed"),
        Call::Group => Name::const_new("Group Joined"),
        Call::Alias => Name::const_new("Aliased"),
    })
}

/// The message's own id. Without one the event gets an id that no other has, not even the same
/// message sent again: it is then counted again, since two alike may well be two.
fn id(sent: &Field<'_>, json: &str, index: usize, arrival: &Arrival) -> CompactString {
    let Some(sent) = sent.trimmed() else {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&arrival.received.as_millis().to_le_bytes());
        hasher.update(&arrival.request.to_le_bytes());
        hasher.update(&u64::try_from(index).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(json.as_bytes());
        return hashed("none", &hasher.finalize());
    };
    // Bytes are quicker to count than characters, and never fewer.
    if sent.len() <= MESSAGE_ID_CHARS_MAX || sent.chars().count() <= MESSAGE_ID_CHARS_MAX {
        return sent.into();
    }
    hashed("long", &blake3::hash(sent.as_bytes()))
}

fn hashed(why: &str, hash: &blake3::Hash) -> CompactString {
    format_compact!("{why}-{}", &hash.to_hex()[..32])
}

fn happened(message: &Message<'_>, envelope: &Envelope<'_>, received: Timestamp) -> Timestamp {
    let original = clock::moment(&message.original_timestamp).or_else(|| clock::moment(&message.timestamp));
    // A batch that waited in a queue is stamped anew when it is sent, its messages are not.
    if envelope.sent.is_some() {
        return clock::happened(original, envelope.sent, received);
    }
    let sent = clock::moment(&message.sent_at);
    // A message passed on by another system brings both times of its first journey.
    let first_received =
        clock::moment(&message.received_at).filter(|&first| sent.is_some() && first < received);
    clock::happened(original, sent, first_received.unwrap_or(received))
}

pub(super) fn origin(by: &Field<'_>) -> Origin {
    match by.trimmed() {
        Some("staff") => Origin::Staff,
        Some("probe") => Origin::Probe,
        Some(_) | None => Origin::Customer,
    }
}

/// Everything the message says as facts. Of a name that comes twice the properties' value counts,
/// then the traits', then the context's.
fn facts(call: Call, message: Message<'_>, arrival: &Arrival) -> Result<Facts, Reason> {
    let context = message.context;
    let group_id = if message.group_id.0.is_some() { message.group_id } else { context.group_id };
    let named = match call {
        Call::Page | Call::Screen => [("category", message.category), ("name", message.name)],
        Call::Identify | Call::Track | Call::Group | Call::Alias => [("", Field(None)), ("", Field(None))],
    };
    let mut pairs: Pairs = context.pairs;
    pairs.reserve(context.traits.len() + message.traits.len() + message.properties.len() + 4);
    if let (true, Some(address)) = (context.direct, arrival.address) {
        pairs.push((Name::const_new("ip"), Value::Text(format_compact!("{address}"))));
    }
    pairs.extend(context.traits);
    match call {
        // What is known about the group is not known about the person.
        Call::Group => pairs
            .extend(message.traits.into_iter().map(|(name, value)| (format_compact!("group.{name}"), value))),
        Call::Identify | Call::Track | Call::Page | Call::Screen | Call::Alias => {
            pairs.extend(message.traits);
        }
    }
    pairs.extend(message.properties);
    for (name, field) in named.into_iter().chain([("group.id", group_id)]) {
        if let Some(text) = field.trimmed() {
            pairs.push((Name::const_new(name), Value::Text(text.into())));
        }
    }
    Ok(Facts::from_pairs(pairs)?)
}

fn excerpt(text: &str) -> CompactString {
    text.chars().take(EXCERPT_CHARS_MAX).collect()
}
