//! Keys of the tables: big-endian and self-delimiting, so that their order as bytes is the order of
//! the words they stand for.

use compact_str::CompactString;
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::event::Name;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseId;
use opcx_core::rollup::{RollupKey, Split};
use opcx_core::time::Timestamp;
use smallvec::SmallVec;

/// A key under construction; most are short and need no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Key(SmallVec<[u8; 32]>);

impl Key {
    pub(super) fn new() -> Key {
        Key(SmallVec::new())
    }

    pub(super) fn number(mut self, number: u32) -> Key {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(super) fn position(mut self, position: Position) -> Key {
        self.0.extend_from_slice(&position.get().to_be_bytes());
        self
    }

    pub(super) fn customer(self, id: CustomerId) -> Key {
        self.position(id.0)
    }

    pub(super) fn deed(self, id: DeedId) -> Key {
        self.customer(id.customer).number(id.number)
    }

    pub(super) fn lane(mut self, lane: Lane) -> Key {
        self.0.extend_from_slice(&lane.get().to_be_bytes());
        self
    }

    /// With the sign turned, so that times before 1970 come first.
    pub(super) fn time(mut self, at: Timestamp) -> Key {
        self.0.extend_from_slice(&(at.as_millis() ^ i64::MIN).to_be_bytes());
        self
    }

    /// Ended by two zeros, and a zero within followed by 255, so that no text is another's beginning.
    pub(super) fn text(mut self, text: &str) -> Key {
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(255);
            }
        }
        self.0.extend_from_slice(&[0, 0]);
        self
    }

    fn byte(mut self, byte: u8) -> Key {
        self.0.push(byte);
        self
    }

    pub(super) fn promise(self, id: PromiseId) -> Key {
        match id {
            PromiseId::Event { position, number } => {
                self.byte(0).position(position).number(u32::from(number))
            }
            PromiseId::Deed(deed) => self.byte(1).deed(deed),
        }
    }

    pub(super) fn identifier(mut self, identifier: &Identifier) -> Key {
        self.0.push(identifier.kind as u8);
        self.0.extend_from_slice(identifier.value().as_bytes());
        self
    }

    /// What the keys of all identifiers of a kind begin with that begin so themselves.
    pub(super) fn beginning(mut self, kind: IdentifierKind, beginning: &str) -> Key {
        self.0.push(kind as u8);
        self.0.extend_from_slice(beginning.as_bytes());
        self
    }

    pub(super) fn rollup(self, key: &RollupKey) -> Key {
        let key_before_split = self.text(&key.moment).time(key.hour);
        let split = match &key.split {
            None => key_before_split.byte(0),
            Some(Split { dimension, value }) => key_before_split.byte(1).text(dimension).text(value),
        };
        split.byte(u8::from(key.probe))
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.into_vec()
    }

    /// The first key after all that begin with this one; `None` if every later key does.
    pub(super) fn after_prefix(mut self) -> Option<Vec<u8>> {
        while let Some(last) = self.0.pop() {
            if last < u8::MAX {
                self.0.push(last + 1);
                return Some(self.0.into_vec());
            }
        }
        None
    }
}

impl core::ops::Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Reads a key from its front. Every reading is `None` where the key is too short or malformed.
pub(super) struct Parts<'a>(pub(super) &'a [u8]);

impl Parts<'_> {
    fn take<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (front, rest) = self.0.split_first_chunk::<LENGTH>()?;
        self.0 = rest;
        Some(*front)
    }

    pub(super) fn position(&mut self) -> Option<Position> {
        self.take().map(|bytes| Position::new(u64::from_be_bytes(bytes)))
    }

    pub(super) fn deed(&mut self) -> Option<DeedId> {
        let customer = CustomerId(self.position()?);
        Some(DeedId { customer, number: u32::from_be_bytes(self.take()?) })
    }

    pub(super) fn lane(&mut self) -> Option<Lane> {
        self.take().map(|bytes| Lane::new(u16::from_be_bytes(bytes)))
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        self.take().map(|bytes| Timestamp::from_millis(i64::from_be_bytes(bytes) ^ i64::MIN))
    }

    pub(super) fn text(&mut self) -> Option<CompactString> {
        let mut text = Vec::new();
        loop {
            match self.take::<1>()? {
                [0] if self.take::<1>()? == [0] => return CompactString::from_utf8(text).ok(),
                [byte] => text.push(byte),
            }
        }
    }

    pub(super) fn rollup(&mut self) -> Option<RollupKey> {
        let (moment, hour): (Name, _) = (self.text()?, self.time()?);
        let split = match self.take::<1>()? {
            [0] => None,
            _ => Some(Split { dimension: self.text()?, value: self.text()? }),
        };
        Some(RollupKey { moment, hour, split, probe: self.take::<1>()? == [1] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rollup_key() -> impl Strategy<Value = RollupKey> {
        let text = || "[a-b\u{0}\u{1}ÿ]{0,3}".prop_map(CompactString::from);
        let split =
            proptest::option::of((text(), text()).prop_map(|(dimension, value)| Split { dimension, value }));
        (text(), -3_i64..3, split, any::<bool>()).prop_map(|(moment, hour, split, probe)| RollupKey {
            moment,
            hour: Timestamp::from_millis(hour),
            split,
            probe,
        })
    }

    fn promise_id() -> impl Strategy<Value = PromiseId> {
        let position = || (0_u64..300).prop_map(Position::new);
        prop_oneof![
            (position(), 0_u16..300).prop_map(|(position, number)| PromiseId::Event { position, number }),
            (position(), 0_u32..300).prop_map(|(position, number)| {
                PromiseId::Deed(DeedId { customer: CustomerId(position), number })
            }),
        ]
    }

    proptest! {
        #[test]
        fn rollup_keys_order_as_bytes_as_they_do_as_words(one in rollup_key(), other in rollup_key()) {
            let bytes = |key: &RollupKey| Key::new().rollup(key).bytes();
            prop_assert_eq!(bytes(&one).cmp(&bytes(&other)), one.cmp(&other));
            prop_assert_eq!(Parts(&bytes(&one)).rollup(), Some(one));
        }

        #[test]
        fn promise_ids_order_as_bytes_as_they_do_as_words(one in promise_id(), other in promise_id()) {
            let bytes = |id| Key::new().promise(id).bytes();
            prop_assert_eq!(bytes(one).cmp(&bytes(other)), one.cmp(&other));
        }

        #[test]
        fn times_order_as_bytes_as_they_do_as_words(one in any::<i64>(), other in any::<i64>()) {
            let (one, other) = (Timestamp::from_millis(one), Timestamp::from_millis(other));
            let bytes = |at| Key::new().time(at).bytes();
            prop_assert_eq!(bytes(one).cmp(&bytes(other)), one.cmp(&other));
            prop_assert_eq!(Parts(&bytes(one)).time(), Some(one));
        }
    }
}
