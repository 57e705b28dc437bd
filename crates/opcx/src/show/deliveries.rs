use opcx_insight::{DeadLetter, Deliveries, EndpointLine, WAITING_COUNTED_MAX};

use super::page::Page;
use super::table::{Column, Table};
use super::words::{count, time};

pub(super) fn write(page: &mut Page, deliveries: &Deliveries) {
    page.heading("Endpoints");
    let mut table =
        Table::new(&[("endpoint", Column::Left), ("waiting", Column::Right), ("next", Column::Words)]);
    for EndpointLine { endpoint, disabled, waiting, next } in &deliveries.endpoints {
        let next = match (disabled, next) {
            (true, _) => "disabled: it answered 410; enable it when it wants to be told again".to_owned(),
            (false, Some(at)) => time(*at),
            (false, None) => String::new(),
        };
        let waiting = match *waiting {
            None => String::new(),
            Some(WAITING_COUNTED_MAX..) => format!("{} or more", count(WAITING_COUNTED_MAX)),
            Some(fewer) => count(fewer),
        };
        table.row([endpoint.clone(), waiting, next]);
    }
    page.table(&table, "Nothing waits to be sent.");

    page.heading("Dead letters");
    let mut table = Table::new(&[
        ("parcel", Column::Left),
        ("endpoint", Column::Left),
        ("kind", Column::Left),
        ("customer", Column::Left),
        ("given up", Column::Left),
        ("attempts", Column::Right),
        ("why", Column::Words),
    ]);
    for letter in &deliveries.page.rows {
        let DeadLetter { parcel, endpoint, kind, customer, given_up, attempts, why, .. } = letter;
        table.row([
            parcel.clone(),
            endpoint.clone(),
            kind.clone(),
            customer.clone(),
            time(*given_up),
            attempts.to_string(),
            why.clone(),
        ]);
    }
    page.table(&table, "None.");
    page.next(deliveries.page.next.as_deref());
}
