//! What systems tell of themselves: stock every morning, latency every quarter of an hour.
//!
//! Reckoned from the events that pass: an order takes one off the shelf of its region's warehouse, more is ordered when
//! little is left and comes after [`RESTOCK_DAYS`]; a system's latency is that of the requests it answered.

use std::collections::BTreeMap;

use opcx_core::time::{Span, Timestamp};

use crate::company::{PRODUCTS, Region, Warehouse};
use crate::message::{Fact, Kind, Message};
use crate::transport::{Sent, Shape};
use crate::wire::time;

const DAY_MILLIS: i64 = Span::DAY.as_millis();
const QUARTER_MILLIS: i64 = 15 * 60_000;
const WAREHOUSES: [Warehouse; 2] = [Warehouse::Millfield, Warehouse::Dockside];
/// What lies on a shelf at first and after more has come, for each share of the orders that its product has.
const FULL_PER_WEIGHT: i64 = 12;
/// More is ordered below this share of it, in percent.
const REORDER_PERCENT: i64 = 30;
/// Days until it comes.
const RESTOCK_DAYS: i64 = 3;

/// The gauges of a company under way.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    day: Option<i64>,
    quarter: Option<i64>,
    shelves: Vec<Shelf>,
    /// Milliseconds that requests took, and how many of them failed, by service.
    services: BTreeMap<&'static str, (Vec<i64>, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Shelf {
    full: i64,
    left: i64,
    comes: Option<i64>,
}

impl Gauges {
    /// The file of stock, and its line of column names.
    pub const STOCK: (&'static str, &'static str) =
        ("stock.csv", "taken_at,warehouse,product,on_hand,on_order");
    /// The file of latency, and its line of column names.
    pub const LATENCY: (&'static str, &'static str) =
        ("latency.csv", "from,service,requests,failed,median_ms,p95_ms,longest_ms");

    /// Sees an event pass; adds the lines that have become due, each with its end, to stock and latency.
    pub fn pass(&mut self, sent: &Sent, stock: &mut Vec<u8>, latency: &mut Vec<u8>) {
        let now = sent.arrived.as_millis();
        let (day, quarter) = (now.div_euclid(DAY_MILLIS), now.div_euclid(QUARTER_MILLIS));
        if self.day.replace(day).is_some_and(|last| last < day) {
            self.morning(day, stock);
        }
        if let Some(last) = self.quarter.replace(quarter).filter(|last| *last < quarter) {
            self.told(last, latency);
        }
        if sent.shape == Shape::Good {
            self.count(&sent.message);
        }
    }

    fn count(&mut self, message: &Message) {
        let number = |wanted: &str| {
            message.facts.iter().find_map(|(name, fact)| match fact {
                Fact::Number(value) if *name == wanted => Some(*value),
                _ => None,
            })
        };
        let timed = match message.kind {
            Kind::ProductViewed | Kind::ProductUnavailable => {
                Some(("catalogue", number("latency_ms"), false))
            }
            Kind::OrderCompleted => {
                self.sold(message);
                Some(("checkout", number("seconds_to_confirm").map(|seconds| seconds * 1_000), false))
            }
            Kind::PaymentFailed => Some(("checkout", None, true)),
            Kind::DownloadCompleted => {
                Some(("download", number("seconds").map(|seconds| seconds * 1_000), false))
            }
            Kind::DownloadFailed => Some(("download", None, true)),
            _ => None,
        };
        if let Some((service, took, has_failed)) = timed {
            let (requests, failed) = self.services.entry(service).or_default();
            requests.extend(took);
            *failed += u64::from(has_failed);
        }
    }

    fn sold(&mut self, message: &Message) {
        let word = |wanted: &str| {
            message.facts.iter().find_map(|(name, fact)| match fact {
                Fact::Word(word) if *name == wanted => Some(*word),
                _ => None,
            })
        };
        let product = PRODUCTS.iter().position(|product| Some(product.name) == word("product"));
        let region = Region::ALL.into_iter().find(|region| Some(region.word()) == word("region"));
        let (Some(product), Some(region)) = (product, region) else { return };
        let warehouse = WAREHOUSES.iter().position(|warehouse| *warehouse == region.warehouse()).unwrap_or(0);
        let shelf = &mut self.shelves()[warehouse * PRODUCTS.len() + product];
        shelf.left = (shelf.left - 1).max(0);
    }

    fn shelves(&mut self) -> &mut [Shelf] {
        if self.shelves.is_empty() {
            let full = |weight| FULL_PER_WEIGHT * i64::from(weight);
            let shelf = |weight| Shelf { full: full(weight), left: full(weight), comes: None };
            self.shelves =
                WAREHOUSES.iter().flat_map(|_| PRODUCTS.iter().map(|one| shelf(one.weight))).collect();
        }
        &mut self.shelves
    }

    /// What lies on the shelves this morning.
    fn morning(&mut self, day: i64, stock: &mut Vec<u8>) {
        for (place, shelf) in self.shelves().iter_mut().enumerate() {
            if shelf.comes.is_some_and(|comes| comes <= day) {
                shelf.left = shelf.full;
                shelf.comes = None;
            } else if shelf.comes.is_none() && shelf.left * 100 < shelf.full * REORDER_PERCENT {
                shelf.comes = Some(day + RESTOCK_DAYS);
            }
            time(Timestamp::from_millis(day * DAY_MILLIS), stock);
            let ordered = if shelf.comes.is_some() { shelf.full } else { 0 };
            let (warehouse, product) = (WAREHOUSES[place / PRODUCTS.len()], PRODUCTS[place % PRODUCTS.len()]);
            let row = format!(",{},{},{},{ordered}\n", warehouse.word(), product.name, shelf.left);
            stock.extend_from_slice(row.as_bytes());
        }
    }

    /// What the quarter of an hour that is over was like.
    fn told(&mut self, quarter: i64, latency: &mut Vec<u8>) {
        for (service, (mut took, failed)) in std::mem::take(&mut self.services) {
            took.sort_unstable();
            let of = |percent: usize| match took.len() {
                0 => String::new(),
                count => took[(count - 1) * percent / 100].to_string(),
            };
            time(Timestamp::from_millis(quarter * QUARTER_MILLIS), latency);
            let requests = took.len() as u64 + failed;
            let row = format!(",{service},{requests},{failed},{},{},{}\n", of(50), of(95), of(100));
            latency.extend_from_slice(row.as_bytes());
        }
    }
}
