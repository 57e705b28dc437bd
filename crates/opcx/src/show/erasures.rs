use opcx_insight::{ErasureStateWord, Erasures};

use super::page::Page;
use super::table::{Column, Table};
use super::words::count;

pub(super) fn write(page: &mut Page, erasures: &Erasures) {
    page.heading("Erasures");
    page.line(&format!("{} ordered, {} not done yet.", count(erasures.ordered), count(erasures.under_way)));
    let mut table = Table::new(&[
        ("order", Column::Right),
        ("state", Column::Left),
        ("customer", Column::Left),
        ("by", Column::Left),
        ("reason", Column::Words),
    ]);
    for line in &erasures.page.rows {
        let state = match line.state {
            ErasureStateWord::UnderWay => "under way",
            ErasureStateWord::Done => "done",
        };
        let customer = line.customers.first().map_or("nobody known", String::as_str);
        table.row([
            line.position.to_string(),
            state.to_owned(),
            customer.to_owned(),
            line.by.clone(),
            line.reason.clone(),
        ]);
    }
    page.table(&table, "None.");
    page.next(erasures.page.next.as_deref());
}
