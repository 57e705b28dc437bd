//! Reads what a customer feels and wants from what they wrote.
//!
//! ```
//! use opcx_core::event::CustomersWords;
//! use opcx_core::reading::{Ask, Emotion, Valence};
//! use opcx_emotion::{Choice, Reader, Scratch};
//!
//! let words = CustomersWords::vouched("Thank you so much, you saved my day!");
//! let reading = Reader::embedded().read(words, Choice::Fast, &mut Scratch::default());
//! assert_eq!(reading.strongest(), Some(Emotion::Gratitude));
//! assert_eq!(reading.valence(), Some(Valence::Positive));
//! ```
//!
//! * **What** – the 27 emotions of the GoEmotions taxonomy and neutral, each with a calibrated chance in permille; the
//!   valence as the customer means it toward the company; what the text asks for, and whether it needs an answer.
//! * **Two tiers** – [`fast`], a linear model, and [`deep`], a network; [`Choice::Auto`] asks the second where the first
//!   is not sure.
//! * **Unknown is an answer** – nothing to read, not English, or nothing likely enough.
//! * **Guarantees** – no text makes it panic; at most [`TEXT_BYTES_MAX`] bytes are read; nothing but words of customers
//!   can be read. What holds from machine to machine is told per tier.
//! * **Limits** – English alone. Figures with their intervals, sources and limits: `docs/science/emotion.md`.
//! * **Elsewhere** – the types of a reading: `opcx_core::reading`. The training: `train/` and `xtask`.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::float_arithmetic, reason = "tests compare with exact values"))]

pub mod deep;
pub mod fast;
pub mod heads;
mod reader;

pub use fast::language::named as language;
pub use reader::{Choice, Explained, Part, Reader, Scratch, TEXT_BYTES_MAX};
