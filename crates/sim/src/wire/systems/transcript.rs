//! Transcripts of the contact centre: a JSON object a line, the turns of customer and agent in it. What an agent says is
//! said by staff, and marked so.
//!
//! One turn is the event that the truth knows, under its id; what the agent says around it has ids of its own.

use opcx_core::time::{Span, Timestamp};

use crate::message::{Channel, Fact, Kind, Message};
use crate::random::Random;
use crate::texts;
use crate::transport::{Sent, Shape};
use crate::wire::{json_text, number, time};

/// How long after another turn the next one comes.
const TURN: Span = Span::SECOND.times(20);

/// One turn.
struct Turn {
    /// What tells its id from that of the turn which the truth knows.
    after_id: &'static str,
    role: &'static str,
    what: &'static str,
    at: Timestamp,
    text: Option<String>,
}

/// Adds a line.
pub(super) fn write(sent: &Sent, to: &mut Vec<u8>) {
    let start = to.len();
    let message = &*sent.message;
    to.extend_from_slice(b"{\"conversation\":\"");
    let contact = message.facts.iter().find_map(|(_, fact)| match fact {
        Fact::Contact(contact) => Some(*contact),
        _ => None,
    });
    to.extend_from_slice(b"k-");
    number(contact.and_then(|contact| i64::try_from(contact).ok()).unwrap_or(0), to);
    to.extend_from_slice(b"\",\"channel\":\"");
    to.extend_from_slice(message.channel.word().as_bytes());
    to.extend_from_slice(b"\",\"customer\":{");
    if sent.shape != Shape::Nobody {
        customer(message, to);
    }
    to.extend_from_slice(b"}");
    for (name, fact) in &message.facts {
        let known = match fact {
            Fact::Word(word) => Some(format!("\"{word}\"")),
            Fact::Number(value) => Some(value.to_string()),
            Fact::Order(order) => Some(format!("\"o-{order}\"")),
            Fact::Flag(flag) => Some(flag.to_string()),
            // The conversation's own name says it, and there is no money or time in one.
            Fact::Contact(_) | Fact::Money(_) | Fact::Time(_) => None,
        };
        if let Some(known) = known {
            to.extend_from_slice(format!(",\"{name}\":{known}").as_bytes());
        }
    }
    to.extend_from_slice(b",\"turns\":[");
    for (place, turn) in turns(message).iter().enumerate() {
        if place > 0 {
            to.push(b',');
        }
        write_turn(sent, turn, to);
    }
    to.extend_from_slice(b"]}");
    if sent.shape == Shape::CutOff {
        let length = to.len() - start;
        to.truncate(start + length * 2 / 3);
        // A cut within a letter of several bytes is no text at all; the line is to be one.
        while std::str::from_utf8(&to[start..]).is_err() {
            to.pop();
        }
    }
}

fn customer(message: &Message, to: &mut Vec<u8>) {
    let who = &message.who;
    let named = [
        ("customer_no", who.user_id.as_deref()),
        ("email", who.email.as_deref()),
        ("phone", who.phone.as_deref()),
        ("device", who.anonymous_id.as_deref()),
    ];
    let mut is_first = true;
    for (name, value) in named {
        let Some(value) = value else { continue };
        if !is_first {
            to.push(b',');
        }
        is_first = false;
        json_text(name, to);
        to.push(b':');
        json_text(value, to);
    }
}

fn write_turn(sent: &Sent, turn: &Turn, to: &mut Vec<u8>) {
    to.extend_from_slice(b"{\"id\":\"m-");
    number(i64::try_from(sent.message.number).expect("fewer messages than that"), to);
    to.extend_from_slice(turn.after_id.as_bytes());
    to.extend_from_slice(b"\",\"role\":\"");
    to.extend_from_slice(turn.role.as_bytes());
    to.extend_from_slice(b"\",\"what\":\"");
    to.extend_from_slice(if sent.shape == Shape::UnknownKind { b"???" } else { turn.what.as_bytes() });
    to.push(b'"');
    match sent.shape {
        Shape::NoTime => {}
        Shape::ForeignTime => to.extend_from_slice(b",\"at\":\"12.09.2026 14:10\""),
        Shape::Good | Shape::CutOff | Shape::UnknownKind | Shape::Nobody => {
            to.extend_from_slice(b",\"at\":\"");
            time(turn.at, to);
            to.push(b'"');
        }
    }
    if let Some(text) = &turn.text {
        to.extend_from_slice(b",\"text\":");
        json_text(text, to);
    }
    to.push(b'}');
}

/// What is said, in its order.
fn turns(message: &Message) -> Vec<Turn> {
    // The agent's words are no part of anybody's life: they are drawn by the message's number alone.
    let mut random = Random::stream(message.number, u64::MAX);
    let mut agent = |rule: &str| Some(texts::of_staff(&mut random, rule));
    let at = message.at;
    let known = |role, what, text: Option<String>| Turn { after_id: "", role, what, at, text };
    let talk = |after_id, at, text| Turn { after_id, role: "agent", what: "talk", at, text };
    let said = || message.said.clone();
    match (message.kind, message.channel) {
        (Kind::MessageReceived, Channel::Chat) => {
            vec![talk("-a", at, agent("greet")), known("customer", "message", said())]
        }
        (Kind::MessageReceived, _) => vec![known("customer", "message", said())],
        (Kind::CallReceived, _) => {
            let is_solved = message.facts.contains(&("solved", Fact::Flag(true)));
            vec![
                talk("-a", at, agent("greet")),
                known("customer", "call", said()),
                talk("-b", at + TURN, agent("ask")),
                talk("-c", at + TURN + TURN, agent(if is_solved { "solve" } else { "regret" })),
            ]
        }
        (Kind::MessageAnswered, _) => {
            let is_solved = message.facts.contains(&("solved", Fact::Flag(true)));
            vec![known("agent", "answer", agent(if is_solved { "solve" } else { "regret" }))]
        }
        (_, _) => vec![known("agent", "call back", agent("call-back"))],
    }
}
