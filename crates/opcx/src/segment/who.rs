//! Who a message is about: every identifier in it, strongest first.

use std::borrow::Cow;
use std::fmt;

use opcx_core::event::Value;
use opcx_core::identity::{Identifier, IdentifierKind};
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::field::Field;
use super::flatten::Pairs;
use super::message::{Call, Message};

/// Most external ids that are read from one message.
const EXTERNAL_IDS_MAX: usize = 16;

/// The identifiers of a message, strongest first, each once. Values that stand for nobody (`null`,
/// `0`, `anonymous` ...) and overlong ones are left out: believing them would merge strangers.
///
/// The previous id of an alias counts as an anonymous one. Two user ids are never joined by a
/// tracking call, since that is how strangers' histories get mixed; it takes an order with a reason.
pub(super) fn who(call: Call, message: &Message<'_>) -> Vec<Identifier> {
    let mut who = Vec::with_capacity(4);
    let mut name = |kind, value: Option<&str>| who.extend(value.and_then(|v| Identifier::new(kind, v).ok()));

    name(IdentifierKind::UserId, message.user_id.trimmed());
    name(IdentifierKind::AnonymousId, message.anonymous_id.trimmed());
    if call == Call::Alias {
        name(IdentifierKind::AnonymousId, message.previous_id.trimmed());
    }
    // A group's own e-mail address is not the person's.
    let own_traits = (call != Call::Group).then_some(&message.traits);
    for traits in own_traits.into_iter().chain([&message.context.traits]) {
        for kind in [IdentifierKind::Email, IdentifierKind::Phone] {
            name(kind, trait_text(traits, kind.word()).as_deref());
        }
    }
    for (kind, id) in &message.context.external_ids.0 {
        name(*kind, Some(id));
    }
    who.sort();
    who.dedup();
    who
}

fn trait_text<'a>(traits: &'a Pairs, name: &str) -> Option<Cow<'a, str>> {
    match &traits.iter().rev().find(|pair| pair.0 == name)?.1 {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        // Telephone numbers are sent as numbers too.
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(_) | Value::List(_) => None,
    }
}

/// `context.externalIds`: those of users and of a kind that we know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ExternalIds<'a>(pub(super) Vec<(IdentifierKind, Cow<'a, str>)>);

impl<'de> Deserialize<'de> for ExternalIds<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExternalIdsVisitor)
    }
}

#[derive(serde::Deserialize)]
struct ExternalId<'a> {
    #[serde(default, borrow)]
    id: Field<'a>,
    #[serde(default, borrow, rename = "type")]
    kind: Field<'a>,
    #[serde(default, borrow)]
    collection: Field<'a>,
}

struct ExternalIdsVisitor;

impl<'de> Visitor<'de> for ExternalIdsVisitor {
    type Value = ExternalIds<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("externalIds: a list of objects with id, type and collection")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(ExternalIds::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut ids = Vec::new();
        while ids.len() < EXTERNAL_IDS_MAX {
            let Some(external) = seq.next_element::<ExternalId<'de>>()? else { return Ok(ExternalIds(ids)) };
            let of_accounts = external.collection.trimmed() == Some("accounts");
            let kind = external.kind.trimmed().and_then(IdentifierKind::from_word);
            if let (Some(kind), Some(id), false) = (kind, external.id.0, of_accounts) {
                ids.push((kind, id));
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ExternalIds(ids))
    }
}
