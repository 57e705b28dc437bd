//! Stores of earlier formats: opened by today's program.

use std::fs;

use crate::shop::Shop;

/// A segment of format 2, byte by byte: three orders of two customers, written down when that was the format.
const LOG_OF_FORMAT_2: &str = include_str!("log-of-format-2.hex");

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// Lays out a store as format 2 had it: the format's number, a log, and nothing else.
fn of_format_2() -> Shop {
    let shop = Shop::open();
    let data = shop.data();
    fs::create_dir_all(data.join("log")).unwrap();
    fs::write(data.join("format"), "2\n").unwrap();
    fs::write(data.join("log/00000000000000000000.log"), bytes(LOG_OF_FORMAT_2)).unwrap();
    shop
}

#[test]
fn a_store_of_format_2_is_opened_and_its_state_is_derived() {
    let shop = of_format_2();
    let engine = shop.serve(&[]);
    engine.end();
    let store = shop.company().open_store().unwrap();
    let progress = store.progress().unwrap();
    assert_eq!((progress.totals.events, progress.totals.customers, progress.totals.decisions), (3, 2, 2));
    drop(store);
    assert_eq!(shop.run(&["doctor", shop.folder()]).code, 0);
}

#[test]
fn a_state_of_another_format_is_derived_anew_by_itself_and_says_so() {
    let shop = of_format_2();
    let before = shop.digest();
    let text = "opcx state 0\n";
    let witness = format!("{text}sum {:08x}\n", crc32c::crc32c(text.as_bytes()));
    fs::write(shop.data().join("state/witness"), witness).unwrap();
    let said = shop.run(&["show", shop.folder(), "pulse"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.error.contains("it is of format 0, this program's is 6"), "{said:?}");
    assert!(said.error.contains("the state is derived anew from 3 records"), "{said:?}");
    assert_eq!(shop.digest(), before);
}

#[test]
fn a_log_of_a_later_format_is_left_alone() {
    let shop = of_format_2();
    fs::write(shop.data().join("format"), "3\n").unwrap();
    let said = shop.run(&["show", shop.folder(), "pulse"]);
    assert_eq!(said.code, 2);
    assert!(said.error.contains("was written by store format 3, this program reads format 2"), "{said:?}");
}
