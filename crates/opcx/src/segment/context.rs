//! The context of a message or of a whole batch.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::consent::Preferences;
use super::field::{Field, Flag, Key};
use super::flatten::{Flatten, Pairs};
use super::who::ExternalIds;

/// What a message says about its surroundings.
#[derive(Debug, Clone, Default)]
pub(super) struct Context<'a> {
    /// Everything that is a plain fact: `page.url`, `app.version`, `timezone`.
    pub(super) pairs: Pairs,
    /// What is known about the person.
    pub(super) traits: Pairs,
    /// The choices made in a consent banner.
    pub(super) preferences: Option<Preferences<'a>>,
    /// Further identifiers.
    pub(super) external_ids: ExternalIds<'a>,
    /// The group (account, household) that the person acts for.
    pub(super) group_id: Field<'a>,
    /// Who did it: `customer`, `staff` or `probe`.
    pub(super) by: Field<'a>,
    /// Whether the sender is the customer's own device, so that its address may be noted.
    pub(super) direct: bool,
}

impl<'a> Context<'a> {
    /// The plain fact of that name, if it is a text; the last one sent counts.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        use opcx_core::event::Value;
        self.pairs.iter().rev().find(|pair| pair.0 == name).and_then(|pair| match &pair.1 {
            Value::Text(text) => Some(text.as_str()),
            Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
        })
    }

    /// Whether anything was said about `what`, be it the object itself or something within.
    pub(super) fn tells_of(&self, what: &str) -> bool {
        self.pairs.iter().any(|(name, _)| {
            name.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// This context with what only the batch says added; of what both say, this one's counts.
    pub(super) fn within(mut self, batch: &Context<'a>) -> Context<'a> {
        self.pairs.splice(0..0, batch.pairs.iter().cloned());
        self.traits.splice(0..0, batch.traits.iter().cloned());
        self.external_ids.0.extend(batch.external_ids.0.iter().cloned());
        Context {
            preferences: self.preferences.or_else(|| batch.preferences.clone()),
            group_id: if self.group_id.0.is_some() { self.group_id } else { batch.group_id.clone() },
            by: if self.by.0.is_some() { self.by } else { batch.by.clone() },
            direct: self.direct || batch.direct,
            ..self
        }
    }
}

impl<'de> Deserialize<'de> for Context<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut context = Context::default();
        Read(&mut context).deserialize(deserializer)?;
        Ok(context)
    }
}

/// Reads a context into one that is there already.
pub(super) struct Read<'c, 'a>(pub(super) &'c mut Context<'a>);

impl<'de> DeserializeSeed<'de> for Read<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Read<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a context: a JSON object, for example {\"timezone\": \"Europe/Oslo\"}")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    /// PHP sends an object without entries as an empty array.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let context = self.0;
        while let Some(Key(key)) = map.next_key()? {
            match key.as_ref() {
                "traits" => map.next_value_seed(Flatten::object(&mut context.traits))?,
                "consent" => context.preferences = map.next_value::<ConsentObject<'de>>()?.0,
                "externalIds" => context.external_ids = map.next_value()?,
                "groupId" => context.group_id = map.next_value()?,
                "by" => context.by = map.next_value()?,
                "direct" => context.direct = map.next_value::<Flag>()?.0,
                // Where the sender wants it to go, which is not for us to carry out.
                "integrations" => drop(map.next_value::<IgnoredAny>()?),
                name => map.next_value_seed(Flatten::value(name, &mut context.pairs))?,
            }
        }
        Ok(())
    }
}

/// `{"categoryPreferences": {...}}`
struct ConsentObject<'a>(Option<Preferences<'a>>);

impl<'de> Deserialize<'de> for ConsentObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Object<'a> {
            #[serde(default, borrow, rename = "categoryPreferences")]
            preferences: Option<Preferences<'a>>,
        }
        Ok(ConsentObject(
            Option::<Object<'de>>::deserialize(deserializer)?.and_then(|object| object.preferences),
        ))
    }
}
