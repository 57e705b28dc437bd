//! The demo's past: weeks of events taken in, in the order in which they arrived, while staff work on cases.
//!
//! What happens is what would have happened live: the log's time is that of arrival, each quarter of an hour staff
//! look up, and what they do stands in the log between the events before and after it.

use std::sync::Arc;

use anyhow::Context as _;
use opcx_company::mapping::Mapping;
use opcx_core::case::CaseChange;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::Name;
use opcx_core::log::Lane;
use opcx_core::record::{Command, Entry, Order};
use opcx_core::time::Timestamp;
use opcx_engine::{Acceptor, Budget, Decider, Submission, Submitted};
use opcx_insight::{CaseLine, CaseStateWord, CasesQuestion, Watched, cases};
use opcx_sim::wire::segment;
use opcx_sim::{Sent, Simulation};
use opcx_store::{Encoded, Store};

use super::staff::{Deed, LOOKS_UP, Staff};
use crate::import::{Object, Record, Refusal, events, prepared, rejected_entry};
use crate::senses::Sense;

/// What rejected lines are said to come from.
const FILE: &str = "events.jsonl";

/// Where the past is written down.
pub struct House<'a> {
    /// Where everything is kept.
    pub store: &'a Arc<dyn Store>,
    /// What the company's folder says.
    pub definitions: &'a Arc<Definitions>,
    /// What reads texts.
    pub sense: Sense,
    /// How the company's bus is read.
    pub mapping: &'a Mapping,
    /// The channel that takes what staff write.
    pub letters: Option<Name>,
}

/// What has happened so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// How many lines arrived.
    pub events: u64,
    /// How often staff did something.
    pub deeds: u64,
    /// Until when.
    pub end: Timestamp,
}

/// Takes in what arrives before `end`, and leaves the simulation there. The event that was drawn too many is
/// returned with it.
///
/// # Errors
/// The store refuses.
pub fn past(
    simulation: &mut Simulation,
    staff: &mut Staff,
    end: Timestamp,
    house: &House<'_>,
) -> anyhow::Result<(Past, Option<Sent>)> {
    let watched = Arc::new(Watched::new(Arc::clone(house.store)));
    watched.count().context("counting what there is")?;
    let mut log = Log::open(house, &watched)?;
    let mut told = Past { events: 0, deeds: 0, end };
    let mut looks_up: Option<Timestamp> = None;
    let mut next = None;
    let mut line = Vec::new();
    for sent in simulation.by_ref() {
        let look = looks_up.unwrap_or(sent.arrived);
        if sent.arrived >= end || sent.arrived >= look {
            let until = sent.arrived.min(end);
            let mut now = look;
            while now < until {
                told.deeds += log.work(house, staff, &watched, now)?;
                now = now + LOOKS_UP;
            }
            looks_up = Some(now);
        }
        if sent.arrived >= end {
            next = Some(sent);
            break;
        }
        line.clear();
        segment::write(&sent, &mut line);
        told.events += 1;
        log.add(house, &line, told.events, sent.arrived);
    }
    log.settle()?;
    // Nobody asks for the truth here.
    simulation.take_truths();
    house.store.press()?;
    house.store.persist()?;
    Ok((told, next))
}

/// The log, and what is to be written there next.
struct Log {
    acceptor: Acceptor,
    decider: Decider,
    waiting: Vec<Submission>,
}

impl Log {
    fn open(house: &House<'_>, watched: &Arc<Watched>) -> anyhow::Result<Log> {
        let store = || Arc::clone(watched) as Arc<dyn Store>;
        let definitions = Arc::clone(house.definitions);
        let decider = Decider::new(store(), definitions, Policy::default(), Budget::default());
        Ok(Log { acceptor: Acceptor::new(store())?, decider: decider?, waiting: Vec::new() })
    }

    /// A line of the company's bus.
    fn add(&mut self, house: &House<'_>, line: &[u8], number: u64, at: Timestamp) {
        let House { mapping, sense, .. } = house;
        let text = String::from_utf8_lossy(line);
        let (found, refused) = match Object::parse(&text) {
            Ok(object) => {
                let read = events(mapping, &Record::Object(object));
                (read.events, read.refused)
            }
            Err(error) => (Vec::new(), vec![Refusal::NotAnObject(error.to_string())]),
        };
        let mut entries: Vec<Submitted> = found
            .into_iter()
            .map(|event| {
                let event = prepared(event, sense);
                Submitted { key: Some(event.key), entry: event.entry }
            })
            .collect();
        if !refused.is_empty() {
            let from = format!("{FILE}:{number}");
            let rejected = rejected_entry(&from, &refused, &mapping.name, text.into_owned());
            entries.push(Submitted { key: None, entry: Encoded::of(&Entry::Rejected(rejected)) });
        }
        self.waiting.push(Submission { lane: Lane::LIVE, at: Some(at), entries });
    }

    /// Everything that was added is in the log and decided on.
    fn settle(&mut self) -> anyhow::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        // Every submission brings its own time.
        self.acceptor.append(Timestamp::MIN, waiting)?;
        while self.decider.advance()? > 0 {}
        Ok(())
    }

    /// Staff look up; returns how much they did.
    fn work(
        &mut self,
        house: &House<'_>,
        staff: &mut Staff,
        watched: &Watched,
        now: Timestamp,
    ) -> anyhow::Result<u64> {
        let calendars = &house.definitions.calendars;
        let free = staff.free(calendars, now);
        if free.is_empty() && !staff.is_busy() {
            return Ok(0);
        }
        self.settle()?;
        let mut waiting: Vec<CaseLine> = Vec::new();
        for (team, hands) in free {
            let question = CasesQuestion {
                state: Some(CaseStateWord::Open),
                team: Some(team.to_owned()),
                most: Some(hands),
                after: None,
            };
            waiting.extend(cases(watched, watched.overview(), house.definitions, &question)?.page.rows);
        }
        let deeds = staff.step(calendars, now, waiting);
        let count = u64::try_from(deeds.len()).unwrap_or(u64::MAX);
        for deed in deeds {
            let entry = Encoded::of(&Entry::Command(command(deed, house.letters.as_ref())));
            let entries = vec![Submitted { key: None, entry }];
            self.waiting.push(Submission { lane: Lane::LIVE, at: Some(now), entries });
        }
        Ok(count)
    }
}

/// What the HTTP API would have made of it.
fn command(deed: Deed, letters: Option<&Name>) -> Command {
    let Deed { by, case, change, reason } = deed;
    let change = match (change, letters) {
        (CaseChange::Answer { text, .. }, Some(channel)) => {
            CaseChange::Answer { channel: channel.clone(), text }
        }
        (CaseChange::Answer { text, .. }, None) => CaseChange::Note { text: text.into() },
        (change, _) => change,
    };
    Command { by: by.into(), reason: reason.into(), order: Order::Case(case, change) }
}
