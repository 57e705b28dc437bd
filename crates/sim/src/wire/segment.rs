//! A message as one of Segment's SDKs sends it: what `/v1/batch` takes, and what the company's own bus keeps.

use super::{json_text, money, number, time};
use crate::message::{Channel, Fact, Kind, Message};
use crate::transport::{Sent, Shape};

/// Adds one JSON object, without an end of line. Malformed ones are as they arrive.
pub fn write(sent: &Sent, to: &mut Vec<u8>) {
    let start = to.len();
    let message = &*sent.message;
    let kind = match sent.shape {
        Shape::UnknownKind => "Ordr Compelted",
        Shape::Good | Shape::CutOff | Shape::NoTime | Shape::ForeignTime | Shape::Nobody => {
            message.kind.word()
        }
    };
    let call = if message.kind == Kind::Identified { "identify" } else { "track" };
    to.extend_from_slice(b"{\"type\":\"");
    to.extend_from_slice(call.as_bytes());
    to.extend_from_slice(b"\",\"messageId\":\"m-");
    number(i64::try_from(message.number).expect("fewer messages than that"), to);
    to.extend_from_slice(b"\",\"event\":");
    json_text(kind, to);
    match sent.shape {
        Shape::NoTime => {}
        Shape::ForeignTime => to.extend_from_slice(b",\"timestamp\":\"12.09.2026 14:10\""),
        Shape::Good | Shape::CutOff | Shape::UnknownKind | Shape::Nobody => {
            to.extend_from_slice(b",\"timestamp\":\"");
            time(message.at, to);
            to.push(b'"');
        }
    }
    if matches!(message.channel, Channel::Web | Channel::App) {
        // By the clock of the device, like the time above; opcx takes its error out when it comes by HTTP.
        to.extend_from_slice(b",\"sentAt\":\"");
        time(message.at, to);
        to.push(b'"');
    }
    if sent.shape == Shape::Nobody {
        to.extend_from_slice(b",\"userId\":\"anonymous\",\"context\":{");
    } else {
        people(message, to);
    }
    to.extend_from_slice(b"\"channel\":\"");
    to.extend_from_slice(message.channel.word().as_bytes());
    to.push(b'"');
    if message.by_staff {
        to.extend_from_slice(b",\"by\":\"staff\"");
    }
    if let Some(grants) = message.grants_browsing {
        to.extend_from_slice(b",\"consent\":{\"categoryPreferences\":{\"analytics\":");
        to.extend_from_slice(if grants { b"true" } else { b"false" });
        to.extend_from_slice(b"}}");
    }
    to.extend_from_slice(b"},\"properties\":{");
    properties(message, to);
    to.extend_from_slice(b"}}");
    if sent.shape == Shape::CutOff {
        let length = to.len() - start;
        to.truncate(start + length * 2 / 3);
        // A cut within a letter of several bytes is no text at all; the line is to be one.
        while std::str::from_utf8(&to[start..]).is_err() {
            to.pop();
        }
    }
}

fn people(message: &Message, to: &mut Vec<u8>) {
    let who = &message.who;
    if let Some(user_id) = &who.user_id {
        to.extend_from_slice(b",\"userId\":");
        json_text(user_id, to);
    }
    if let Some(anonymous_id) = &who.anonymous_id {
        to.extend_from_slice(b",\"anonymousId\":");
        json_text(anonymous_id, to);
    }
    to.extend_from_slice(b",\"context\":{");
    if let Some(handle) = &who.handle {
        to.extend_from_slice(b"\"externalIds\":[{\"type\":\"handle\",\"id\":");
        json_text(handle, to);
        to.extend_from_slice(b"}],");
    }
    let traits = [
        ("email", who.email.as_deref()),
        ("phone", who.phone.as_deref()),
        ("handle", who.handle.as_deref()),
        ("first_name", who.first_name),
    ];
    if traits.iter().any(|(_, value)| value.is_some()) {
        to.extend_from_slice(b"\"traits\":{");
        let mut is_first = true;
        for (name, value) in traits {
            let Some(value) = value else { continue };
            comma(&mut is_first, to);
            json_text(name, to);
            to.push(b':');
            json_text(value, to);
        }
        to.extend_from_slice(b"},");
    }
}

fn properties(message: &Message, to: &mut Vec<u8>) {
    let mut is_first = true;
    for (name, fact) in &message.facts {
        comma(&mut is_first, to);
        json_text(name, to);
        to.push(b':');
        match *fact {
            Fact::Word(word) => json_text(word, to),
            Fact::Number(value) => number(value, to),
            Fact::Money(cents) => money(cents, to),
            Fact::Time(at) => {
                to.push(b'"');
                time(at, to);
                to.push(b'"');
            }
            Fact::Order(order) => named(b"o-", order, to),
            Fact::Contact(contact) => named(b"k-", contact, to),
            Fact::Flag(flag) => to.extend_from_slice(if flag { b"true" } else { b"false" }),
        }
    }
    if let Some(said) = &message.said {
        comma(&mut is_first, to);
        to.extend_from_slice(b"\"message\":");
        json_text(said, to);
    }
}

fn comma(is_first: &mut bool, to: &mut Vec<u8>) {
    if !*is_first {
        to.push(b',');
    }
    *is_first = false;
}

fn named(prefix: &[u8], value: u64, to: &mut Vec<u8>) {
    to.push(b'"');
    to.extend_from_slice(prefix);
    number(i64::try_from(value).expect("fewer of them than that"), to);
    to.push(b'"');
}
