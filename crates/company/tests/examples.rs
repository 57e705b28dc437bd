//! The example companies: what newcomers read and run has no fault and no warning.

use std::path::Path;

use opcx_company::{Loaded, load};

fn example(name: &str) -> Loaded {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let loaded = load(&root.join("examples").join(name));
    let shown: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown, Vec::<String>::new(), "examples/{name}");
    loaded
}

#[test]
fn the_airline_loads_without_a_fault_or_a_warning() {
    let loaded = example("airline");
    let names: Vec<&str> = loaded.mappings.iter().map(|mapping| mapping.name.as_str()).collect();
    assert_eq!(names, ["care", "tweets"]);
    assert!(loaded.definitions.is_some());
}

#[test]
fn the_shop_loads_without_a_fault_or_a_warning() {
    let loaded = example("shop");
    let names: Vec<&str> = loaded.mappings.iter().map(|mapping| mapping.name.as_str()).collect();
    assert_eq!(
        names,
        ["bus", "carrier-scans", "feedback", "till-receipts", "transcripts", "warehouse", "web-and-app"]
    );
    assert!(loaded.definitions.is_some());
}
