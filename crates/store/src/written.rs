use core::cell::RefCell;
use core::ops::Deref;
use std::sync::Arc;

use opcx_core::customer::{Customer, DeedId};
use opcx_core::log::Position;
use opcx_core::receipt::{Receipt, ReceiptHash};
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
        let bytes = write(&value);
        Written { value, bytes }
    }

    /// Writes each of the values down.
    #[must_use]
    pub fn each(values: impl IntoIterator<Item = T>) -> Vec<Written<T>> {
        values.into_iter().map(Written::new).collect()
    }
}

impl Written<Arc<Customer>> {
    /// Writes a customer down.
    #[must_use]
    pub fn customer(customer: impl Into<Arc<Customer>>) -> Written<Arc<Customer>> {
        let value = customer.into();
        let bytes = write(&*value);
        Written { value, bytes }
    }
}

/// What a commit has to know of a receipt, besides its bytes.
///
/// Receipts are the most of what a batch comes to, in bytes and in allocations. Whoever leaves one drops it as soon
/// as it is written down, on the core that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptHead {
    /// Its id.
    pub id: DeedId,
    /// The record that led to it.
    pub position: Position,
    /// How many decisions are on it.
    pub decisions: usize,
    /// What the chain of receipts takes of it.
    pub hash: ReceiptHash,
}

impl Written<ReceiptHead> {
    /// Writes a receipt down.
    #[must_use]
    pub fn receipt(receipt: &Receipt) -> Written<ReceiptHead> {
        let bytes = write(receipt);
        let head = ReceiptHead {
            id: receipt.id,
            position: receipt.position,
            decisions: receipt.decisions.len(),
            hash: ReceiptHash::of(&bytes),
        };
        Written { value: head, bytes }
    }

    /// The whole receipt, for those few who ask.
    #[must_use]
    pub fn read(&self) -> Receipt {
        postcard::from_bytes(&self.bytes).expect("what was just written down reads back")
    }

    /// Writes each of the receipts down.
    #[must_use]
    pub fn receipts(receipts: impl IntoIterator<Item = Receipt>) -> Vec<Written<ReceiptHead>> {
        receipts.into_iter().map(|receipt| Written::receipt(&receipt)).collect()
    }
}

fn write<T: Serialize>(value: &T) -> Box<[u8]> {
    thread_local! {
        static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    // A buffer that has grown to what is usual, so that each value takes one allocation of its size.
    DRAFT.with_borrow_mut(|draft| encode(value, draft).into())
}

impl<T> Written<T> {
    /// The encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
