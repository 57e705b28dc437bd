use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use opcx_core::time::Span;

use crate::{Broken, Finished, run};

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Many {
    /// Seeds that were run.
    pub seeds: u64,
    /// Time that passed in all the worlds together.
    pub simulated: Span,
    /// Records in all the logs together.
    pub records: u64,
    /// How often engines ended and started again.
    pub crashes: u64,
    /// How much was asked to go wrong beside that.
    pub faults: u64,
    /// Requests that were refused for want of room.
    pub refused: u64,
    /// The lowest seed that broke a law.
    pub failure: Option<Failure>,
}

/// A seed that broke a law.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The law.
    pub broken: Broken,
}

/// Runs seeds on so many threads, one seed at a time each. After a failure no further ones are begun.
/// `tell` is called now and then, with what came of the seeds so far.
pub fn many(seeds: Range<u64>, threads: usize, tell: &(dyn Fn(&Many) + Sync)) -> Many {
    let next = AtomicU64::new(seeds.start);
    let stop = AtomicBool::new(false);
    let sum = Mutex::new(Many::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
                let pool = pool.expect("the system has room for a thread");
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let result = pool.install(|| run(seed, None));
                    stop.fetch_or(result.is_err(), Ordering::Relaxed);
                    let mut sum = sum.lock().expect("nothing panics while it is held");
                    sum.add(seed, result);
                    tell(&sum);
                }
            });
        }
    });
    sum.into_inner().expect("nothing panics while it is held")
}

impl Many {
    fn add(&mut self, seed: u64, result: Result<Finished, Broken>) {
        self.seeds += 1;
        match result {
            Ok(finished) => {
                let Finished { simulated, records, crashes, faults, refused, digest: _ } = finished;
                let millis = self.simulated.as_millis().saturating_add(simulated.as_millis());
                self.simulated = Span::from_millis(millis);
                self.records += records;
                self.crashes += crashes;
                self.faults += faults;
                self.refused += refused;
            }
            Err(broken) => {
                if self.failure.as_ref().is_none_or(|failure| seed < failure.seed) {
                    self.failure = Some(Failure { seed, broken });
                }
            }
        }
    }
}
