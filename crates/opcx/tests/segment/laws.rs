//! Laws that hold for any bytes.

use opcx::segment::{Arrival, Body, Call, text};
use opcx_core::record::REJECTED_BYTES_MAX;
use opcx_core::time::Timestamp;
use proptest::prelude::*;

fn arrival() -> Arrival {
    Arrival {
        source: "shop".into(),
        route: "/v1/batch",
        received: Timestamp::from_millis(1_795_000_000_000),
        request: 0,
        address: None,
        opted_out: false,
    }
}

/// JSON of any shape, with the names that mean something among its keys.
fn json() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("1e999".to_owned()),
        Just(r#""\ud83d""#.to_owned()),
        Just(r#""u-1""#.to_owned()),
        Just(r#""track""#.to_owned()),
        Just(r#""2026-11-21T10:00:00Z""#.to_owned()),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let key = prop_oneof![
        Just("type".to_owned()),
        Just("event".to_owned()),
        Just("userId".to_owned()),
        Just("messageId".to_owned()),
        Just("timestamp".to_owned()),
        Just("sentAt".to_owned()),
        Just("properties".to_owned()),
        Just("traits".to_owned()),
        Just("context".to_owned()),
        Just("consent".to_owned()),
        Just("categoryPreferences".to_owned()),
        Just("externalIds".to_owned()),
        Just("message".to_owned()),
        any::<String>(),
    ];
    plain.prop_recursive(6, 64, 8, move |inner| {
        let object = prop::collection::vec((key.clone(), inner.clone()), 0..8).prop_map(|entries| {
            let entries: Vec<_> = entries
                .into_iter()
                .map(|(key, value)| format!("{}:{value}", serde_json::Value::from(key)))
                .collect();
            format!("{{{}}}", entries.join(","))
        });
        let array =
            prop::collection::vec(inner, 0..8).prop_map(|elements| format!("[{}]", elements.join(",")));
        prop_oneof![object, array]
    })
}

const VALID: &str = r#"{"type":"track","event":"Valid","messageId":"valid","userId":"u"}"#;

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = text(&bytes);
        for call in [None, Some(Call::Track)] {
            if let Ok(body) = Body::open(&text, call) {
                let _ = body.read(&arrival());
            }
        }
    }

    #[test]
    fn a_valid_message_survives_whatever_stands_beside_it(
        before in prop::collection::vec(json(), 0..4),
        after in prop::collection::vec(json(), 0..4),
    ) {
        let mut messages = before.clone();
        messages.push(VALID.to_owned());
        messages.extend(after.clone());
        let body = format!(r#"{{"batch":[{}]}}"#, messages.join(","));
        let read = Body::open(&body, None).expect("it is JSON").read(&arrival());

        prop_assert_eq!(read.len(), messages.len(), "one answer for each, in order");
        let valid = read[before.len()].as_ref().expect("it is valid");
        prop_assert_eq!(valid.kind.as_str(), "Valid");
        for refused in read.iter().filter_map(|read| read.as_ref().err()) {
            prop_assert!(refused.rejected.raw.len() <= REJECTED_BYTES_MAX);
        }
    }

    #[test]
    fn a_message_means_the_same_alone_and_in_a_batch(message in json()) {
        let batch = format!(r#"{{"batch":[{message}]}}"#);
        let in_batch = Body::open(&batch, None).expect("it is JSON").read(&arrival()).remove(0);
        // Alone, what is no object is no body, and the route tells the call.
        if let (Ok(alone), Ok(event)) = (Body::open(&message, Some(Call::Alias)), &in_batch) {
            let alone = alone.read(&arrival()).remove(0);
            prop_assert_eq!(alone.as_ref().ok(), Some(event));
        }
    }
}
