//! Answers that are given to everybody who asks the same.
//!
//! Many people look at the same page, and each of them asks anew whenever something was decided. What an answer rests on
//! is the same for all of them, so it is worked out once; and where many look, not at every commit, but so often that no
//! question takes more than a share of a core.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::sync::Mutex as Turn;

use super::Reigning;

/// How many times as long as it took to work out an answer is given although more was decided meanwhile: one question
/// takes about a hundredth of a core, however many ask it.
const KEPT_TIMES: u32 = 100;
/// Shortest that such an answer is given: nobody reads faster, and pages ask once a second.
const KEPT_MIN: Duration = Duration::from_millis(500);
/// Longest that it is given: people believe that what they see is now.
const KEPT_MAX: Duration = Duration::from_secs(2);
/// Viewers who cost so little that they are told everything at once.
const VIEWERS_FEW: usize = 8;
/// Most answers that are kept; of more, all are let go. The pages that people have open ask some dozens.
const ANSWERS_MAX: usize = 128;
/// Largest answer that is kept, so that all of them take 32 MiB at most.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Answers at hand, by the address that asked for them.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<HashMap<String, Arc<Place>>>);

/// One answer's place. Whoever finds none there works it out, and those who ask meanwhile wait for it.
type Place = Turn<Option<Kept>>;

/// What an answer rests on.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// What decides and where that is said.
    pub(super) reigning: Arc<Reigning>,
    /// How many commits there were.
    pub(super) commits: u64,
    /// How many of them erased somebody, or went on with it.
    pub(super) erasures: u64,
    /// How many look live.
    pub(super) viewers: usize,
}

#[derive(Debug)]
struct Kept {
    answer: Bytes,
    ground: Ground,
    /// When somebody began to work it out, and how long that took.
    begun: Instant,
    took: Duration,
}

impl Shared {
    /// The answer at hand for that address, or the one that `work_out` gives; errors are everybody's own.
    pub(super) async fn answer<E>(
        &self,
        address: &str,
        ground: impl Fn() -> Ground,
        work_out: impl AsyncFnOnce() -> Result<Bytes, E>,
    ) -> Result<Bytes, E> {
        let place = self.place(address);
        let mut kept = place.lock().await;
        // As it is now, not as it was when the turn was waited for.
        let (ground, begun) = (ground(), Instant::now());
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_good(&ground, begun)) {
            return Ok(kept.answer.clone());
        }
        *kept = None;
        let answer = work_out().await?;
        if answer.len() <= ANSWER_BYTES_MAX {
            *kept = Some(Kept { answer: answer.clone(), ground, begun, took: begun.elapsed() });
        }
        Ok(answer)
    }

    /// Lets all answers go: somebody did something, and should see it.
    pub(super) fn let_go(&self) {
        self.lock().clear();
    }

    fn place(&self, address: &str) -> Arc<Place> {
        let mut places = self.lock();
        if let Some(place) = places.get(address) {
            return Arc::clone(place);
        }
        if places.len() >= ANSWERS_MAX {
            places.clear();
        }
        Arc::clone(places.entry(address.to_owned()).or_default())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Place>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Whether it may still be given. Nobody who is to be forgotten is told of for a moment longer.
    fn is_good(&self, ground: &Ground, now: Instant) -> bool {
        let is_of_now = self.ground.commits == ground.commits;
        let is_young = ground.viewers > VIEWERS_FEW
            && now.duration_since(self.begun)
                < self.took.saturating_mul(KEPT_TIMES).clamp(KEPT_MIN, KEPT_MAX);
        Arc::ptr_eq(&self.ground.reigning, &ground.reigning)
            && self.ground.erasures == ground.erasures
            && (is_of_now || is_young)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn reigning() -> Arc<Reigning> {
        let definitions =
            opcx_company::parse(&opcx_company::starter()).definitions.expect("the starter is sound");
        Arc::new(Reigning {
            definitions: Arc::new(definitions),
            places: Arc::default(),
            mappings: Arc::default(),
        })
    }

    #[test]
    fn an_answer_is_given_again_until_something_changes_and_then_for_as_long_as_it_is_worth() {
        let (reigning, other, begun) = (reigning(), reigning(), Instant::now());
        let ground = Ground { reigning, commits: 7, erasures: 1, viewers: VIEWERS_FEW + 1 };
        let took = Duration::from_millis(10);
        let kept = Kept { answer: Bytes::new(), ground: ground.clone(), begun, took };
        let is_good = |ground: Ground, millis| kept.is_good(&ground, begun + Duration::from_millis(millis));
        assert!(is_good(ground.clone(), 86_400_000), "nothing was decided");
        let decided = Ground { commits: 8, ..ground.clone() };
        assert!(is_good(decided.clone(), 999));
        assert!(!is_good(decided.clone(), 1_000));
        let slow = Kept { answer: Bytes::new(), ground: ground.clone(), begun, took: took * 1_000 };
        assert!(!slow.is_good(&decided, begun + KEPT_MAX), "it took ten seconds");
        let quick = Kept { answer: Bytes::new(), ground: ground.clone(), begun, took: Duration::ZERO };
        assert!(quick.is_good(&decided, begun + KEPT_MIN / 2), "it took no time");
        assert!(!is_good(Ground { viewers: VIEWERS_FEW, ..decided.clone() }, 1), "few look");
        assert!(!is_good(Ground { commits: 8, erasures: 2, ..ground.clone() }, 1), "somebody was erased");
        assert!(!is_good(Ground { reigning: other, ..ground }, 1), "other definitions decide");
    }

    #[tokio::test]
    async fn of_many_who_ask_the_same_one_works_it_out() {
        let (shared, worked) = (Arc::new(Shared::default()), Arc::new(AtomicU32::new(0)));
        let ground = Ground { reigning: reigning(), commits: 0, erasures: 0, viewers: 0 };
        let ask = |address: &'static str| {
            let (shared, worked, ground) = (Arc::clone(&shared), Arc::clone(&worked), ground.clone());
            tokio::spawn(async move {
                let work_out = async || {
                    tokio::task::yield_now().await;
                    worked.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, Infallible>(Bytes::from_static(address.as_bytes()))
                };
                shared.answer(address, || ground.clone(), work_out).await
            })
        };
        let asked: Vec<_> =
            (0..50).map(|number| ask(if number % 2 == 0 { "pulse" } else { "trust" })).collect();
        for (number, asked) in asked.into_iter().enumerate() {
            let Ok(answer) = asked.await.expect("nobody panics");
            assert_eq!(answer, if number % 2 == 0 { "pulse" } else { "trust" });
        }
        assert_eq!(worked.load(Ordering::Relaxed), 2);
        shared.let_go();
        let Ok(_) = ask("pulse").await.expect("nobody panics");
        assert_eq!(worked.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn only_so_many_and_so_large_answers_are_kept() {
        let shared = Shared::default();
        let ground = Ground { reigning: reigning(), commits: 0, erasures: 0, viewers: 0 };
        let worked = AtomicU32::new(0);
        let ask = async |address: &str, bytes: usize| {
            let work_out = async || {
                worked.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(Bytes::from(vec![b' '; bytes]))
            };
            let Ok(answer) = shared.answer(address, || ground.clone(), work_out).await;
            assert_eq!(answer.len(), bytes);
        };
        for _ in 0..2 {
            ask("large", ANSWER_BYTES_MAX + 1).await;
        }
        assert_eq!(worked.load(Ordering::Relaxed), 2, "a large one is worked out each time");
        for number in 0..ANSWERS_MAX * 3 {
            ask(&number.to_string(), 1).await;
            assert!(shared.lock().len() <= ANSWERS_MAX);
        }
    }
}
