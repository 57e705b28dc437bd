//! Tables: a line of column names, a row an event.

use super::System;
use crate::message::{Fact, Kind, Message};
use crate::rhythm;
use crate::transport::{Sent, Shape};
use crate::wire::{money, number, time};

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    Id,
    /// In UTC, as RFC 3339 writes it.
    Utc,
    /// As the clock on the wall shows it.
    Local,
    /// What happened, in the system's own words.
    What,
    Channel,
    UserId,
    Email,
    Phone,
    Handle,
    Fact(&'static str),
    Said,
}

type Columns = &'static [(&'static str, Cell)];

const WAREHOUSE: Columns = &[
    ("booking", Cell::Id),
    ("booked_at", Cell::Utc),
    ("booking_type", Cell::What),
    ("customer_no", Cell::UserId),
    ("customer_email", Cell::Email),
    ("order_no", Cell::Fact("order_id")),
    ("amount", Cell::Fact("order_value")),
    ("warehouse", Cell::Fact("warehouse")),
    ("carrier", Cell::Fact("carrier")),
    ("region", Cell::Fact("region")),
    ("promised_at", Cell::Fact("promised_at")),
];

const CARRIERS: Columns = &[
    ("scan_id", Cell::Id),
    ("scanned_at", Cell::Utc),
    ("carrier", Cell::Fact("carrier")),
    ("status", Cell::What),
    ("reference", Cell::Fact("order_id")),
    ("consignee_email", Cell::Email),
    ("region", Cell::Fact("region")),
    ("promised_at", Cell::Fact("promised_at")),
];

const TILLS: Columns = &[
    ("receipt", Cell::Id),
    ("printed", Cell::Local),
    ("branch", Cell::Fact("branch")),
    ("type", Cell::What),
    ("total", Cell::Fact("order_value")),
    ("currency", Cell::Fact("currency")),
    ("queue_seconds", Cell::Fact("wait_seconds")),
    ("order_no", Cell::Fact("order_id")),
    ("ready_by", Cell::Fact("ready_by")),
    ("member_phone", Cell::Phone),
    ("member_email", Cell::Email),
    ("customer_no", Cell::UserId),
];

const FEEDBACK: Columns = &[
    ("id", Cell::Id),
    ("at", Cell::Utc),
    ("form", Cell::What),
    ("channel", Cell::Channel),
    ("handle", Cell::Handle),
    ("email", Cell::Email),
    ("phone", Cell::Phone),
    ("customer_no", Cell::UserId),
    ("stars", Cell::Fact("stars")),
    ("score", Cell::Fact("score")),
    ("order_no", Cell::Fact("order_id")),
    ("product", Cell::Fact("product")),
    ("branch", Cell::Fact("branch")),
    ("region", Cell::Fact("region")),
    ("text", Cell::Said),
];

/// The columns of a system that writes a table.
pub(super) const fn of(system: System) -> Option<Columns> {
    match system {
        System::WebAndApp | System::ContactCentre => None,
        System::Warehouse => Some(WAREHOUSE),
        System::Carriers => Some(CARRIERS),
        System::Tills => Some(TILLS),
        System::Feedback => Some(FEEDBACK),
    }
}

/// Adds a row.
pub(super) fn write(columns: Columns, sent: &Sent, to: &mut Vec<u8>) {
    // A row that is cut off ends between two columns: a quote that is never closed would spoil all that follows.
    let whole = if sent.shape == Shape::CutOff { columns.len() * 2 / 3 } else { columns.len() };
    let mut text = Vec::new();
    for (place, (_, cell)) in columns[..whole].iter().enumerate() {
        if place > 0 {
            to.push(b',');
        }
        text.clear();
        content(*cell, sent, &mut text);
        quoted(&text, to);
    }
}

fn content(cell: Cell, sent: &Sent, to: &mut Vec<u8>) {
    let message = &*sent.message;
    let is_somebody = sent.shape != Shape::Nobody;
    let mut words = |words: Option<&str>| to.extend_from_slice(words.unwrap_or_default().as_bytes());
    match cell {
        Cell::Id => {
            to.extend_from_slice(b"m-");
            number(i64::try_from(message.number).expect("fewer messages than that"), to);
        }
        Cell::Utc | Cell::Local if sent.shape == Shape::NoTime => {}
        Cell::Utc | Cell::Local if sent.shape == Shape::ForeignTime => words(Some("12.09.2026 14:10")),
        Cell::Utc => time(message.at, to),
        Cell::Local => {
            let start = to.len();
            time(rhythm::on_the_wall(message.at), to);
            // `2026-09-07T10:00:00.000Z` without what a clock on a wall does not show.
            to.truncate(start + "2026-09-07T10:00:00".len());
            to[start + "2026-09-07".len()] = b' ';
        }
        Cell::What if sent.shape == Shape::UnknownKind => words(Some("???")),
        Cell::What => words(Some(own_word(message))),
        Cell::Channel => words(Some(message.channel.word())),
        Cell::UserId => words(message.who.user_id.as_deref().filter(|_| is_somebody)),
        Cell::Email => words(message.who.email.as_deref().filter(|_| is_somebody)),
        Cell::Phone => words(message.who.phone.as_deref().filter(|_| is_somebody)),
        Cell::Handle => words(message.who.handle.as_deref().filter(|_| is_somebody)),
        Cell::Said => words(message.said.as_deref()),
        Cell::Fact(wanted) => {
            if let Some((_, fact)) = message.facts.iter().find(|(name, _)| *name == wanted) {
                plain(*fact, to);
            }
        }
    }
}

/// What happened in the words of the system that tells it.
fn own_word(message: &Message) -> &'static str {
    let scan = message.facts.iter().find_map(|(name, fact)| match fact {
        Fact::Word(word) if *name == "scan" => Some(*word),
        _ => None,
    });
    match (message.kind, scan) {
        (Kind::ParcelScanned, Some(scan)) => scan,
        (Kind::OrderDelivered, _) => "delivered",
        (Kind::OrderShipped, _) => "goods issue",
        (Kind::RefundPaid, _) => "refund",
        (Kind::ReceiptPrinted, _) => "sale",
        (Kind::LoyaltyJoined, _) => "new member",
        (Kind::CollectionPromised, _) => "reserved",
        (Kind::CollectionReady, _) => "ready",
        (Kind::OrderCollected, _) => "collected",
        (Kind::ReviewWritten, _) => "review",
        (Kind::PublicPost, _) => "post",
        (Kind::SurveyAnswered, _) => "survey",
        (kind, _) => kind.word(),
    }
}

fn plain(fact: Fact, to: &mut Vec<u8>) {
    let mut numbered = |prefix: &[u8], value: u64| {
        to.extend_from_slice(prefix);
        number(i64::try_from(value).expect("fewer of them than that"), to);
    };
    match fact {
        Fact::Order(order) => numbered(b"o-", order),
        Fact::Contact(contact) => numbered(b"k-", contact),
        Fact::Word(word) => to.extend_from_slice(word.as_bytes()),
        Fact::Number(value) => number(value, to),
        Fact::Money(cents) => money(cents, to),
        Fact::Time(at) => time(at, to),
        Fact::Flag(flag) => to.extend_from_slice(if flag { b"yes" } else { b"no" }),
    }
}

/// Adds a value as RFC 4180 writes it.
fn quoted(text: &[u8], to: &mut Vec<u8>) {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        to.extend_from_slice(text);
        return;
    }
    to.push(b'"');
    for &byte in text {
        if byte == b'"' {
            to.push(b'"');
        }
        to.push(byte);
    }
    to.push(b'"');
}
