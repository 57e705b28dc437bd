//! Every single write fails once, in every way.

use opcx_simulation::{TableFault, exhaustion};
use opcx_store::disk::DiskFault;

#[test]
fn law_01_whichever_write_of_the_log_fails_nothing_acknowledged_is_lost() {
    for fault in [DiskFault::Full, DiskFault::Refused, DiskFault::Torn, DiskFault::Short] {
        let sites = exhaustion::of_the_log(fault).unwrap_or_else(|broken| panic!("{fault:?}: {broken}"));
        println!("{fault:?}: {sites} writes and syncs of the log failed, one at a time");
        assert!(sites > 50, "{sites}");
    }
}

#[test]
fn law_02_whichever_write_of_the_state_fails_everything_is_counted_once() {
    for fault in [TableFault::FullBefore, TableFault::FullAfter, TableFault::Refused, TableFault::Unsynced] {
        let sites = exhaustion::of_the_tables(fault).unwrap_or_else(|broken| panic!("{fault:?}: {broken}"));
        println!("{fault:?}: {sites} writes and syncs of the state failed, one at a time");
        assert!(sites > 15, "{sites}");
    }
}
