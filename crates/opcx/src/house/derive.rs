//! Deriving the state anew: every record decided on again, under the definitions that decided on it then.

use std::sync::Arc;

use anyhow::Context as _;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::log::Position;
use opcx_engine::{Budget, Decider, Memory};
use opcx_store::Store;

use super::Company;
use super::history::History;
use crate::memory;

/// Batches of more records than live ones: nobody waits for the first decision, and who comes up more than once in a batch
/// is read and written once. At 200,000 customers it is a fifth faster for 150 MB; twice as many records bring as much
/// memory again, and a twentieth.
const RECORDS_MAX: usize = 32_768;
const BYTES_MAX: usize = 32 << 20;

/// Decides on everything in the log for which the history names other definitions than the company has
/// now; `all` takes in the part that present ones decide on. `tell` hears how far it has come.
///
/// # Errors
/// The store refused.
pub(super) fn derive(
    store: &Arc<dyn Store>,
    history: &History,
    company: &Company,
    all: bool,
    tell: &mut dyn FnMut(Position),
) -> anyhow::Result<()> {
    let memory = memory::keep_to(company.settings.memory_mb);
    let reigns = history.reigns();
    for (at, reign) in reigns.iter().enumerate() {
        let until = match reigns.get(at + 1) {
            Some(next) => next.from.min(store.end()),
            None if all => store.end(),
            None => break,
        };
        if store.progress()?.position < until {
            let definitions = in_force(history, &reign.version, company);
            decide(store, &definitions, &memory, until, tell)?;
        }
    }
    if all {
        decide(store, &company.definitions, &memory, store.end(), tell)?;
    }
    store.persist().context("making the state durable")
}

/// The definitions of a version; the present ones if those were not kept, which is told.
fn in_force(history: &History, version: &str, company: &Company) -> Arc<Definitions> {
    if company.definitions.version.to_string() == version {
        return Arc::clone(&company.definitions);
    }
    match history.definitions(version) {
        Ok(definitions) => Arc::new(definitions),
        Err(error) => {
            eprintln!("opcx: {error:#}; what they decided is decided again under the present definitions");
            Arc::clone(&company.definitions)
        }
    }
}

/// Decides on the log up to exactly `until`.
fn decide(
    store: &Arc<dyn Store>,
    definitions: &Arc<Definitions>,
    memory: &Arc<Memory>,
    until: Position,
    tell: &mut dyn FnMut(Position),
) -> anyhow::Result<()> {
    loop {
        let position = store.progress()?.position;
        let left = usize::try_from(until.get().saturating_sub(position.get())).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(());
        }
        let records_max = RECORDS_MAX.min(left);
        let budget = Budget { records_max, bytes_max: BYTES_MAX, ..Budget::default() };
        let decider = Decider::new(Arc::clone(store), Arc::clone(definitions), Policy::default(), budget)?;
        let mut decider = decider.within(Arc::clone(memory));
        // A batch may be smaller than it could be, so the last ones get a decider of their own.
        while decider.position().plus(budget.records_max as u64) <= until {
            if decider.advance()? == 0 {
                return Ok(());
            }
            tell(decider.position());
        }
        decider.settle()?;
    }
}
