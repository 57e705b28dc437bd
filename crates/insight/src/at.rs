use std::borrow::Cow;
use std::fmt;

use opcx_core::time::{Timestamp, parse_rfc3339};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in time as views tell it: RFC 3339 in UTC. A date alone is read as its midnight, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct At(pub Timestamp);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl std::str::FromStr for At {
    type Err = AtError;

    fn from_str(text: &str) -> Result<At, AtError> {
        parse_rfc3339(text).map(At).ok_or_else(|| AtError { text: text.chars().take(64).collect() })
    }
}

/// A text that names no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no time; write it like `2026-11-21` or `2026-11-21T10:00:00Z`")]
pub struct AtError {
    text: String,
}

impl JsonSchema for At {
    fn schema_name() -> Cow<'static, str> {
        "At".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_written_and_a_date_is_its_midnight() {
        let read = |text: &str| text.parse::<At>().map(|at| at.to_string());
        assert_eq!(read("2015-02-20").as_deref(), Ok("2015-02-20T00:00:00Z"));
        assert_eq!(read("2015-02-20T10:00:00-08:00").as_deref(), Ok("2015-02-20T18:00:00Z"));
        let refused = read("yesterday").map_err(|error| error.to_string());
        assert_eq!(
            refused,
            Err("`yesterday` is no time; write it like `2026-11-21` or `2026-11-21T10:00:00Z`".into())
        );
    }
}
