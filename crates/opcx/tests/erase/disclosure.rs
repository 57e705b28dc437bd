//! An export holds everything: what a scan of all that is stored finds is in it.

use std::collections::BTreeSet;

use opcx_core::identity::Identifier;
use opcx_core::log::Position;
use opcx_core::record::Entry;
use opcx_insight::{Export, ExportLine, ExportQuestion, export};

use super::canaries::CANARIES;
use super::shop::{Shop, ada, email};

fn everything(shop: &Shop) -> Vec<ExportLine> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let Export { lines: some, next } =
            export(&*shop.store, &shop.definitions, ada::EMAIL, &ExportQuestion { after }).unwrap();
        lines.extend(some);
        after = next;
        if after.is_none() {
            return lines;
        }
    }
}

#[test]
fn an_export_holds_whatever_a_scan_of_the_store_finds() {
    let mut shop = Shop::open();
    shop.a_week_with_ada();
    let lines = everything(&shop);
    let id = shop.store.owner(&email(ada::EMAIL)).unwrap().unwrap();
    let hers: BTreeSet<Identifier> =
        shop.store.customer(id).unwrap().unwrap().person.identifiers.into_iter().collect();

    let records = shop.store.read(Position::START, usize::MAX, usize::MAX).unwrap();
    let logged: BTreeSet<u64> = records
        .iter()
        .filter(|logged| match &logged.record.entry {
            Entry::Event(event) => event.strongest().is_some_and(|strongest| hers.contains(strongest)),
            Entry::Rejected(rejected) => rejected.raw.to_lowercase().contains(ada::EMAIL),
            Entry::Reading(_)
            | Entry::Command(_)
            | Entry::Delivery(_)
            | Entry::Tick
            | Entry::Erased(_)
            | Entry::Erasure(_) => false,
        })
        .map(|logged| logged.position.get())
        .collect();
    let told: BTreeSet<u64> = lines
        .iter()
        .filter_map(|line| match line {
            ExportLine::Event(event) => Some(event.position),
            ExportLine::Rejected { position, .. } => Some(*position),
            _ => None,
        })
        .collect();
    assert_eq!(told, logged);

    let receipts = shop.store.receipts(Position::START..shop.store.end(), usize::MAX).unwrap();
    let taken: usize = receipts
        .iter()
        .filter(|receipt| shop.store.stands_for(receipt.customer()).unwrap() == Some(id))
        .map(|receipt| receipt.decisions.len())
        .sum();
    let decided = lines.iter().filter(|line| matches!(line, ExportLine::Decision(_))).count();
    assert_eq!((decided, decided > 0), (taken, true));

    let readings =
        lines.iter().filter(|line| matches!(line, ExportLine::Event(event) if event.reading.is_some()));
    assert_eq!(readings.count(), 4, "what was inferred from each of her messages");

    let text = serde_json::to_string(&lines).unwrap().to_lowercase();
    for canary in CANARIES {
        assert!(text.contains(&canary.to_lowercase()), "the export does not hold `{canary}`");
    }
}
