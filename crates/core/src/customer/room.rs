//! Room in the lists that a customer keeps. It doubles from one on: most customers have one or two of anything, and for
//! them the usual four would be most of the memory that they take.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// Adds to a list.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(wanted(list.len()));
    }
    list.push(item);
}

/// Adds to the back of a list that others leave at the front.
pub(crate) fn push_back<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(wanted(list.len()));
    }
    list.push_back(item);
}

/// For how many more a full list takes room.
fn wanted(len: usize) -> usize {
    len.max(1)
}
