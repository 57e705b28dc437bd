//! The demo: a simulated company in a temporary folder, its history at once and then live, faster than life.
//!
//! Nothing is special about it but its clock. History is read with the company's own mapping, on the lane of live
//! traffic; what follows goes through the HTTP door as an application would send it, and staff work on cases as
//! people with keys do; the engine is the one that serves, on a clock that runs faster.

mod clock;
mod company;
mod desks;
mod feed;
mod past;
mod staff;

pub use clock::FastClock;
pub use company::write as write_company;
pub use desks::{Desks, work};
pub use feed::feed;
pub use past::{House, Past, past};
pub use staff::{Deed, Staff};
