//! What the engine has against what was seen from outside, once it has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use opcx::house::Company;
use opcx::keep::note_erased;
use opcx_core::consent::{Answer, Purpose};
use opcx_core::delivery::Policy;
use opcx_core::event::{Category, EventKey};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_engine::{Budget, Decider, carry_out_erasures};
use opcx_store::{Draft, Encoded, Logged, Memory, Store, digest};

use crate::leaver;
use crate::ledger::{Seen, Serial};
use crate::report::Fault;

/// What the engine calls those who send with the write key.
const SOURCE: &str = "write";
/// Records read at a time.
const RECORDS: usize = 10_000;
const BYTES: usize = 8 << 20;

/// Everything that is wrong with the data in a company's folder, given what was `seen`.
///
/// # Errors
/// The data cannot be read.
pub(crate) fn faults(folder: &Path, seen: &Seen) -> anyhow::Result<Vec<Fault>> {
    let company = Company::load(folder)?;
    let store = company.open_store().context("opening what the last engine left")?;
    // What the last engine had not come to yet.
    while !store.erasures(true, 1)?.is_empty() {
        let never = AtomicBool::new(false);
        carry_out_erasures(&*store, &company.definitions, &note_erased(&company.data()), &never)?;
    }
    let log = read_log(&*store)?;
    let mut faults = seen.faults.clone();
    faults.extend(events(&*store, &log, seen)?);
    faults.extend(effects(seen));
    faults.extend(choices(&*store, seen)?);
    faults.extend(erased(&company.data(), seen)?);
    if digest(&*store)? != digest(&*rebuilt(&company, &log)?)? {
        faults.push(Fault::NotReplayed);
    }
    Ok(faults)
}

fn read_log(store: &dyn Store) -> anyhow::Result<Vec<Logged>> {
    let mut log: Vec<Logged> = Vec::new();
    loop {
        let from = log.last().map_or(Position::START, |last| last.position.next());
        let more = store.read(from, RECORDS, BYTES)?;
        if more.is_empty() {
            return Ok(log);
        }
        log.extend(more);
    }
}

/// Laws 1 and 2: every event acknowledged is there and counted once, and none that nobody sent.
fn events(store: &dyn Store, log: &[Logged], seen: &Seen) -> anyhow::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut at: BTreeMap<Position, Serial> = BTreeMap::new();
    let mut counted: BTreeMap<Serial, usize> = BTreeMap::new();
    let mut keys: BTreeSet<EventKey> = BTreeSet::new();
    for logged in log {
        let event = match &logged.record.entry {
            Entry::Event(event) => event,
            Entry::Erased(key) => {
                keys.extend(key);
                continue;
            }
            Entry::Reading(_)
            | Entry::Rejected(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erasure(_) => continue,
        };
        match event.id.parse().ok().filter(|serial| seen.events.contains_key(serial)) {
            Some(serial) => {
                at.insert(logged.position, serial);
                counted.insert(serial, 0);
            }
            None => faults.push(Fault::NeverSent { id: event.id.to_string() }),
        }
    }
    // Every kind of event is a moment, so moments tell what was counted.
    for moment in store.moments(Position::START..store.end(), usize::MAX)? {
        if let Some(times) = at.get(&moment.position).and_then(|serial| counted.get_mut(serial)) {
            *times += 1;
        }
    }
    let acknowledged = seen.events.iter().filter(|(_, sent)| sent.acknowledged);
    let is_erased = |serial: &Serial| keys.contains(&EventKey::of(SOURCE, &serial.to_string()));
    let lost = acknowledged.filter(|(serial, _)| !counted.contains_key(serial) && !is_erased(serial));
    faults.extend(lost.map(|(&serial, _)| Fault::Lost { serial }));
    let miscounted = counted.iter().filter(|(_, times)| **times != 1);
    faults.extend(miscounted.map(|(&serial, &times)| Fault::Miscounted { serial, times }));
    let erasures = store.erasures(false, usize::MAX)?;
    let erased: u64 = erasures.iter().map(|(_, row)| row.erasure().remains.counts.events).sum();
    let (total, logged) = (store.progress()?.totals.events, counted.len() as u64 + erased);
    if total != logged {
        faults.push(Fault::WrongTotal { counted: total, logged });
    }
    Ok(faults)
}

/// Every effect promised arrived, under one id.
fn effects(seen: &Seen) -> Vec<Fault> {
    let promised = seen.events.iter().filter(|(_, sent)| sent.acknowledged && sent.kind.playbook().is_some());
    let fault = promised.filter_map(|(&serial, sent)| match sent.deliveries.len() {
        0 => Some(Fault::EffectLost { serial }),
        1 => None,
        ids => Some(Fault::EffectRepeated { serial, ids }),
    });
    fault.collect()
}

/// What customers last chose is in force.
fn choices(store: &dyn Store, seen: &Seen) -> anyhow::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for (name, granted) in &seen.choices {
        let identifier =
            Identifier::new(IdentifierKind::UserId, name).context("customers' names are sound")?;
        let customer = store.owner(&identifier)?.map(|id| store.customer(id)).transpose()?.flatten();
        let answer = customer
            .and_then(|customer| customer.known.grants.answer(Category::Browsing, Purpose::Marketing));
        if answer.is_some_and(|answer| answer == Answer::Granted) != *granted || answer.is_none() {
            faults.push(Fault::ChoiceLost { customer: name.clone() });
        }
    }
    Ok(faults)
}

/// No file tells of anybody who was erased.
fn erased(data: &Path, seen: &Seen) -> anyhow::Result<Vec<Fault>> {
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    let names: BTreeSet<&[u8]> = seen.erased.iter().map(String::as_bytes).collect();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            let windows = bytes.windows(leaver::NAME_BYTES);
            for name in windows.filter(|name| name.starts_with(leaver::NAME_BEGINS) && names.contains(name)) {
                let name = String::from_utf8_lossy(name).into_owned();
                found.insert((name, path.display().to_string()));
            }
        }
    }
    Ok(found.into_iter().map(|(customer, place)| Fault::NotErased { customer, place }).collect())
}

/// Law 3: what follows from the log alone.
fn rebuilt(company: &Company, log: &[Logged]) -> anyhow::Result<Arc<Memory>> {
    let memory = Arc::new(Memory::new());
    let drafts: Vec<Draft> = log
        .iter()
        .map(|Logged { record, .. }| Draft {
            lane: record.lane,
            at: record.at,
            entry: Encoded::of(&record.entry),
        })
        .collect();
    memory.append(&drafts)?;
    let store: Arc<dyn Store> = memory.clone();
    let definitions = Arc::clone(&company.definitions);
    let mut decider = Decider::new(store, definitions, Policy::default(), Budget::default())?;
    while decider.advance()? > 0 {
        // It keeps commits apart until they are persisted.
        memory.persist()?;
    }
    Ok(memory)
}
