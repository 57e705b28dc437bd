//! Who is to be erased, as the outside remembers them: to see that nobody else goes, and to look for what
//! is left of them.

use std::collections::{BTreeMap, BTreeSet};

use opcx_core::customer::CustomerId;
use opcx_core::event::{Event, EventKey};
use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::record::{Command, Entry, Order, Whom};
use opcx_store::{ErasureRow, Logged, Store};

use crate::broken::{Result, unexplained};
use crate::words::Words;

/// Everyone who was to be erased, by the order to do so.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    pub(crate) leavers: BTreeMap<Position, Leaver>,
    /// What stood in the log before it was rewritten. Until an erasure is done, a power cut may bring it back.
    earlier: BTreeMap<Position, Vec<Logged>>,
}

/// Somebody who is to be erased.
#[derive(Debug, Default)]
pub(crate) struct Leaver {
    identifiers: BTreeSet<Identifier>,
    trail: BTreeSet<Position>,
    /// All ids they ever had.
    pub(crate) gone: BTreeSet<CustomerId>,
    /// What they are called.
    pub(crate) names: Words,
    /// What they are called, and what their events are.
    pub(crate) words: Words,
}

impl Erased {
    /// Takes note of everyone whose erasure is under way. `records` are the log so far.
    pub(crate) fn note(&mut self, store: &dyn Store, records: &[Logged]) -> Result<()> {
        for (position, row) in unexplained(store.erasures(true, usize::MAX))? {
            let ErasureRow::UnderWay(under_way) = row else { continue };
            let leaver = self.leavers.entry(position).or_default();
            leaver.identifiers.extend(under_way.identifiers);
            leaver.trail.extend(under_way.trail);
            leaver.gone.extend(under_way.erasure.gone);
            for identifier in &leaver.identifiers {
                leaver.names.read(identifier.value().as_bytes());
            }
            leaver.words.extend(&leaver.names);
            let theirs = records.iter().filter(|logged| leaver.trail.contains(&logged.position));
            for logged in theirs {
                if let Entry::Event(event) = &logged.record.entry {
                    leaver.words.read(event.id.as_bytes());
                }
            }
        }
        Ok(())
    }

    /// Everyone is erased, so nothing of them may come back.
    pub(crate) fn are_done(&mut self) {
        self.earlier.clear();
    }

    /// Whether a record may have changed so.
    pub(crate) fn explain(&mut self, seen: &Logged, found: &Logged) -> bool {
        let known = self.earlier.entry(seen.position).or_default();
        let came_back = known.contains(found);
        known.push(seen.clone());
        let same_place = (seen.position, seen.record.lane, seen.record.at)
            == (found.position, found.record.lane, found.record.at);
        came_back || (same_place && self.may_become(seen.position, &seen.record.entry, &found.record.entry))
    }

    fn may_become(&self, position: Position, seen: &Entry, found: &Entry) -> bool {
        let leavers = || self.leavers.range(position..).map(|(_, leaver)| leaver);
        let names = |identifier: &Identifier| leavers().any(|leaver| leaver.identifiers.contains(identifier));
        let is_theirs = leavers().any(|leaver| leaver.trail.contains(&position));
        match (seen, found) {
            (Entry::Event(event), Entry::Erased(Some(key))) => {
                *key == EventKey::of(&event.source, &event.id)
                    && (is_theirs || event.strongest().is_some_and(names))
            }
            (Entry::Event(before), Entry::Event(after)) => {
                let kept: Vec<_> = before.who.iter().filter(|identifier| !names(identifier)).collect();
                let masked = after.masked.len().checked_sub(before.masked.len());
                let rest = Event { who: before.who.clone(), masked: before.masked.clone(), ..after.clone() };
                rest == *before
                    && after.masked.starts_with(&before.masked)
                    && after.who.iter().all(|identifier| before.who.contains(identifier))
                    && kept.iter().all(|identifier| after.who.contains(identifier))
                    && masked == before.who.len().checked_sub(after.who.len())
            }
            (Entry::Command(_), Entry::Erasure(_)) => self.leavers.contains_key(&position),
            (Entry::Command(Command { order, .. }), Entry::Erased(None)) => {
                is_theirs
                    || match order {
                        Order::Merge(one, other) | Order::Unmerge(one, other) => names(one) || names(other),
                        Order::Erase(Whom::Identifier(identifier)) => names(identifier),
                        Order::Erase(Whom::Customer(_))
                        | Order::Case(..)
                        | Order::Release(_)
                        | Order::Resend(_)
                        | Order::Enable(_)
                        | Order::Redriven(_) => false,
                    }
            }
            (Entry::Reading(_), Entry::Erased(None)) => is_theirs,
            (Entry::Delivery(report), Entry::Erased(None)) => {
                leavers().any(|leaver| leaver.gone.contains(&report.parcel.0.customer))
            }
            (Entry::Rejected(before), Entry::Rejected(after)) => {
                let named = Words::of(before.raw.as_bytes());
                after.raw.is_empty() && leavers().any(|leaver| leaver.names.meet(&named).is_some())
            }
            _ => false,
        }
    }
}
