//! A whole company, simulated, whose truth is known: for tests, benchmarks and the demo.
//!
//! Copper & Bean sells coffee gear and beans in a web shop, an app and five branches, by three carriers out of
//! two warehouses. Its customers have traits that nobody sees, live for months, feel, and speak or stay silent.
//! A [`Scenario`] plants what goes wrong; the [`Truth`] tells what came of it, beside the events that the
//! company's systems send.
//!
//! * **The same on every machine** – one seed gives the same bytes: whole numbers only, one known generator of
//!   chance, a queue with an order of its own, no clock.
//! * **Streaming** – [`Simulation`] hands out events in the order in which they arrive and holds what is under
//!   way: customers, and what happens to them next. Its memory grows with customers, not with days.
//! * **Not circular** – how trust moves here (`heart`) and when something is due here (`rhythm`) is written anew,
//!   by other rules than the engine's or from scratch.
//! * **Elsewhere** – what the truth is worth: `docs/science/simulated-company.md`; for people:
//!   `docs/guide/sim.md`; scoring what opcx concluded: `opcx sim score`.

pub mod company;
mod heart;
mod life;
pub mod message;
mod person;
mod random;
mod rhythm;
pub mod scenario;
mod simulation;
pub mod texts;
mod transport;
pub mod truth;
pub mod wire;

pub use scenario::{Scenario, ScenarioError};
pub use simulation::Simulation;
pub use transport::{Sent, Shape};
pub use truth::Truth;
