//! A bounded cache of two generations.

use std::hash::Hash;

use hashbrown::HashMap;

/// Keeps what was used lately, at most twice `generation_max` entries.
///
/// When the young generation is full it becomes the old one, and what was old is forgotten. Cheaper
/// than exact recency, and just as good where use is heavy-tailed, as customers' is.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation_max: usize,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    pub(crate) fn new(generation_max: usize) -> Cache<K, V> {
        Cache { young: HashMap::new(), old: HashMap::new(), generation_max: generation_max.max(1) }
    }

    /// The value of `key`, taken out: whoever changes it puts it back.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        self.old.remove(&key);
        self.young.insert(key, value);
        if self.young.len() >= self.generation_max {
            // The room of the one is used again for the other.
            std::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
    }

    pub(crate) fn forget(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_was_used_lately_and_stays_bounded() {
        let mut cache = Cache::new(10);
        for key in 0..1000 {
            cache.put(key, key);
            if let Some(kept) = cache.take(&7) {
                cache.put(7, kept);
            }
        }
        assert_eq!(cache.get(&7), Some(&7), "what is used all the time stays");
        assert_eq!(cache.get(&500), None);
        assert!(cache.young.len() + cache.old.len() <= 20);
    }
}
