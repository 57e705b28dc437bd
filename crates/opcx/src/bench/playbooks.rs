//! What a thousand active playbooks add to an event's cost, of which one in a hundred matches.

use super::Row;
use opcx_company::Files;

use super::company::{self, Listening};
use super::engine::definitions;
use super::step::{self, Order};
use super::world::Happening;

/// Takes `events` events through the step, with and without the playbooks.
///
/// # Errors
/// The files have faults.
pub fn run(events: u64) -> anyhow::Result<Vec<Row>> {
    Ok(vec![
        added(
            "1,000 playbooks over seven kinds of event, 1 % match: added to an event",
            Listening::Spread,
            |_| {},
            events,
        )?,
        added(
            "1,000 playbooks for one kind of event, 1 % match: added to such an event",
            Listening::Alike,
            |happening| happening.kind = "Page Viewed",
            // Each is asked a thousand playbooks.
            events / 10,
        )?,
    ])
}

fn added(
    what: &'static str,
    listening: Listening,
    change: fn(&mut Happening),
    events: u64,
) -> anyhow::Result<Row> {
    let run = |files: &Files| -> anyhow::Result<Row> {
        Ok(step::run(&*definitions(files)?, events, Order::OfTheLog, change))
    };
    let without = run(&company::without_playbooks())?;
    let with = run(&company::with_a_thousand_playbooks(listening))?;
    Ok(Row {
        what,
        figure: micros(&with) - micros(&without),
        unit: "us",
        per_cpu_second: None,
        note: format!(
            "{:.1} us without any, {:.1} us with them; {events} events, {}",
            micros(&without),
            micros(&with),
            with.note
        ),
    })
}

/// Microseconds of one core an event.
fn micros(row: &Row) -> f64 {
    1e6 / row.figure
}
