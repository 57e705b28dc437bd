//! What must hold in every file of this repository, as tests.

mod dependencies;
mod laws;
mod links;
mod size;
mod tree;
mod words;
