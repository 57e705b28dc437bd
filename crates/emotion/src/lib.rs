//! Reads what a customer feels from what they wrote.
//!
//! ```
//! use opcx_core::reading::{Emotion, Valence};
//! use opcx_emotion::{Reader, Scratch};
//!
//! let reader = Reader::embedded();
//! let reading = reader.read("Thank you so much, you saved my day!", &mut Scratch::default());
//! assert_eq!(reading.strongest(), Some(Emotion::Gratitude));
//! assert_eq!(reading.valence(), Some(Valence::Positive));
//! ```
//!
//! * **What** – the 27 emotions of the GoEmotions taxonomy and neutral, each with a calibrated
//!   confidence in permille, and a valence made of them.
//! * **Unknown is an answer** – nothing to read, not English, or nothing likely enough.
//! * **Guarantees** – a version of the model reads a text the same on every machine and in every
//!   order, in integers from end to end; no text makes it panic; at most [`TEXT_BYTES_MAX`] bytes
//!   are read.
//! * **Limits** – learned from Reddit comments, in English. It reads feelings that are put into
//!   words; a plain report of a failure ("my bag did not arrive") is neutral to it. Figures with
//!   their intervals, sources and limits: `docs/science/emotion.md`.
//! * **Elsewhere** – the types of a reading: `opcx_core::reading`. The training: `xtask`.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::float_arithmetic, reason = "tests compare with exact values"))]

pub mod fast;
mod reader;
pub mod valence;

pub use reader::{Reader, Scratch, TEXT_BYTES_MAX};
