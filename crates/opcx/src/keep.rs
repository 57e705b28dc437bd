//! Keeping data safe: backup, restore, and a doctor for both.
//!
//! The log is the truth, so a backup is a copy of the log, with the definitions that decided on it; the
//! state is derived from them. Segments are only ever appended to, so a log can be copied while it is
//! written: what is copied is a beginning of it.

mod backup;
mod doctor;
mod erasures;
mod files;
mod held;
mod manifest;
mod mend;
mod restore;
mod verify;

pub use backup::{Backup, backup};
pub use doctor::{Fault, Part, Report, examine};
pub use erasures::{Erasures, note_erased};
pub use held::{Held, held, release};
pub use manifest::{FileCopy, MANIFEST_BYTES_MAX, Manifest, ManifestError, SegmentCopy};
pub use mend::mend;
pub use restore::{Restored, Until, restore};
pub use verify::verify;
