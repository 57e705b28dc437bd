//! What an event costs of a customer with a long past, beside one with a short one.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opcx_core::delivery::Policy;
use opcx_core::log::Lane;
use opcx_core::record::Entry;
use opcx_engine::{Acceptor, Budget, Decider, Submission, Submitted};
use opcx_store::{Embedded, Encoded, EventKey, Store};

use super::engine::definitions;
use super::spread::Spread;
use super::world::{Happening, World};
use super::{Row, company, machine};
use crate::senses::hurried;

/// Customers with a long past, who come first; as many with a short one come after them.
const CUSTOMERS: usize = 4;
/// Events of a short past.
const SHORT: u64 = 10;
/// Rounds that are measured, in turn for the long and the short past. In each every customer has one
/// event more, and all are decided on and committed together.
const ROUNDS: usize = 200;
/// Events handed in together while the past is made.
const TOGETHER: usize = 10_000;

/// Gives four customers `past` events each and four others ten, then measures what one more costs.
///
/// # Errors
/// The store refuses.
pub fn run(folder: &Path, past: u64) -> anyhow::Result<Row> {
    let store: Arc<dyn Store> =
        Arc::new(Embedded::open(&folder.join("history.opcx-data"), &opcx_store::Settings::default())?);
    let mut acceptor = Acceptor::new(Arc::clone(&store))?;
    let decider = || {
        let definitions = definitions(&company::files(None))?;
        anyhow::Ok(Decider::new(Arc::clone(&store), definitions, Policy::default(), Budget::default())?)
    };
    let mut world = World::new(6);
    let mut deciding = decider()?;
    let mut of_long = (0..past).flat_map(|_| 0..CUSTOMERS).peekable();
    while of_long.peek().is_some() {
        let customers = of_long.by_ref().take(TOGETHER);
        hand_in(&mut acceptor, customers.map(|customer| world.happening_to(customer)))?;
        while deciding.advance()? > 0 {}
    }
    let of_short = (0..SHORT).flat_map(|_| CUSTOMERS..2 * CUSTOMERS);
    hand_in(&mut acceptor, of_short.map(|customer| world.happening_to(customer)))?;
    while deciding.advance()? > 0 {}
    store.persist()?;

    // Nothing is at hand any more: the first round reads the customers from the disk. That the decider is
    // new costs neither of them.
    let mut deciding = decider()?;
    hand_in(&mut acceptor, std::iter::once(world.happening_to(2 * CUSTOMERS)))?;
    while deciding.advance()? > 0 {}
    let (mut long, mut short): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (first, times) in [(0, &mut long), (CUSTOMERS, &mut short)] {
            let customers = first..first + CUSTOMERS;
            hand_in(&mut acceptor, customers.map(|customer| world.happening_to(customer)))?;
            let begin = Instant::now();
            while deciding.advance()? > 0 {}
            times.push(begin.elapsed());
        }
    }
    let (first_long, first_short) = (long[0], short[0]);
    let (long, short) = (Spread::of(long), Spread::of(short));
    Ok(Row {
        what: "an event of a customer with 100,000 past events, against one with 10",
        figure: long.millis(50) / short.millis(50),
        unit: "times",
        per_cpu_second: None,
        note: format!(
            "{past} past events; median of {ROUNDS} commits of {CUSTOMERS} events {:.0} us against {:.0} us; the first, from disk, {:.0} us against {:.0} us; load average {}",
            long.millis(50) * 1000.0,
            short.millis(50) * 1000.0,
            first_long.as_secs_f64() * 1e6,
            first_short.as_secs_f64() * 1e6,
            machine::load_average()
        ),
    })
}

fn hand_in(acceptor: &mut Acceptor, happenings: impl Iterator<Item = Happening>) -> anyhow::Result<()> {
    let sense = hurried();
    let Some((now, entries)) = happenings.fold(None, |so_far: Option<(_, Vec<Submitted>)>, happening| {
        let event = happening.event().sensed(|words| sense(words));
        let entry = Submitted {
            key: Some(EventKey::of(&event.source, &event.id)),
            entry: Encoded::of(&Entry::Event(event)),
        };
        let (_, mut entries) = so_far.unwrap_or((happening.at, Vec::new()));
        entries.push(entry);
        Some((happening.at, entries))
    }) else {
        return Ok(());
    };
    acceptor.append(now, vec![Submission { lane: Lane::LIVE, at: None, entries }])?;
    Ok(())
}
