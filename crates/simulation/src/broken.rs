use std::fmt;

/// A law that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which, in words.
    pub law: &'static str,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.what)
    }
}

/// What most of the simulation returns.
pub(crate) type Result<T> = core::result::Result<T, Broken>;

/// Holds a law to what was seen.
pub(crate) fn hold(holds: bool, law: &'static str, what: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Broken { law, what: what() }) }
}

/// Takes an error that no fault explains for a broken law.
pub(crate) fn unexplained<T, E: fmt::Display>(result: core::result::Result<T, E>) -> Result<T> {
    result.map_err(|error| Broken { law: "the engine goes on", what: error.to_string() })
}
