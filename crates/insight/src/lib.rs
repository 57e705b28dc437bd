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
mod brief;
mod carried;
mod cases;
mod clocks;
mod customer;
mod decisions;
mod deliveries;
mod erasures;
mod error;
mod experience;
mod export;
mod journeys;
mod known_as;
mod ledger;
mod moment;
mod overview;
mod page;
mod places;
mod playbooks;
mod promises;
mod pulse;
mod receipt_words;
mod rejected;
mod said;
mod search;
mod series;
mod statistic;
mod timeline;
mod trust;
mod went_through;
mod window;

pub use at::{At, AtError};
pub use brief::{Brief, CaseAction, LeaveAlone, brief};
pub use carried::{Carried, WeighedWord, carried};
pub use cases::{CaseLine, CaseStateWord, Cases, CasesQuestion, NoteLine, TeamCases, cases};
pub use customer::{
    ApartLine, ConsentLine, CourseLine, Customer, IdentifierLine, LinkLine, RunLine, StepLine, TraitLine,
    TrendWord, customer, find,
};
pub use decisions::{
    DECISIONS_LOOKED_AT_MAX, Decisions, DecisionsQuestion, PlaybookDecisions, RefusedFor, decisions,
};
pub use deliveries::{
    DeadLetter, Deliveries, DeliveriesQuestion, EndpointLine, WAITING_COUNTED_MAX, deliveries,
};
pub use erasures::{ErasureLine, ErasureStateWord, Erasures, ErasuresQuestion, erasures};
pub use error::InsightError;
pub use experience::{EmotionShare, Experience};
pub use export::{
    Export, ExportLine, ExportQuestion, ExportedConsent, ExportedEvent, ExportedMoment, ExportedReading,
    export,
};
pub use journeys::{
    Change, JourneyMap, Journeys, JourneysQuestion, MomentMap, PromiseMap, StageMap, journeys,
};
pub use known_as::{KnownAs, known_as};
pub use ledger::{AccountLevel, LedgerLine, TrustView};
pub use moment::{
    Moment, MomentQuestion, MomentSplit, POINTS_MAX, Point, Series, Step, ValueOfMoment, moment,
};
pub use overview::{CaseNews, Changed, DecisionNews, NEWS_MAX, News, Overview, PromiseNews, Watched};
pub use page::{Page, ROWS, ROWS_MAX};
pub use places::{Defined, FilePlace, Places};
pub use playbooks::{
    AimWord, Did, DidOnDay, ModeWord, OtherDecisions, PlaybookView, Playbooks, PlaybooksQuestion, playbooks,
};
pub use promises::{
    NamedTally, PromiseLine, PromiseStateWord, PromiseTally, Promises, PromisesQuestion, promises,
};
pub use pulse::{
    History, MomentExperience, Pulse, PulseQuestion, SplitBy, VALUES_MAX, ValueExperience, pulse,
};
pub use receipt_words::{DecisionLine, LookedAt, VerdictWord};
pub use rejected::{RejectedInputs, RejectedLine, RejectedQuestion, is_from, rejected};
pub use search::{Found, FoundLine, SearchQuestion, search};
pub use series::{
    PulseSeries, SERIES_POINTS_MAX, SeriesPoint, SeriesQuestion, TrustPoint, Unusual, UnusualFigure, series,
};
pub use statistic::{Difference, FLOOR, Figure, Mean, Share, spread};
pub use timeline::{EmotionRead, Happened, MomentGone, Read, Timeline, TimelineQuestion, timeline};
pub use trust::{AccountFigures, Fall, Trust, TrustQuestion, trust};
pub use went_through::{
    OutcomeWord, RECORDS_LOOKED_AT_MAX, WentThrough, WentThroughLine, WentThroughQuestion, went_through,
};
pub use window::Window;
