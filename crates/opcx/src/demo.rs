//! The demo: a simulated company in a temporary folder, its history at once and then live, faster than life.
//!
//! Nothing is special about it but its clock. History is a file and goes through the importer, on the lane of
//! live traffic; what follows goes through the HTTP door as an application would send it; the engine is the one
//! that serves, on a clock that runs faster.

mod clock;
mod company;
mod feed;

pub use clock::FastClock;
pub use company::write as write_company;
pub use feed::{Past, feed, past};
