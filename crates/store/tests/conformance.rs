//! Both engines do what any store must.

use std::cell::Cell;

use opcx_store::{Embedded, Memory, Settings, Store, conformance};

#[test]
fn the_store_in_memory_does_what_any_store_must() {
    let reopen = |store: Memory| {
        store.persist().expect("memory does not fail");
        store.crash(0)
    };
    conformance::check(Memory::new, reopen);
}

#[test]
fn the_embedded_store_does_what_any_store_must() {
    let parent = tempfile::tempdir().expect("a temporary folder can be made");
    let number = Cell::new(0);
    // Small enough that the log goes through several segments.
    let settings = Settings { segment_bytes: 4_000, ..Settings::default() };
    let folder = || parent.path().join(number.get().to_string());
    let open = || Embedded::open(&folder(), &settings).expect("the store opens");
    let make = || {
        number.set(number.get() + 1);
        open()
    };
    let reopen = |store: Embedded| {
        drop(store);
        open()
    };
    conformance::check(make, reopen);
}
