//! The list of who was erased, beside the log: numbers only.
//!
//! A backup is older than an erasure that came after it, and still tells of the customer. So the list goes
//! with every later backup, and whoever is on it is erased again from whatever is restored.
//!
//! ```text
//! 345 c12 c40 89abcdef    the position of the order, the customer's ids, CRC-32C of what is before
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use opcx_core::customer::CustomerId;
use opcx_core::definitions::Definitions;
use opcx_core::erasure::Erasure;
use opcx_core::log::{Lane, Position};
use opcx_core::record::{Command, Entry, Order, Whom};
use opcx_core::time::Timestamp;
use opcx_engine::{NoteErased, carry_out_erasures};
use opcx_store::{Draft, Encoded, Store};

use super::files;
use crate::house::history;

/// Who was erased by which orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasures(BTreeMap<Position, Vec<CustomerId>>);

/// What is told of every erasure in a data directory: it goes on the list, and what was once set aside there
/// as damaged goes, since nobody knows what it tells.
pub fn note_erased(data: &Path) -> NoteErased {
    let data = data.to_owned();
    Arc::new(move |erased| note(&data, erased).map_err(|error| std::io::Error::other(format!("{error:#}"))))
}

fn note(data: &Path, erased: &[(Position, Erasure)]) -> anyhow::Result<()> {
    remove_set_aside(data)?;
    let mut list = Erasures::read(data)?;
    list.0.extend(erased.iter().map(|(position, erasure)| (*position, erasure.gone.clone())));
    let text: String = list.0.iter().map(|(order, customers)| line(*order, customers)).collect();
    history::write(&data.join(files::ERASURES), text.as_bytes())
}

fn remove_set_aside(data: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(data).with_context(|| format!("listing `{}`", data.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("damaged-") {
            let path = entry.path();
            fs::remove_dir_all(&path).with_context(|| format!("removing `{}`", path.display()))?;
            tracing::warn!("removed {}: it may have told of a customer who was erased", path.display());
        }
    }
    Ok(())
}

fn line(order: Position, customers: &[CustomerId]) -> String {
    let ids: String = customers.iter().map(|id| format!(" {id}")).collect();
    let told = format!("{order}{ids}");
    format!("{told} {:08x}\n", crc32c::crc32c(told.as_bytes()))
}

impl Erasures {
    /// The list in a data directory or a backup; empty if nobody was erased.
    ///
    /// # Errors
    /// It is damaged, or cannot be read.
    pub fn read(folder: &Path) -> anyhow::Result<Erasures> {
        let path = folder.join(files::ERASURES);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Erasures::default()),
            read => read.with_context(|| format!("reading `{}`", path.display()))?,
        };
        match text.lines().map(read_line).collect() {
            Some(list) => Ok(Erasures(list)),
            None => bail!("`{}` is damaged; take it from the newest backup", path.display()),
        }
    }

    /// Whether everybody on the other list is on this one.
    #[must_use]
    pub fn hold(&self, other: &Erasures) -> bool {
        other.0.keys().all(|order| self.0.contains_key(order))
    }

    /// Erases everybody on the list whom the store still knows. Returns how many that were.
    ///
    /// # Errors
    /// The store refuses, or somebody on the list is at this point one with somebody who is not.
    pub(super) fn apply(
        &self,
        store: &dyn Store,
        definitions: &Definitions,
        data: &Path,
        decide: &mut dyn FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<usize> {
        let mut orders = Vec::new();
        for gone in self.0.values() {
            let mut known: Vec<CustomerId> = Vec::new();
            for id in gone {
                known.extend(store.stands_for(*id)?);
            }
            known.sort_unstable();
            known.dedup();
            for id in known {
                if !gone.contains(&id) {
                    bail!(
                        "somebody who was erased is one with customer {id} at this point, whom nobody erased; restore to a \
                         later point"
                    );
                }
                orders.push(Order::Erase(Whom::Customer(id)));
            }
        }
        if orders.is_empty() {
            return Ok(0);
        }
        let count = orders.len();
        let at = clock(store)?;
        let drafts: Vec<Draft> = orders
            .into_iter()
            .map(|order| {
                let (by, reason) = ("opcx restore".into(), "erased before".into());
                let entry = Encoded::of(&Entry::Command(Command { by, reason, order }));
                Draft { lane: Lane::LIVE, at, entry }
            })
            .collect();
        store.append(&drafts)?;
        decide()?;
        carry_out_erasures(store, definitions, &note_erased(data), &AtomicBool::new(false))?;
        Ok(count)
    }
}

/// The time of live traffic in a store; the erasing goes there.
fn clock(store: &dyn Store) -> anyhow::Result<Timestamp> {
    let clocks = store.progress()?.clocks;
    Ok(clocks.iter().find(|(lane, _)| *lane == Lane::LIVE).map_or(Timestamp::EPOCH, |(_, at)| *at))
}

fn read_line(text: &str) -> Option<(Position, Vec<CustomerId>)> {
    let (told, sum) = text.rsplit_once(' ')?;
    let mut words = told.split(' ');
    let order = Position::new(words.next()?.parse().ok()?);
    let customers = words.map(CustomerId::parse).collect::<Option<_>>()?;
    (u32::from_str_radix(sum, 16) == Ok(crc32c::crc32c(told.as_bytes()))).then_some((order, customers))
}
