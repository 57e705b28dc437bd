use alloc::string::ToString;
use core::fmt;
use core::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::customer::DeedId;

/// Names a parcel for ever: the deed that sends it. Every attempt and every replay gives the same
/// name, so a receiver can tell a repeat.
///
/// Shown as `msg_<customer>_<number>`: no dots, which Standard Webhooks keeps for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParcelId(pub DeedId);

/// A text that names no parcel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no parcel; write it as it was sent: `msg_`, the customer, `_`, the number")]
pub struct ParcelIdError {
    text: CompactString,
}

impl fmt::Display for ParcelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "msg_{}", self.0)
    }
}

impl FromStr for ParcelId {
    type Err = ParcelIdError;

    fn from_str(text: &str) -> Result<ParcelId, ParcelIdError> {
        let parsed = text.strip_prefix("msg_").and_then(DeedId::parse).map(ParcelId);
        // Written one way only, so two texts never name the same parcel; only the start of a wrong
        // one is quoted back, since it may come from anywhere.
        parsed
            .filter(|parcel| parcel.to_string() == text)
            .ok_or_else(|| ParcelIdError { text: text.chars().take(64).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::CustomerId;
    use crate::log::Position;
    use alloc::string::ToString;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_reads_back_as_written(customer in any::<u64>(), number in any::<u32>()) {
            let id = ParcelId(DeedId { customer: CustomerId(Position::new(customer)), number });
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert!(!id.to_string().contains('.'));
        }

        #[test]
        fn no_two_texts_name_the_same_parcel(text in "msg_c[+0-9]{0,3}_[-+0-9]{0,3}") {
            if let Ok(id) = text.parse::<ParcelId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn what_names_no_parcel_is_refused() {
        for text in [
            "",
            "msg_",
            "msg_c1",
            "msg_c1_",
            "msg_c_1",
            "msg_1_1",
            "evt_c1_2",
            "msg_c1_2_3",
            "msg_c01_2",
            "msg_c1_4294967296",
            "msg_c+1_2",
        ] {
            assert!(text.parse::<ParcelId>().is_err(), "{text}");
        }
    }
}
