//! Who goes first where threads want more cores than there are: answering senders, then deciding, then all else.

/// How far deciding gives way: where both want all cores, answers get ten times as much of them. A sender waits, and comes
/// again with more; what is in the log is safe, and is decided on as soon as there is a moment.
pub(crate) const DECIDING: i32 = 10;
/// How far threads beside the five steps do: they run when no other wants to. A network that reads a text for two
/// milliseconds would otherwise hold up what is decided, and a webhook with it.
pub(crate) const LAST: i32 = 19;

/// From now on this thread, and those it starts, let others go first, by so many steps of the system's niceness.
pub(crate) fn give_way(steps: i32) {
    // Of the thread alone, which it is on Linux only.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(steps) {
        tracing::debug!(%error, "a thread has the priority of those that it should let go first");
    }
}

/// Has the threads that decide, on all cores, give way to answering senders. To be called before anything is decided on in
/// this process; later it does nothing.
pub fn deciding_gives_way() {
    let pool = rayon::ThreadPoolBuilder::new().thread_name(|at| format!("opcx-decide-{at}"));
    if let Err(error) = pool.start_handler(|_| give_way(DECIDING)).build_global() {
        tracing::debug!(%error, "what decides on all cores has the priority it had");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_gives_way_with_those_it_starts_and_no_other_does() {
        let niceness = || rustix::process::nice(0).expect("a thread may ask");
        let before = niceness();
        let of_both = thread::spawn(move || {
            give_way(DECIDING);
            (niceness(), thread::spawn(niceness).join().expect("it only asks"))
        });
        let (one, started) = of_both.join().expect("it only asks");
        let lower = (before + DECIDING).min(LAST);
        assert_eq!([one, started, niceness()], [lower, lower, before]);
    }
}
