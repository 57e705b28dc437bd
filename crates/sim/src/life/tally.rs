/// What a cause did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) people: u64,
    pub(super) times: u64,
    pub(super) trust_change: i64,
    pub(super) leaving_thousandths: i64,
    pub(super) lost_cents: i64,
    pub(super) has_complaint: bool,
}

impl Tally {
    pub(super) fn hurt(&mut self, is_first: bool, change: i64) {
        self.people += u64::from(is_first);
        self.times += 1;
        self.trust_change += change;
    }
}
