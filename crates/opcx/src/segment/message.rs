//! One message: what an SDK sends for one call, before it is clear what it means.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::context::{Context, Read};
use super::field::{Field, Key};
use super::flatten::{Flatten, Pairs};

/// The six calls of the tracking API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// Who somebody is.
    Identify,
    /// What somebody did.
    Track,
    /// Which web page somebody saw.
    Page,
    /// Which screen of an app somebody saw.
    Screen,
    /// Which group (account, household) somebody belongs to.
    Group,
    /// Which earlier id was somebody's.
    Alias,
}

impl Call {
    /// Every call.
    pub const ALL: [Call; 6] =
        [Call::Identify, Call::Track, Call::Page, Call::Screen, Call::Group, Call::Alias];

    /// The word in `type`, and the name of the route.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Call::Identify => "identify",
            Call::Track => "track",
            Call::Page => "page",
            Call::Screen => "screen",
            Call::Group => "group",
            Call::Alias => "alias",
        }
    }

    /// The call that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Call> {
        Call::ALL.into_iter().find(|call| call.word() == word)
    }
}

/// The fields of a message that mean something to us; all others are passed over.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    pub(super) call: Field<'a>,
    pub(super) message_id: Field<'a>,
    pub(super) user_id: Field<'a>,
    pub(super) anonymous_id: Field<'a>,
    pub(super) previous_id: Field<'a>,
    pub(super) group_id: Field<'a>,
    pub(super) event: Field<'a>,
    pub(super) name: Field<'a>,
    pub(super) category: Field<'a>,
    pub(super) channel: Field<'a>,
    pub(super) timestamp: Field<'a>,
    pub(super) original_timestamp: Field<'a>,
    pub(super) sent_at: Field<'a>,
    pub(super) received_at: Field<'a>,
    pub(super) properties: Pairs,
    pub(super) traits: Pairs,
    pub(super) context: Context<'a>,
}

impl<'de> Deserialize<'de> for Message<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message: a JSON object with type, messageId, userId or anonymousId ...")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut message = Message::default();
        while let Some(Key(key)) = map.next_key()? {
            match key.as_ref() {
                "type" => message.call = map.next_value()?,
                "messageId" => message.message_id = map.next_value()?,
                "userId" => message.user_id = map.next_value()?,
                "anonymousId" => message.anonymous_id = map.next_value()?,
                "previousId" => message.previous_id = map.next_value()?,
                "groupId" => message.group_id = map.next_value()?,
                "event" => message.event = map.next_value()?,
                "name" => message.name = map.next_value()?,
                "category" => message.category = map.next_value()?,
                "channel" => message.channel = map.next_value()?,
                "timestamp" => message.timestamp = map.next_value()?,
                "originalTimestamp" => message.original_timestamp = map.next_value()?,
                "sentAt" => message.sent_at = map.next_value()?,
                "receivedAt" => message.received_at = map.next_value()?,
                "properties" => map.next_value_seed(Flatten::object(&mut message.properties))?,
                "traits" => map.next_value_seed(Flatten::object(&mut message.traits))?,
                "context" => map.next_value_seed(Read(&mut message.context))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(message)
    }
}
