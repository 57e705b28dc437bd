use std::collections::VecDeque;

use hashbrown::HashSet;
use opcx_store::EventKey;

/// The newest event keys, so that a repeat is recognised before it is written. A repeat that comes
/// later than that is recognised when it is decided on: this only saves room in the log.
#[derive(Debug)]
pub(super) struct Window {
    keys: HashSet<EventKey>,
    order: VecDeque<EventKey>,
    keys_max: usize,
}

impl Window {
    pub(super) fn new(keys_max: usize) -> Window {
        Window { keys: HashSet::new(), order: VecDeque::new(), keys_max: keys_max.max(1) }
    }

    pub(super) fn holds(&self, key: &EventKey) -> bool {
        self.keys.contains(key)
    }

    pub(super) fn note(&mut self, key: EventKey) {
        if !self.keys.insert(key) {
            return;
        }
        if self.order.len() == self.keys_max
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        self.order.push_back(key);
    }
}
