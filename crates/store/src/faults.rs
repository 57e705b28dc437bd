use std::fmt;
use std::sync::Arc;

use crate::StoreError;

/// A named point of a write at which a test can make it fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersistPoint {
    /// Nothing of the entries is in the log yet.
    BeforeAppend,
    /// The first half of the entries is in the log, and nobody was told.
    MidAppend,
    /// All entries would survive a power cut, and nobody was told.
    AfterAppend,
    /// Nothing of the commit is in the state yet.
    BeforeCommit,
    /// The commit is in the state, and nobody was told.
    AfterCommit,
    /// The commits since the last time may be lost to a power cut.
    BeforePersist,
    /// They survive, and nobody was told.
    AfterPersist,
}

impl PersistPoint {
    /// Every point, in the order in which a write passes them.
    pub const ALL: [PersistPoint; 7] = [
        PersistPoint::BeforeAppend,
        PersistPoint::MidAppend,
        PersistPoint::AfterAppend,
        PersistPoint::BeforeCommit,
        PersistPoint::AfterCommit,
        PersistPoint::BeforePersist,
        PersistPoint::AfterPersist,
    ];

    /// The point's name in tests and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PersistPoint::BeforeAppend => "before-append",
            PersistPoint::MidAppend => "mid-append",
            PersistPoint::AfterAppend => "after-append",
            PersistPoint::BeforeCommit => "before-commit",
            PersistPoint::AfterCommit => "after-commit",
            PersistPoint::BeforePersist => "before-persist",
            PersistPoint::AfterPersist => "after-persist",
        }
    }
}

/// What happens at a [`PersistPoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The write goes on.
    Pass,
    /// The write fails here.
    Fail,
    /// The process ends here, at once, as by `kill -9`.
    Crash,
}

type Ask = dyn Fn(PersistPoint) -> Verdict + Send + Sync;

/// Faults that a test wants. Asked at every [`PersistPoint`]. None unless asked for, and then they
/// cost nothing.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<Ask>>);

impl Faults {
    /// No fault ever.
    #[must_use]
    pub const fn none() -> Faults {
        Faults(None)
    }

    /// Faults as `ask` answers.
    pub fn new(ask: impl Fn(PersistPoint) -> Verdict + Send + Sync + 'static) -> Faults {
        Faults(Some(Arc::new(ask)))
    }

    pub(crate) fn at(&self, point: PersistPoint) -> Result<(), StoreError> {
        self.at_after(point, || Ok(()))
    }

    /// As `at`, for a point in the middle of a write: what comes before it is done by `half` if there
    /// is to be a fault.
    pub(crate) fn at_after(
        &self,
        point: PersistPoint,
        half: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.0.as_ref().map_or(Verdict::Pass, |ask| ask(point)) {
            Verdict::Pass => Ok(()),
            Verdict::Fail => {
                half()?;
                Err(StoreError::Injected { point })
            }
            Verdict::Crash => {
                half()?;
                std::process::abort()
            }
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Faults(some)" } else { "Faults(none)" })
    }
}
