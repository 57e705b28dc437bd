//! Questions over committed facts.
//!
//! Pure functions over a [`Store`](opcx_store::Store) and the company's
//! [`Definitions`](opcx_core::definitions::Definitions). Each view is one struct, the same for the
//! command line and the HTTP API, and tells its units.
//!
//! * **No figure without n and an interval** (law 9): [`Share`] and [`Mean`] can only be made from
//!   counts, and of fewer than [`FLOOR`] observations they are a [`Figure::Suppressed`].
//! * **As of the log's time**, never the wall's: the same store gives the same answers for ever.
//! * **Bounded**: tables are read bit by bit and never held whole; lists come in pages.
//! * **Absent on purpose**: clocks, files, HTTP, and words for one kind of screen.

mod at;
mod cases;
mod clocks;
mod customer;
mod decisions;
mod erasures;
mod error;
mod experience;
mod export;
mod ledger;
mod moment;
mod page;
mod promises;
mod pulse;
mod receipt_words;
mod statistic;
mod trust;
mod window;

pub use at::{At, AtError};
pub use cases::{CaseLine, CaseStateWord, Cases, CasesQuestion, TeamCases, cases};
pub use customer::{
    ApartLine, ConsentLine, Customer, IdentifierLine, LinkLine, RunLine, StepLine, TraitLine, customer, find,
};
pub use decisions::{
    DECISIONS_LOOKED_AT_MAX, Decisions, DecisionsQuestion, PlaybookDecisions, RefusedFor, decisions,
};
pub use erasures::{ErasureLine, ErasureStateWord, Erasures, ErasuresQuestion, erasures};
pub use error::InsightError;
pub use experience::{EmotionShare, Experience};
pub use export::{
    Export, ExportLine, ExportQuestion, ExportedConsent, ExportedEvent, ExportedMoment, ExportedReading,
    export,
};
pub use ledger::{AccountLevel, LedgerLine, TrustView};
pub use moment::{
    Moment, MomentQuestion, MomentSplit, POINTS_MAX, Point, Series, Step, ValueOfMoment, moment,
};
pub use page::{Page, ROWS, ROWS_MAX};
pub use promises::{
    NamedTally, PromiseLine, PromiseStateWord, PromiseTally, Promises, PromisesQuestion, promises,
};
pub use pulse::{
    History, MomentExperience, Pulse, PulseQuestion, SplitBy, VALUES_MAX, ValueExperience, pulse,
};
pub use receipt_words::{DecisionLine, LookedAt, VerdictWord};
pub use statistic::{FLOOR, Figure, Mean, Share};
pub use trust::{AccountFigures, Fall, Trust, TrustQuestion, trust};
pub use window::Window;
