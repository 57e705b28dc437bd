//! The allocator of the program, and how long it keeps what was freed.
//!
//! A crate of its own since it has the workspace's only `unsafe`: calls of two functions of C, which all others forbid.

use std::ffi::c_long;

use libmimalloc_sys::mi_option_t;

/// What programs name as their `#[global_allocator]`. Much is allocated by one thread and freed by another, which the C
/// library's allocator does not like.
pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` of mimalloc 3, which the bindings do not name.
const PURGE_DELAY: mi_option_t = 15;

/// How long freed memory is kept at hand before the system gets it back.
///
/// A batch frees what the next one takes again. After one second, as is usual, all that is free goes back, and the system
/// clears it page by page as it is taken anew: an eighth of all processor time through the five steps
/// (`docs/benchmarks-history.md`). After five it costs nothing to speak of, and memory is still given back after a peak.
const KEPT_MILLISECONDS: c_long = 5_000;

/// Keeps freed memory for five seconds, unless the environment says otherwise (`MIMALLOC_PURGE_DELAY`, milliseconds).
#[allow(unsafe_code, reason = "the bindings have no safe form")]
pub fn keep_what_is_freed() {
    // SAFETY: it takes two numbers and writes one entry of a static table. Which entry is checked against the table's end
    // there, and in the test below by its value. It is called before there are other threads.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEPT_MILLISECONDS) }
}

/// Gives what was freed back to the system now. Does nothing in a program that has another allocator.
#[allow(unsafe_code, reason = "the bindings have no safe form")]
pub fn give_back() {
    // SAFETY: it takes a flag, and touches only memory that nobody holds.
    unsafe { libmimalloc_sys::mi_collect(true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(unsafe_code, reason = "the bindings have no safe form")]
    fn kept() -> c_long {
        // SAFETY: it takes a number and reads one entry of a static table.
        unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) }
    }

    #[test]
    fn the_number_is_that_of_the_delay() {
        assert_eq!(kept(), 1_000, "what mimalloc 3 does if nobody says otherwise");
        keep_what_is_freed();
        assert_eq!(kept(), KEPT_MILLISECONDS);
    }
}
