//! Rows of the tables: how values are written down and read back.

use opcx_core::log::{Lane, Position};
use opcx_core::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::parts::Table;
use crate::{ParcelState, StoreError};
use opcx_core::event::Name;

type Result<T> = core::result::Result<T, StoreError>;

/// The key of the only row that tells how far the state has come.
pub(super) const PROGRESS: &[u8] = b"progress";

/// A customer's timer; it stands before the customer in their row.
pub(super) type Timer = Option<(Lane, Timestamp)>;

/// Where a parcel stands, apart from its content, which never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) to: Name,
    pub(super) state: ParcelState,
}

/// Encodes a value into a buffer that is used again and again. One encoding behind the other reads back as
/// a tuple.
pub(crate) fn encode<'a, T: Serialize + ?Sized>(value: &T, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    buffer.clear();
    // Only a type that refuses to be serialised could fail here, and ours do not.
    postcard::serialize_with_flavor(value, Appended(buffer)).expect("rows are plain data");
    buffer
}

/// Where an encoding goes; takes texts whole, which postcard's own flavour for buffers does not.
struct Appended<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Appended<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        match bytes {
            // Lengths, counts and kinds, most of what there is: sooner pushed than copied.
            [one] => self.0.push(*one),
            _ => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

pub(super) fn decode<T: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|source| StoreError::Undecodable { what: table.name(), source })
}

/// The timer at the front of a customer's row.
pub(super) fn timer(row: &[u8]) -> Result<Timer> {
    match postcard::take_from_bytes(row) {
        Ok((timer, _)) => Ok(timer),
        Err(source) => Err(StoreError::Undecodable { what: Table::Customers.name(), source }),
    }
}

/// A key that does not read back as what its table's keys are made of.
pub(super) fn malformed(table: Table) -> StoreError {
    StoreError::Undecodable { what: table.name(), source: postcard::Error::DeserializeUnexpectedEnd }
}

/// Writes the distances between positions, which are small, instead of the positions.
pub(super) fn encode_trail<'a>(positions: &[Position], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut before = 0;
    let distances: Vec<u64> = positions
        .iter()
        .map(|position| {
            // Wrapping, so that even a trail out of order reads back as it was given.
            let distance = position.get().wrapping_sub(before);
            before = position.get();
            distance
        })
        .collect();
    encode(&distances, buffer)
}

pub(super) fn decode_trail(bytes: &[u8], positions: &mut Vec<Position>) -> Result<()> {
    let distances: Vec<u64> = decode(Table::Trails, bytes)?;
    let mut before = 0_u64;
    positions.extend(distances.into_iter().map(|distance| {
        before = before.wrapping_add(distance);
        Position::new(before)
    }));
    Ok(())
}
