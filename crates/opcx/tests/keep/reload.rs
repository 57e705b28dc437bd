//! A folder that changes while its engine runs.

use std::fs;
use std::path::Path;

use opcx::house::history::History;
use opcx_core::log::Position;

use crate::shop::Shop;

/// How many versions have decided so far.
fn versions(data: &Path) -> usize {
    History::open(data).unwrap().reigns().len()
}

#[test]
fn what_is_saved_while_it_runs_decides_from_there_on_and_is_derived_anew_alike() {
    let shop = Shop::open();
    let data = shop.data();
    let engine = shop.serve(&[]);
    engine.order(0..20);
    // From now on orders set nothing off. A file with a fault in it changes nothing.
    let playbook = shop.path("playbooks/bought.yaml");
    let sound = fs::read_to_string(&playbook).unwrap();
    fs::write(&playbook, sound.replace("when:", "whenever:")).unwrap();
    engine.order(20..25);
    assert_eq!(versions(&data), 1);
    fs::remove_file(&playbook).unwrap();
    while versions(&data) < 2 {
        std::thread::yield_now();
    }
    engine.order(25..40);
    engine.end();

    let before = shop.digest();
    let company = shop.company();
    let decided: Vec<String> =
        History::open(&data).unwrap().reigns().iter().map(|reign| reign.version.clone()).collect();
    assert_eq!(decided.last(), Some(&company.definitions.version.to_string()));
    // The history is told by the log and the versions alone.
    fs::remove_dir_all(data.join("state")).unwrap();
    assert_eq!(shop.digest(), before);
    // Each of the first orders set off one webhook, and none of the later ones did.
    let store = company.open_store().unwrap();
    assert_eq!(store.progress().unwrap().totals.events, 40);
    let receipts = store.receipts(Position::START..store.end(), 1_000).unwrap();
    let by_orders: usize = receipts.iter().map(|receipt| receipt.decisions.iter().count()).sum();
    assert_eq!(by_orders, 25);
}
