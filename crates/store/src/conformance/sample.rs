//! Small values to store, told apart by a number each.

use opcx_core::case::{Brief, Case, CaseId, CaseState};
use opcx_core::customer::{Customer, CustomerId, DeedId};
use opcx_core::definitions::Version;
use opcx_core::delivery::ParcelId;
use opcx_core::effects::{Content, Moment, Parcel};
use opcx_core::event::{Event, Facts, Origin};
use opcx_core::identity::{Identifier, IdentifierKind, Person};
use opcx_core::log::{Lane, Position};
use opcx_core::map::Outcome;
use opcx_core::playbook::Priority;
use opcx_core::promise::{Promise, PromiseId, PromiseState};
use opcx_core::reading::{Found, Model, Reading, Tier, Unknown};
use opcx_core::receipt::{Decisions, Receipt, Refused, Verdict};
use opcx_core::record::{Entry, Rejected};
use opcx_core::rollup::{Rollup, RollupKey, Split};
use opcx_core::time::Timestamp;

use crate::{Commit, CustomerChange, Draft, Encoded, Progress, Written};

/// The position of that number.
#[must_use]
pub const fn position(number: u64) -> Position {
    Position::new(number)
}

/// The customer whom the record of that number first told of.
#[must_use]
pub const fn id(number: u64) -> CustomerId {
    CustomerId(Position::new(number))
}

/// So many milliseconds after the epoch.
#[must_use]
pub const fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An event to append, with a text of that many bytes.
#[must_use]
pub fn draft(number: u64, text_bytes: usize) -> Draft {
    let event = Event {
        source: "sample".into(),
        id: format!("event-{number}").into(),
        happened: time(i64::try_from(number).unwrap_or(i64::MAX)),
        kind: "Said".into(),
        channel: "web".into(),
        who: vec![identifier(number)],
        facts: Facts::NONE,
        said: Some("x".repeat(text_bytes).into()),
        reading: None,
        consents: Vec::new(),
        masked: Vec::new(),
        origin: Origin::Customer,
    };
    let at = time(i64::try_from(number).unwrap_or(i64::MAX));
    Draft { lane: Lane::new(3), at, entry: Encoded::of(&Entry::Event(event)) }
}

/// A commit of the range, empty.
#[must_use]
pub fn commit(from: u64, to: u64) -> Commit {
    let progress = Progress { position: position(to), ..Progress::default() };
    Commit { from: position(from), progress, ..Commit::default() }
}

/// A user id.
#[must_use]
pub fn identifier(number: u64) -> Identifier {
    Identifier::new(IdentifierKind::UserId, &format!("user-{number}")).expect("a user id names somebody")
}

/// A customer with that id, of whom nothing is known.
#[must_use]
pub fn customer(number: u64) -> Customer {
    Customer::new(id(number), Person::default())
}

/// A customer as they are now.
#[must_use]
pub fn change(number: u64, timer: Option<(Lane, Timestamp)>) -> CustomerChange {
    CustomerChange { id: id(number), after: Some(Written::customer(customer(number))), timer }
}

/// A moment of that record.
#[must_use]
pub fn moment(at: u64, number: u16) -> Moment {
    Moment {
        position: position(at),
        number,
        customer: id(1),
        at: time(i64::try_from(at).unwrap_or(i64::MAX)),
        journey: "order".into(),
        moment: "pay".into(),
        channel: "web".into(),
        outcome: Outcome::Bad,
        feeling: None,
        repeats: 0,
        dimensions: Vec::new(),
        probe: false,
    }
}

/// The receipt of that record for the deed of that number.
#[must_use]
pub fn receipt(at: u64, number: u32) -> Receipt {
    Receipt {
        id: DeedId { customer: id(1), number },
        position: position(at),
        at: time(0),
        definitions: Version::default(),
        decisions: Decisions::one(
            "late-delivery".into(),
            "moment pay bad",
            Verdict::Refused(Refused::Condition),
        ),
    }
}

/// A reading that tells nothing, of that version of the model.
#[must_use]
pub fn reading(version: u16) -> Reading {
    Reading::asked(Model { tier: Tier::Fast, version }, Found::Unknown(Unknown::Unsure))
}

/// The id of a parcel.
#[must_use]
pub const fn parcel_id(number: u32) -> ParcelId {
    ParcelId(DeedId { customer: id(1), number })
}

/// A parcel to that endpoint, not to be sent before that time.
#[must_use]
pub fn parcel(number: u32, to: &str, not_before: i64) -> Parcel {
    Parcel {
        id: parcel_id(number),
        customer: id(1),
        to: to.into(),
        kind: "message".into(),
        decided: time(0),
        not_before: time(not_before),
        content: Content::Message { template: "late".into(), text: format!("Sorry, number {number}.") },
    }
}

/// A promise made by the record of that number.
#[must_use]
pub fn promise(number: u64, state: PromiseState) -> Promise {
    Promise {
        id: PromiseId::Event { position: position(number), number: 0 },
        name: "delivered-by".into(),
        made: time(0),
        due: time(1_000),
        warn: None,
        state,
        facts: Facts::NONE,
        record: position(number),
        settled: None,
        made_good: None,
    }
}

/// A case.
#[must_use]
pub fn case(number: u32) -> Case {
    Case {
        id: CaseId(DeedId { customer: id(1), number }),
        matter: "pay".into(),
        playbook: "late-delivery".into(),
        team: "care".into(),
        priority: Priority::High,
        opened: time(0),
        state: CaseState::Open,
        brief: Brief::because("call back"),
        notes: Vec::new(),
    }
}

/// The key of a rollup, with a split or without.
#[must_use]
pub fn rollup_key(moment: &str, hour: i64, split: Option<&str>) -> RollupKey {
    RollupKey {
        moment: moment.into(),
        hour: time(hour * 3_600_000),
        split: split.map(|value| Split { dimension: "channel".into(), value: value.into() }),
        probe: false,
    }
}

/// A rollup of so many good moments.
#[must_use]
pub fn rollup(good: i64) -> Rollup {
    Rollup { outcomes: [good, 0, 0], ..Rollup::default() }
}

/// An input that could not be understood.
#[must_use]
pub fn rejected(reason: &str) -> Rejected {
    Rejected { from: "/v1/track".into(), reason: reason.into(), format: "segment".into(), raw: "{".into() }
}
