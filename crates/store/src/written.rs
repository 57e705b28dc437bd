use core::cell::RefCell;
use core::ops::Deref;

use serde::Serialize;

use crate::state::encode;

/// A value and how tables hold it, written down once by whoever made it. Those who make such values work
/// on all cores; the one thread that commits has only to copy bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    value: T,
    bytes: Box<[u8]>,
}

impl<T: Serialize> Written<T> {
    /// Writes a value down.
    #[must_use]
    pub fn new(value: T) -> Written<T> {
        thread_local! {
            static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        // A buffer that has grown to what is usual, so that each value takes one allocation of its size.
        let bytes = DRAFT.with_borrow_mut(|draft| encode(&value, draft).into());
        Written { value, bytes }
    }

    /// Writes each of the values down.
    #[must_use]
    pub fn each(values: impl IntoIterator<Item = T>) -> Vec<Written<T>> {
        values.into_iter().map(Written::new).collect()
    }
}

impl<T> Written<T> {
    /// The encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
