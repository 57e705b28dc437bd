use opcx_core::time::Timestamp;

use crate::person::Number;

/// What a cause did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) people: u64,
    pub(super) times: u64,
    pub(super) trust_change: i64,
    pub(super) leaving_thousandths: i64,
    pub(super) lost_cents: i64,
    /// The earliest complaint about it: when, the number of its event, whose.
    pub(super) first_complaint: Option<(Timestamp, u64, Number)>,
}

impl Tally {
    /// Somebody complains about it. Complaints are made up in another order than that of their times.
    pub(super) fn complained(&mut self, at: Timestamp, event: u64, person: Number) {
        let one = (at, event, person);
        self.first_complaint = Some(self.first_complaint.map_or(one, |first| first.min(one)));
    }

    pub(super) fn hurt(&mut self, is_first: bool, change: i64) {
        self.people += u64::from(is_first);
        self.times += 1;
        self.trust_change += change;
    }
}
