//! Files of the past: what becomes of rows, and of whole imports.

mod replay;
mod rows;
mod runs;
mod shop;
