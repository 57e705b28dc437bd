//! What a message is about, read at a glance: enough to weigh it, for a third of what reading it takes.
//!
//! Never too light: whatever could make the event grave once it is read whole is found here, and what cannot be told
//! at a glance is said to be so.

use std::fmt;

use opcx_core::event::Origin;
use opcx_engine::Gist;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::body::Envelope;
use super::event::{call, kind, origin};
use super::field::{Field, Key};
use super::message::Call;
use super::said::SAID;

/// The gist of a message; `None` if it cannot be told.
pub(super) fn gist(json: &str, envelope: &Envelope<'_>) -> Option<Gist> {
    let glance: Glance<'_> = serde_json::from_str(json).ok()?;
    let call = call(&glance.call, envelope).ok()?;
    let of_message = glance.context.map_or(Origin::Customer, |context| origin(&context.by));
    let of_batch = envelope.context.as_ref().map_or(Origin::Customer, |context| origin(&context.by));
    // What a probe does is taken for a customer's, which is never lighter.
    let is_staffs = [of_message, of_batch].contains(&Origin::Staff);
    Some(Gist {
        kind: kind(call, &glance.event).ok()?,
        speaks: call == Call::Track && glance.properties.may_speak,
        origin: if is_staffs { Origin::Staff } else { Origin::Customer },
    })
}

/// A message, seen from afar. A field that comes twice is an error here.
#[derive(serde::Deserialize)]
struct Glance<'a> {
    #[serde(borrow, default, rename = "type")]
    call: Field<'a>,
    #[serde(borrow, default)]
    event: Field<'a>,
    #[serde(borrow, default)]
    context: Option<Context<'a>>,
    #[serde(default)]
    properties: Properties,
}

#[derive(serde::Deserialize)]
struct Context<'a> {
    #[serde(borrow, default)]
    by: Field<'a>,
}

/// Whether any of the properties could hold somebody's words, by its name.
#[derive(Default)]
struct Properties {
    may_speak: bool,
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PropertiesVisitor)
    }
}

struct PropertiesVisitor;

impl<'de> Visitor<'de> for PropertiesVisitor {
    type Value = Properties;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or nothing")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Properties::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Properties::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut may_speak = false;
        while let Some(Key(key)) = map.next_key()? {
            // What lies below a name without letters is called as if it did not.
            may_speak |= key.is_empty() || SAID.contains(&key.as_ref());
            map.next_value::<IgnoredAny>()?;
        }
        Ok(Properties { may_speak })
    }
}

#[cfg(test)]
mod tests {
    use opcx_core::time::Timestamp;
    use opcx_engine::Weight;
    use proptest::prelude::*;

    use super::super::{Arrival, Body};
    use super::*;

    fn arrival() -> Arrival {
        Arrival {
            source: "web".into(),
            route: "/v1/batch",
            received: Timestamp::EPOCH,
            request: 0,
            address: None,
            opted_out: false,
        }
    }

    fn gists(body: &str) -> Vec<Option<(String, bool, Origin)>> {
        let body = Body::open(body, None).expect("a batch");
        let told =
            body.gists().map(|gist| gist.map(|gist| (gist.kind.to_string(), gist.speaks, gist.origin)));
        told.collect()
    }

    #[test]
    fn a_glance_tells_what_happened_whether_somebody_speaks_and_whether_staff_did_it() {
        let body = r#"{"type": "page", "batch": [
            {"userId": "1"},
            {"type": "track", "event": "Order Placed", "properties": {"total": 3, "items": [{"text": "mug"}]}},
            {"type": "track", "event": "Complained", "properties": {"m\u0065ssage": "it broke"}},
            {"type": "page", "properties": {"message": "no words of a track call"}},
            {"type": "track", "event": "Replied", "context": {"by": "staff", "page": {"url": "/"}}},
            {"type": "dance"},
            {"type": "track"},
            {"type": "track", "event": "Twice", "properties": {}, "properties": {"text": "hello"}},
            7
        ]}"#;
        let told = |kind: &str, speaks, origin| Some((kind.to_owned(), speaks, origin));
        assert_eq!(
            gists(body),
            [
                told("Page Viewed", false, Origin::Customer),
                told("Order Placed", false, Origin::Customer),
                told("Complained", true, Origin::Customer),
                told("Page Viewed", false, Origin::Customer),
                told("Replied", false, Origin::Staff),
                None,
                None,
                None,
                None,
            ]
        );
        let by_staff =
            r#"{"context": {"by": "staff"}, "batch": [{"type": "page", "context": {"by": "probe"}}]}"#;
        assert_eq!(gists(by_staff), [told("Page Viewed", false, Origin::Staff)]);
    }

    /// A name as it could stand in a message, some of them written with escapes.
    fn name() -> impl Strategy<Value = String> {
        const NAMES: &[&str] =
            &["message", "text", "by", "context", "properties", "event", "type", "total", "", "a.text"];
        let escaped =
            |name: &str| name.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect();
        (prop::sample::select(NAMES), any::<bool>())
            .prop_map(move |(name, escape)| if escape { escaped(name) } else { name.to_owned() })
    }

    fn value() -> impl Strategy<Value = String> {
        const WORDS: &[&str] =
            &["staff", "probe", "track", "page", "Order Placed", "it broke", " ", "\\ud83d"];
        let plain = prop_oneof![
            4 => prop::sample::select(WORDS).prop_map(|word| format!("\"{word}\"")),
            1 => Just("7".to_owned()),
            1 => Just("null".to_owned()),
        ];
        plain.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                3 => object(inner.clone()),
                1 => prop::collection::vec(inner, 0..3).prop_map(|all| format!("[{}]", all.join(","))),
            ]
        })
    }

    fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
        let entry = (name(), value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop::collection::vec(entry, 0..5).prop_map(|all| format!("{{{}}}", all.join(",")))
    }

    proptest! {
        #[test]
        fn law_12_whatever_is_grave_when_read_whole_is_not_ordinary_at_a_glance(
            message in object(value()),
            context in value(),
            speaks in any::<bool>(),
        ) {
            let rest = message.trim_start_matches('{');
            let comma = if rest == "}" { "" } else { "," };
            let words = if speaks { r#","properties":{"review":"bad"}"# } else { "" };
            let message = format!(r#"{{"userId":"1","type":"track","event":"A"{words}{comma}{rest}"#);
            let body = format!(r#"{{"context":{context},"batch":[{message}]}}"#);
            // A context may be no context; then nothing of the body is read.
            let Ok(body) = Body::open(&body, None) else { return Ok(()) };
            for (read, glance) in body.read(&arrival()).into_iter().zip(body.gists()) {
                if let Ok(event) = read && Gist::of(&event).weight(None) == Weight::Grave {
                    prop_assert!(glance.is_none_or(|glance| glance.weight(None) == Weight::Grave), "{message}");
                }
            }
        }

        #[test]
        fn what_is_read_whole_is_called_at_a_glance_as_it_is_then(message in object(value())) {
            let body = format!(r#"{{"type":"page","batch":[{message}]}}"#);
            let body = Body::open(&body, None).expect("a batch");
            for (read, glance) in body.read(&arrival()).into_iter().zip(body.gists()) {
                if let (Ok(event), Some(glance)) = (read, glance) {
                    prop_assert_eq!(event.kind, glance.kind);
                }
            }
        }
    }
}
