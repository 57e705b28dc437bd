use opcx_insight::{LedgerLine, Trust, TrustView};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{TOO_FEW, as_of, count, counted, mean, share, time};

pub(super) fn write(page: &mut Page, trust: &Trust) {
    page.heading(&format!("Trust, {}", as_of(trust.as_of, None)));
    page.line("From 0 to 1,000 on each account; 500 is no evidence. A description of what happened.");
    let mut accounts = Table::new(&[
        ("account", Column::Left),
        ("mean level", Column::Left),
        ("customers below 500", Column::Left),
    ]);
    for account in &trust.accounts {
        let n = account.level.shown().map_or(0, |level| level.n);
        accounts.row([
            account.account.clone(),
            account.level.shown().map_or_else(|| "–".to_owned(), |_| mean(&account.level, n, 0)),
            account
                .below_neutral
                .shown()
                .map_or_else(|| "–".to_owned(), |_| share(&account.below_neutral, n)),
        ]);
    }
    page.table(&accounts, "");

    page.heading("Whose trust fell furthest");
    let mut table = Table::new(&[
        ("customer", Column::Left),
        ("known as", Column::Words),
        ("fell by", Column::Right),
        ("on", Column::Left),
        ("now", Column::Right),
        ("open failures", Column::Right),
        ("what cost most", Column::Words),
    ]);
    for fall in &trust.page.rows {
        let now = fall.levels.iter().find(|level| level.account == fall.account);
        let worst = &fall.worst;
        table.row([
            fall.customer.clone(),
            fall.known_as.as_ref().map_or_else(String::new, ToString::to_string),
            fall.fall.to_string(),
            fall.account.clone(),
            now.map_or_else(String::new, |now| now.level.to_string()),
            count(u64::from(fall.open_failures)),
            format!("{} on {} ({})", worst.what, day(worst), signed(worst.change)),
        ]);
    }
    page.table(&table, "Nobody's.");
    page.next(trust.page.next.as_deref());
    page.line("");
    page.line(TOO_FEW);
}

/// One customer's ledger.
pub(super) fn ledger(page: &mut Page, trust: &TrustView) {
    let levels: Vec<String> =
        trust.accounts.iter().map(|level| format!("{} {}", level.account, level.level)).collect();
    page.heading(&format!("Trust: {}", levels.join(", ")));
    page.line(&format!(
        "As of {} UTC, from 0 to 1,000; 500 is no evidence. Open: {}.",
        time(trust.as_of),
        counted(u64::from(trust.open_failures), "failure")
    ));
    let mut table = Table::new(&[
        ("when", Column::Left),
        ("account", Column::Left),
        ("change", Column::Right),
        ("level", Column::Right),
        ("what happened", Column::Words),
        ("said", Column::Words),
    ]);
    for line in &trust.entries {
        let why = line.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        table.row([
            time(line.at),
            line.account.clone(),
            signed(line.change),
            line.level.to_string(),
            format!("{}{why}", line.what),
            said(line),
        ]);
    }
    page.table(&table, "Nothing moved it yet.");
}

fn said(line: &LedgerLine) -> String {
    match (&line.said, &line.felt, &line.answer) {
        (Some(said), Some(felt), _) => format!("“{said}” ({felt})"),
        (Some(said), None, _) => format!("“{said}”"),
        (None, _, Some(answer)) => format!("we: “{answer}”"),
        (None, _, None) => String::new(),
    }
}

fn day(line: &LedgerLine) -> String {
    let mut day = line.at.to_string();
    day.truncate(10);
    day
}

fn signed(change: i16) -> String {
    match change {
        ..0 => format!("−{}", change.unsigned_abs()),
        0 => "±0".to_owned(),
        1.. => format!("+{change}"),
    }
}
