//! A bounded cache of two generations.

use std::hash::Hash;

use hashbrown::HashMap;

/// Keeps what was used lately: two generations, each of which is full with the value that brings it to
/// `generation_max`, in whatever unit their weights are.
///
/// When the young generation is full it becomes the old one, and what was old is forgotten. Cheaper
/// than exact recency, and just as good where use is heavy-tailed, as customers' is.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: Generation<K, V>,
    old: Generation<K, V>,
    generation_max: usize,
}

/// What was put in between two changes of generation.
#[derive(Debug)]
pub(crate) struct Generation<K, V> {
    values: HashMap<K, Weighed<V>>,
    /// What the values weigh together.
    weight: usize,
}

#[derive(Debug)]
struct Weighed<V> {
    value: V,
    weight: usize,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    pub(crate) fn new(generation_max: usize) -> Cache<K, V> {
        Cache { young: Generation::new(), old: Generation::new(), generation_max }
    }

    /// The value of `key`, taken out: whoever changes it puts it back.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        self.young.take(key).or_else(|| self.old.take(key))
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let held = self.young.values.get(key).or_else(|| self.old.values.get(key));
        held.map(|held| &held.value)
    }

    /// Puts a value in. Where that fills a generation, the one that is forgotten for it is handed over: dropping
    /// thousands of values takes a while, and whoever puts may have no time for it.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) -> Option<Generation<K, V>> {
        self.take(&key);
        self.young.values.insert(key, Weighed { value, weight });
        self.young.weight += weight;
        if self.young.weight < self.generation_max {
            return None;
        }
        let next = Generation::with_room(self.young.values.len());
        let young = std::mem::replace(&mut self.young, next);
        Some(std::mem::replace(&mut self.old, young))
    }

    pub(crate) fn forget(&mut self, key: &K) {
        self.take(key);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

impl<K: Hash + Eq, V> Generation<K, V> {
    fn new() -> Generation<K, V> {
        Generation { values: HashMap::new(), weight: 0 }
    }

    fn with_room(values: usize) -> Generation<K, V> {
        Generation { values: HashMap::with_capacity(values), weight: 0 }
    }

    fn take(&mut self, key: &K) -> Option<V> {
        let Weighed { value, weight } = self.values.remove(key)?;
        self.weight -= weight;
        Some(value)
    }

    fn clear(&mut self) {
        self.values.clear();
        self.weight = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(cache: &Cache<usize, usize>) -> usize {
        cache.young.values.values().chain(cache.old.values.values()).map(|held| held.weight).sum()
    }

    #[test]
    fn it_keeps_what_was_used_lately_and_stays_bounded() {
        let mut cache = Cache::new(100);
        for key in 0..1000 {
            cache.put(key, key, key % 20);
            if let Some(kept) = cache.take(&7) {
                cache.put(7, kept, 10);
            }
            assert!(weight(&cache) < 2 * (100 + 20), "one more than is full at most, in each");
        }
        assert_eq!(cache.get(&7), Some(&7), "what is used all the time stays");
        assert_eq!(cache.get(&500), None);
    }

    #[test]
    fn what_is_put_again_weighs_what_it_weighs_now() {
        let mut cache = Cache::new(100);
        for grown in 0..50 {
            cache.put(1, 1, grown);
        }
        assert_eq!((weight(&cache), cache.young.weight), (49, 49));
        cache.forget(&1);
        assert_eq!((weight(&cache), cache.young.weight), (0, 0));
    }
}
