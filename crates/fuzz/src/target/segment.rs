use opcx::segment::{Arrival, BODY_BYTES_MAX, Body, Call, EVENTS_READ_MAX, Reason, Refusal, text};
use opcx_core::event::Event;
use opcx_core::record::{Entry, REJECTED_BYTES_MAX};
use opcx_store::Encoded;

use super::{NOW, choice};

pub(crate) fn check(bytes: &[u8]) {
    let (way, bytes) = choice(bytes);
    // One way more than there are calls: a batch.
    let call = Call::ALL.get(way % (Call::ALL.len() + 1)).copied();
    let text = text(bytes);
    let body = match Body::open(&text, call) {
        Ok(body) => body,
        Err(unreadable) => {
            assert!(!unreadable.code().is_empty() && !unreadable.to_string().is_empty());
            return;
        }
    };
    let arrival = Arrival {
        source: "web".into(),
        route: "/v1/batch",
        received: NOW,
        request: 7,
        address: None,
        opted_out: false,
    };
    let read = body.read(&arrival);
    assert!(read.len() <= EVENTS_READ_MAX && text.len() <= BODY_BYTES_MAX);
    assert_eq!(read, body.read(&arrival), "the same body reads the same");
    for read in read {
        match read {
            Ok(event) => survives_the_log(event),
            Err(refusal) => is_refused_again(&refusal, &arrival),
        }
    }
}

fn survives_the_log(event: Event) {
    assert!(!event.id.is_empty() && !event.who.is_empty(), "{event:?}");
    let entry = Entry::Event(event);
    assert_eq!(Encoded::of(&entry).decode().as_ref(), Ok(&entry));
}

/// What was refused and is whole is a batch of its own, refused again for the same reason.
fn is_refused_again(refusal: &Refusal, first: &Arrival) {
    let Refusal { reason, messages, rejected } = refusal;
    assert!(*messages > 0 && !rejected.reason.is_empty(), "{refusal:?}");
    assert!(rejected.raw.len() <= REJECTED_BYTES_MAX, "{}", rejected.raw.len());
    // What came too many is read once it comes alone; what was cut off is no JSON any more.
    // A write key is taken out of it.
    if matches!(reason, Reason::BatchExcess { .. })
        || rejected.raw.len() + 3 >= REJECTED_BYTES_MAX
        || rejected.raw.contains("removed")
    {
        return;
    }
    let again = Arrival::again(rejected, NOW, 8);
    assert_eq!(again.source, first.source);
    let body = Body::open(&rejected.raw, None).expect("what was read once is JSON");
    let codes: Vec<&str> = body
        .read(&again)
        .iter()
        .map(|read| match read {
            Ok(_) => "an event",
            Err(refusal) => refusal.reason.code(),
        })
        .collect();
    assert_eq!(codes, [reason.code()], "{}", rejected.raw);
}
