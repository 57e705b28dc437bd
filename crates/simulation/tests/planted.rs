//! Whether the laws would notice: every planted bug must be found.

use opcx_simulation::{Bug, find};

/// Seeds that a bug may hide in.
const SEEDS_MAX: u64 = 200;

#[test]
fn every_planted_bug_is_found() {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let hidden = std::sync::Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("| bug | what it does | seeds | the law that found it |\n|---|---|---|---|");
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(&bug) = Bug::ALL.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    match find(bug, SEEDS_MAX) {
                        Some(found) => println!("{}", found.row(bug)),
                        None => hidden.lock().expect("nothing panics while it is held").push(bug),
                    }
                }
            });
        }
    });
    let hidden = hidden.into_inner().expect("nothing panics while it is held");
    assert!(hidden.is_empty(), "not found within {SEEDS_MAX} seeds: {hidden:?}");
    assert!(Bug::ALL.len() >= 30, "{} bugs are planted", Bug::ALL.len());
}
