//! Customers who come, ask to be erased, and leave; then the next ones do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::company::{ADMIN_KEY, WRITE_KEY};
use crate::customer::Wire;
use crate::ledger::{Kind, Ledger, Serial};

/// The first of the numbers that leavers' events carry; other customers' are far below.
const FIRST: Serial = 1 << 60;
/// How often a leaver waits a moment before the next one comes: an erasure goes through everything, and
/// others want to be served as well.
const PAUSES: usize = 50;
/// How many leave at a time, so that some ask while others are being erased.
pub(crate) const AT_ONCE: Serial = 3;

/// How every leaver's name begins.
pub(crate) const NAME_BEGINS: &[u8] = b"leaver-";
/// How long every leaver's name is, in bytes.
pub(crate) const NAME_BYTES: usize = 17;

/// Lets one after the other come and leave until `stop`, from the `first` one on.
pub(crate) fn come_and_leave(first: Serial, wire: &mut Wire, ledger: &Arc<Ledger>, stop: &AtomicBool) {
    for count in (first..).step_by(AT_ONCE as usize) {
        let (name, serial) = (format!("leaver-{count:010}"), FIRST + count);
        ledger.sending(serial, Kind::Left);
        say_something(wire, ledger, serial, &name);
        if ask_to_be_erased(wire, ledger, &name) {
            ledger.erased(name);
        }
        for _ in 0..PAUSES {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            wire.pause();
        }
    }
}

fn say_something(wire: &mut Wire, ledger: &Arc<Ledger>, serial: Serial, name: &str) {
    let message = json!({
        "type": "track",
        "messageId": serial.to_string(),
        "userId": name,
        "event": "Checkout Started",
        "properties": { "order_id": format!("order of {name}") },
    });
    let body = json!({ "writeKey": WRITE_KEY, "batch": [message] }).to_string();
    loop {
        let watch = ledger.watch();
        if wire.post("/v1/batch", None, &body) == Some(200) && ledger.acknowledged(watch, &[serial]) {
            return;
        }
        wire.hang_up();
    }
}

/// Returns whether the order was acknowledged. One that was not may have been carried out all the same; then
/// nobody is known by that name when it is given again.
fn ask_to_be_erased(wire: &mut Wire, ledger: &Arc<Ledger>, name: &str) -> bool {
    let who = format!("user_id:{name}");
    let body = json!({ "who": who, "reason": "asked for" }).to_string();
    let mut is_uncertain = false;
    loop {
        let watch = ledger.watch();
        match wire.post("/v1/customers/erase", Some(ADMIN_KEY), &body) {
            Some(202) if ledger.counts(watch) => return true,
            // What they said may not be decided on yet.
            Some(404) if !is_uncertain => wire.pause(),
            Some(404) => return false,
            _ => {
                is_uncertain = true;
                wire.hang_up();
            }
        }
    }
}
