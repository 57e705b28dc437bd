//! How a parcel is written as JSON: `{type, timestamp, data}`, as Standard Webhooks asks.
//!
//! This is what receivers' programs are written against, so it is spelt out here and does not
//! follow the core's types by itself.

use compact_str::CompactString;
use opcx_core::effects::{Content, EventNews, Parcel};
use opcx_core::event::{Facts, Value};
use opcx_core::promise::Promise;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// What a receiver of webhooks gets.
pub(super) fn body(parcel: &Parcel) -> Vec<u8> {
    serde_json::to_vec(&Payload::of(parcel)).expect("texts, numbers and lists of them always serialise")
}

/// The same with the parcel's id and endpoint, on one line without its end.
pub(super) fn line(parcel: &Parcel) -> String {
    let line = Line { id: parcel.id.to_string(), to: &parcel.to, payload: Payload::of(parcel) };
    serde_json::to_string(&line).expect("texts, numbers and lists of them always serialise")
}

#[derive(serde::Serialize)]
struct Line<'a> {
    id: String,
    to: &'a str,
    #[serde(flatten)]
    payload: Payload<'a>,
}

#[derive(serde::Serialize)]
struct Payload<'a> {
    r#type: String,
    timestamp: String,
    data: Data<'a>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Message {
        customer: String,
        template: &'a str,
        text: &'a str,
    },
    Notice {
        customer: String,
        playbook: &'a str,
        because: &'a str,
        who: &'a [CompactString],
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<EventData<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        promise: Option<PromiseData<'a>>,
    },
}

#[derive(serde::Serialize)]
struct EventData<'a> {
    kind: &'a str,
    channel: &'a str,
    happened: String,
    facts: FactsData<'a>,
}

#[derive(serde::Serialize)]
struct PromiseData<'a> {
    id: String,
    promise: &'a str,
    state: &'a str,
    made: String,
    due: String,
    facts: FactsData<'a>,
}

impl Payload<'_> {
    fn of(parcel: &Parcel) -> Payload<'_> {
        let customer = parcel.customer.to_string();
        let data = match &parcel.content {
            Content::Message { template, text } => Data::Message { customer, template, text },
            Content::Notice { playbook, because, who, event, promise } => Data::Notice {
                customer,
                playbook,
                because,
                who,
                event: event.as_deref().map(event_data),
                promise: promise.as_deref().map(promise_data),
            },
        };
        Payload { r#type: type_of(&parcel.kind), timestamp: parcel.decided.to_string(), data }
    }
}

/// A kind in the letters that Standard Webhooks allows; what is none of them becomes `_`.
fn type_of(kind: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    kind.chars().map(|letter| if allowed(letter) { letter } else { '_' }).collect()
}

fn event_data(event: &EventNews) -> EventData<'_> {
    EventData {
        kind: &event.kind,
        channel: &event.channel,
        happened: event.happened.to_string(),
        facts: FactsData(&event.facts),
    }
}

fn promise_data(promise: &Promise) -> PromiseData<'_> {
    PromiseData {
        id: promise.id.to_string(),
        promise: &promise.name,
        state: promise.state.word(),
        made: promise.made.to_string(),
        due: promise.due.to_string(),
        facts: FactsData(&promise.facts),
    }
}

/// Facts as an object, without the marks of their types.
struct FactsData<'a>(&'a Facts);

impl Serialize for FactsData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            object.serialize_entry(name, &ValueData(value))?;
        }
        object.end()
    }
}

struct ValueData<'a>(&'a Value);

impl Serialize for ValueData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => match whole(*value) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*value),
            },
            Value::Text(value) => serializer.serialize_str(value),
            Value::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&ValueData(value))?;
                }
                list.end()
            }
        }
    }
}

/// The number as a whole one, if it is one and exact: so an order's number is `7` and not `7.0`.
fn whole(value: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, so nothing is cut off")]
    (value.fract() == 0.0 && value.abs() <= EXACT_MAX).then_some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use opcx_core::customer::{CustomerId, DeedId};
    use opcx_core::delivery::ParcelId;
    use opcx_core::log::Position;
    use opcx_core::promise::{PromiseId, PromiseState};
    use opcx_core::time::{Span, Timestamp};

    const NOON: Timestamp = Timestamp::from_millis(1_700_049_600_000);

    #[expect(clippy::needless_pass_by_value, reason = "`expect!` makes values")]
    fn check(kind: &str, content: Content, expected: Expect) {
        let customer = CustomerId(Position::new(7));
        let parcel = Parcel {
            id: ParcelId(DeedId { customer, number: 3 }),
            customer,
            to: "crm".into(),
            kind: kind.into(),
            decided: NOON,
            not_before: NOON,
            content,
        };
        let body = String::from_utf8(body(&parcel)).expect("JSON is UTF-8");
        let inside = body.strip_prefix('{').expect("the payload is an object");
        assert_eq!(line(&parcel), format!(r#"{{"id":"msg_c7_3","to":"crm",{inside}"#));
        let value: serde_json::Value = serde_json::from_str(&body).expect("the payload is JSON");
        expected.assert_eq(&serde_json::to_string_pretty(&value).expect("it was just read"));
    }

    #[test]
    fn a_message_is_its_words() {
        let text = "Your parcel is late.\nWe are sorry, \"Ms\" Müller.".into();
        check(
            "message.späte-lieferung",
            Content::Message { template: "späte-lieferung".into(), text },
            expect![[r#"
                {
                  "data": {
                    "customer": "c7",
                    "template": "späte-lieferung",
                    "text": "Your parcel is late.\nWe are sorry, \"Ms\" Müller."
                  },
                  "timestamp": "2023-11-15T12:00:00Z",
                  "type": "message.sp_te_lieferung"
                }"#]],
        );
    }

    #[test]
    fn a_notice_tells_why_about_whom_and_what_is_at_hand() {
        let facts = |pairs: &[(&str, Value)]| {
            Facts::from_pairs(pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
                .expect("a few facts")
        };
        let list = Value::List(vec![Value::Text("a".into()), Value::Number(1.0)]);
        let event = EventNews {
            kind: "Parcel Delayed".into(),
            channel: "carrier".into(),
            happened: NOON - Span::HOUR,
            facts: facts(&[
                ("hours_late", Value::Number(26.5)),
                ("items", list),
                ("order", Value::Number(4711.0)),
                ("weight", Value::Number(1e300)),
                ("express", Value::Bool(true)),
            ]),
        };
        let promise = Promise {
            id: PromiseId::Event { position: Position::new(9), number: 0 },
            name: "delivered-by".into(),
            made: NOON - Span::DAY,
            due: NOON + Span::HOUR,
            warn: None,
            state: PromiseState::AtRisk,
            facts: facts(&[("order", Value::Text("4711".into()))]),
            record: Position::new(9),
            settled: None,
            made_good: None,
        };
        check(
            "playbook.late-delivery",
            Content::Notice {
                playbook: "late-delivery".into(),
                because: "promise delivered-by at risk".into(),
                who: vec!["email:ann@example.com".into(), "handle:ann".into()],
                event: Some(Box::new(event)),
                promise: Some(Box::new(promise)),
            },
            expect![[r#"
                {
                  "data": {
                    "because": "promise delivered-by at risk",
                    "customer": "c7",
                    "event": {
                      "channel": "carrier",
                      "facts": {
                        "express": true,
                        "hours_late": 26.5,
                        "items": [
                          "a",
                          1
                        ],
                        "order": 4711,
                        "weight": 1e+300
                      },
                      "happened": "2023-11-15T11:00:00Z",
                      "kind": "Parcel Delayed"
                    },
                    "playbook": "late-delivery",
                    "promise": {
                      "due": "2023-11-15T13:00:00Z",
                      "facts": {
                        "order": "4711"
                      },
                      "id": "promise_9_0",
                      "made": "2023-11-14T12:00:00Z",
                      "promise": "delivered-by",
                      "state": "at risk"
                    },
                    "who": [
                      "email:ann@example.com",
                      "handle:ann"
                    ]
                  },
                  "timestamp": "2023-11-15T12:00:00Z",
                  "type": "playbook.late_delivery"
                }"#]],
        );
    }

    #[test]
    fn what_is_not_at_hand_is_left_out() {
        check(
            "playbook.silence",
            Content::Notice {
                playbook: "silence".into(),
                because: "silence 14d".into(),
                who: Vec::new(),
                event: None,
                promise: None,
            },
            expect![[r#"
                {
                  "data": {
                    "because": "silence 14d",
                    "customer": "c7",
                    "playbook": "silence",
                    "who": []
                  },
                  "timestamp": "2023-11-15T12:00:00Z",
                  "type": "playbook.silence"
                }"#]],
        );
    }
}
