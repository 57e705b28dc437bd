//! Benchmarks of the whole program, on loads made here: prints numbers, never judges them.
//!
//! Each figure stands beside a calibration of the machine in the same minute, since a shared machine
//! may be four times slower than it was an hour ago.

pub mod accept;
pub mod company;
pub mod delivery;
pub mod engine;
pub mod history;
pub mod latency;
pub mod load;
pub mod machine;
pub mod overload;
pub mod playbooks;
pub mod random;
pub mod receiver;
pub mod scale;
pub mod served;
pub mod single;
pub mod spread;
pub mod step;
pub mod whole;
pub mod world;

/// One line of the result.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// The figure.
    pub figure: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The same per second of processor time, where that means something.
    pub per_cpu_second: Option<f64>,
    /// What else there is to say.
    pub note: String,
}
