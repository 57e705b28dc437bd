//! Files as trees in which every scalar knows its place.
//!
//! YAML and TOML become the same [`Node`]s, so that one reader and one set of messages serves both.

mod node;
mod toml;
mod yaml;

pub(crate) use node::{Content, Node, Scalar};
pub(crate) use toml::parse as parse_toml;
pub(crate) use yaml::{parse as parse_yaml, parse_at as parse_yaml_at};
