//! Keeping data safe, with the whole program: backup while events come in, restore, the doctor, old formats.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod backup;
mod doctor;
mod formats;
mod reload;
mod shop;
