use opcx_insight::{NamedTally, PromiseLine, PromiseStateWord, PromiseTally, Promises};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{TOO_FEW, as_of, bar, count, share, time, time_or};

pub(super) fn write(page: &mut Page, promises: &Promises) {
    page.heading(&format!("Promises, {}", as_of(promises.as_of, Some(&promises.window))));
    page.line(&sentence(&promises.all));

    page.heading("Promise by promise, the surely least kept first");
    page.table(&tallies(&promises.promises), "Nothing was promised yet.");

    page.heading("One by one: owed ones soonest due first, then what was settled last");
    page.table(&lines(&promises.page.rows), "None.");
    page.next(promises.page.next.as_deref());
    page.line("");
    page.line(TOO_FEW);
}

/// How promises stand, in a sentence.
pub(super) fn sentence(tally: &PromiseTally) -> String {
    let settled = tally.kept + tally.broken + tally.overdue;
    format!(
        "{} made, {} open, {} at risk; of those due, {} kept.",
        count(tally.made),
        count(tally.open),
        count(tally.at_risk),
        share(&tally.kept_rate, settled),
    )
}

pub(super) fn tallies(promises: &[NamedTally]) -> Table {
    let mut table = Table::new(&[
        ("promise", Column::Left),
        ("moment", Column::Left),
        ("kept", Column::Left),
        ("", Column::Left),
        ("open", Column::Right),
        ("at risk", Column::Right),
        ("overdue", Column::Right),
        ("broken", Column::Right),
        ("released", Column::Right),
    ]);
    for promise in promises {
        let tally = &promise.tally;
        table.row([
            promise.promise.clone(),
            promise.moment.clone().unwrap_or_else(|| "(gone)".into()),
            share(&tally.kept_rate, tally.kept + tally.broken + tally.overdue),
            bar(&tally.kept_rate),
            count(tally.open),
            count(tally.at_risk),
            count(tally.overdue),
            count(tally.broken),
            count(tally.released),
        ]);
    }
    table
}

pub(super) fn lines(promises: &[PromiseLine]) -> Table {
    let mut table = Table::new(&[
        ("state", Column::Left),
        ("due", Column::Left),
        ("promise", Column::Left),
        ("customer", Column::Left),
        ("made", Column::Left),
        ("settled", Column::Left),
        ("id", Column::Left),
    ]);
    for promise in promises {
        table.row([
            state(promise).to_owned(),
            time(promise.due),
            promise.promise.clone(),
            promise.customer.clone(),
            time(promise.made),
            time_or(promise.settled, ""),
            promise.id.clone(),
        ]);
    }
    table
}

fn state(promise: &PromiseLine) -> &'static str {
    match (promise.state, promise.overdue) {
        (PromiseStateWord::Open | PromiseStateWord::AtRisk, true) => "overdue",
        (PromiseStateWord::Open, false) => "open",
        (PromiseStateWord::AtRisk, false) => "at risk",
        (PromiseStateWord::Kept, _) => "kept",
        (PromiseStateWord::Broken, _) => "broken",
        (PromiseStateWord::Released, _) => "released",
    }
}
