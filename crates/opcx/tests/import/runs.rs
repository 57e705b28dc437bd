//! Whole imports, on the embedded store.

use std::fmt::Write as _;

use opcx::import::{Again, Tally, send_again};
use opcx::senses::hurried;
use opcx_core::log::Position;
use opcx_core::promise::PromiseState;
use opcx_core::time::Timestamp;
use opcx_engine::Acceptor;
use opcx_store::digest;

use super::shop::{HEADER, Shop};

/// Three orders of a day each: paid, shipped and, but for every third, delivered in time.
pub(crate) fn orders(days: u32) -> Vec<String> {
    let mut rows = Vec::new();
    for day in 1..=days {
        let month = 1 + (day - 1) / 28;
        let day_of_month = 1 + (day - 1) % 28;
        for order in 0..3 {
            let date = format!("2026-{month:02}-{day_of_month:02}");
            let rest = format!("c{},c{}@example.org,59.9,Swift,{date} 20:00:00", day * 7 + order, day % 11);
            rows.push(format!("o{day}-{order},paid,{date} 09:0{order}:00,{rest}\n"));
            rows.push(format!("o{day}-{order},shipped,{date} 10:0{order}:00,{rest}\n"));
            if order > 0 {
                rows.push(format!("o{day}-{order},delivered,{date} 15:0{order}:00,{rest}\n"));
            }
        }
    }
    rows.sort_by_key(|row| row.split(',').nth(2).map(str::to_owned));
    rows
}

pub(crate) fn file(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

#[test]
fn a_file_imported_twice_counts_once_and_leaves_the_log_as_it_was() {
    let shop = Shop::open();
    let store = shop.store();
    let rows = orders(5);
    let first = shop.import(&store, "orders.csv", file(&rows)).unwrap();
    assert_eq!(first, Tally { rows: 40, events: 40, ..Tally::default() });
    let before = digest(&*store).unwrap();

    let second = shop.import(&store, "orders.csv", file(&rows)).unwrap();
    assert_eq!(second, Tally { rows: 40, repeats: 40, ..Tally::default() });
    assert_eq!(store.end(), Position::new(40));
    assert_eq!(digest(&*store).unwrap(), before);
}

#[test]
fn an_import_broken_off_and_run_again_equals_one_that_was_not() {
    let rows = orders(20);
    let whole = Shop::open();
    let store = whole.store();
    whole.import(&store, "orders.csv", file(&rows)).unwrap();
    let expected = digest(&*store).unwrap();

    for cut in [0, 1, 57, rows.len()] {
        let shop = Shop::open();
        let store = shop.store();
        // The rows before the break, and half of the next.
        let half = rows.get(cut).map_or("", |row| &row[..9]);
        shop.import(&store, "orders.csv", file(&rows[..cut]) + half).unwrap();
        assert_eq!(store.rejected(None, 9).unwrap().len(), usize::from(!half.is_empty()));
        drop(store);

        let fresh = Shop::open();
        let store = fresh.store();
        fresh.import(&store, "orders.csv", file(&rows[..cut])).unwrap();
        drop(store);
        let store = fresh.store();
        fresh.import(&store, "orders.csv", file(&rows)).unwrap();
        assert_eq!(digest(&*store).unwrap(), expected, "broken off after {cut} rows");
    }
}

#[test]
fn a_file_that_stands_backwards_equals_the_same_file_forwards() {
    let rows = orders(20);
    let forwards = Shop::open();
    let store = forwards.store();
    forwards.import(&store, "orders.csv", file(&rows)).unwrap();

    let backwards = Shop::open();
    backwards.rewrite("mappings/orders.yaml", "order: oldest first", "order: newest first");
    let reversed: Vec<String> = rows.iter().rev().cloned().collect();
    let sorted = backwards.store();
    backwards.import(&sorted, "orders.csv", file(&reversed)).unwrap();
    assert_eq!(digest(&*sorted).unwrap(), digest(&*store).unwrap());
}

#[test]
fn a_packed_file_is_known_by_its_content() {
    use std::io::Write as _;
    let rows = orders(2);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(file(&rows).as_bytes()).unwrap();
    let shop = Shop::open();
    let store = shop.store();
    let tally = shop.import(&store, "orders.csv", packed.finish().unwrap()).unwrap();
    assert_eq!(tally.events, 16);
}

#[test]
fn a_promise_of_the_past_is_judged_as_of_the_past_and_nothing_is_sent() {
    let shop = Shop::open();
    let store = shop.store();
    shop.import(&store, "orders.csv", file(&orders(3))).unwrap();
    let mut states: Vec<(String, PromiseState)> = store
        .promises(None, 100)
        .unwrap()
        .into_iter()
        .map(|row| (row.promise.facts.text("order_id").unwrap_or("").to_owned(), row.promise.state))
        .collect();
    states.sort();
    let of = |order: &str| states.iter().find(|(id, _)| id == order).map(|&(_, state)| state);
    assert_eq!(of("o1-0"), Some(PromiseState::Broken));
    assert_eq!(of("o1-1"), Some(PromiseState::Kept));
    // The last day's evening has not come on the clock of the data.
    assert_eq!(of("o3-0"), Some(PromiseState::AtRisk));
    assert_eq!(store.next_ready("log").unwrap(), None);
}

#[test]
fn bad_rows_are_listed_once_with_line_and_reason() {
    let shop = Shop::open();
    let store = shop.store();
    let mut text = file(&orders(1)[..1]);
    text.push_str("o9,paid,yesterday,c9,,1,,\n");
    text.push_str("o10,paid,2026-01-01 10:00:00,c10,,1\n");
    text.push_str("o11,stolen,2026-01-01 10:00:00,c11,,1,,\n");
    text.push_str("o12,paid,2026-01-01 10:00:00,null,,1,,\n");
    let first = shop.import(&store, "orders.csv", &text).unwrap();
    assert_eq!(first, Tally { rows: 5, events: 1, rejected: 4, ..Tally::default() });
    let second = shop.import(&store, "orders.csv", &text).unwrap();
    assert_eq!(second, Tally { rows: 5, repeats: 1, still_rejected: 4, ..Tally::default() });

    let mut listed = String::new();
    for row in store.rejected(None, 100).unwrap() {
        writeln!(listed, "{} {}", row.rejected.from, row.rejected.reason).unwrap();
    }
    expect_test::expect![[r"
        orders.csv:3 `changed_at` holds `yesterday`, and the mapping reads times as `%Y-%m-%d %H:%M:%S`
        orders.csv:4 the row has 6 values, the header has 8; look for a comma or a quote too many or too few
        orders.csv:5 `status` holds `stolen`, which the mapping's `kind` does not know; add it to its cases, or an `otherwise`
        orders.csv:6 the user_id `null` stands for nobody; leave it out
    "]]
    .assert_eq(&listed);
}

const STOLEN: &str = "o11,stolen,2026-01-01 10:00:00,c11,,1,,\n";

#[test]
fn a_rejected_row_is_sent_again_once_after_the_mapping_was_mended() {
    let shop = Shop::open();
    let store = shop.store();
    shop.import(&store, "orders.csv", file(&[STOLEN.to_owned()])).unwrap();
    let send = || {
        let rows = store.rejected(None, 9).unwrap();
        let mut acceptor = Acceptor::new(std::sync::Arc::clone(&store)).unwrap();
        send_again(&store, &mut acceptor, &shop.company().mappings, &hurried(), &rows[0], Timestamp::EPOCH)
            .unwrap()
    };
    assert!(matches!(send(), Again::StillBad { reason } if reason.contains("`stolen`")));
    assert_eq!(store.end(), Position::new(1));

    shop.rewrite("mappings/orders.yaml", "    draft: skip", "    draft: skip\n    stolen: Order Cancelled");
    assert_eq!(send(), Again::Mended { events: 1 });
    // The event, and that the row is off the list.
    assert_eq!(store.end(), Position::new(3));
    let tally = shop.import(&store, "orders.csv", file(&[STOLEN.to_owned()])).unwrap();
    assert_eq!(tally, Tally { rows: 1, repeats: 1, ..Tally::default() });
    assert!(store.rejected(None, 9).unwrap()[0].redriven);
    assert_eq!(store.progress().unwrap().totals.events, 1);
}

#[test]
fn a_file_imported_again_with_a_mended_mapping_clears_its_rows_from_the_list() {
    let shop = Shop::open();
    let store = shop.store();
    shop.import(&store, "orders.csv", file(&[STOLEN.to_owned()])).unwrap();
    shop.rewrite("mappings/orders.yaml", "    draft: skip", "    draft: skip\n    stolen: Order Cancelled");
    let tally = shop.import(&store, "orders.csv", file(&[STOLEN.to_owned()])).unwrap();
    assert_eq!(tally, Tally { rows: 1, events: 1, redriven: 1, ..Tally::default() });
    let again = shop.import(&store, "orders.csv", file(&[STOLEN.to_owned()])).unwrap();
    assert_eq!(again, Tally { rows: 1, repeats: 1, ..Tally::default() });
}

#[test]
fn a_file_that_lacks_a_column_is_refused_before_a_row_is_read() {
    let shop = Shop::open();
    let store = shop.store();
    let error = shop.import(&store, "orders.csv", "order_id,state\n1,paid\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "orders.csv lacks `carrier`, `changed_at`, `customer_id`, `email`, `promised_at`, `status`, `total`, which \
         the mapping `orders` names; its columns are `order_id`, `state`"
    );
    assert_eq!(store.end(), Position::START);
}

#[test]
fn a_quote_that_is_never_closed_ends_the_import_and_keeps_what_was_read() {
    let shop = Shop::open();
    let store = shop.store();
    let mut text = file(&orders(1));
    text.push_str("\"o9,paid");
    text.push_str(&"x,\n".repeat(1 << 20));
    let error = shop.import(&store, "orders.csv", text).unwrap_err();
    assert!(format!("{error:#}").starts_with("orders.csv:10: a row is longer than"), "{error:#}");
}
