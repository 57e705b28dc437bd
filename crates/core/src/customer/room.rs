use alloc::vec::Vec;

/// Adds to a list that a customer keeps. Its room doubles from one on: most customers have one or two of anything, and for
/// them the usual four would be most of the memory that they take.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
    list.push(item);
}
