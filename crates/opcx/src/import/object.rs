use std::borrow::Cow;
use std::collections::BTreeMap;

use opcx_core::event::Name;
use serde_json::value::RawValue;

/// A JSON object whose values are left as they are written until somebody asks for them, so that a
/// number is a text to the last digit.
#[derive(Debug, Default)]
pub struct Object<'a>(BTreeMap<String, &'a RawValue>);

/// What stands in a place of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Nothing: no such key, or `null`.
    Nothing,
    /// A text; a number or a truth value as JSON writes it.
    One(Cow<'a, str>),
    /// A list, as it is written.
    List(&'a str),
    /// An object.
    Object,
}

impl<'a> Object<'a> {
    /// Reads an object; of a repeated key the last one counts.
    ///
    /// # Errors
    /// The text is something else.
    pub fn parse(text: &'a str) -> Result<Object<'a>, serde_json::Error> {
        serde_json::from_str(text).map(Object)
    }

    pub(super) fn find(&self, path: &[Name]) -> Found<'a> {
        let Some((first, rest)) = path.split_first() else { return Found::Object };
        let Some(value) = self.0.get(first.as_str()) else { return Found::Nothing };
        if !rest.is_empty() {
            return Object::parse(value.get()).map_or(Found::Nothing, |inner| inner.find(rest));
        }
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'"') => match text_of(text) {
                Some(text) => Found::One(text),
                None => Found::Nothing,
            },
            Some(b'[') => Found::List(text),
            Some(b'{') => Found::Object,
            Some(b'n') | None => Found::Nothing,
            Some(_) => Found::One(Cow::Borrowed(text)),
        }
    }
}

/// The objects of a list.
pub(super) fn objects(list: &str) -> Option<Vec<Object<'_>>> {
    let items: Vec<BTreeMap<String, &RawValue>> = serde_json::from_str(list).ok()?;
    Some(items.into_iter().map(Object).collect())
}

/// The text that a JSON string stands for. Half a surrogate pair is no text.
fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let plain = json.strip_prefix('"')?.strip_suffix('"')?;
    if plain.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_every_digit_and_dots_lead_inwards() {
        let json = r#"{"id": 12345678901234567890123, "a": {"b": "caf\u00e9"}, "none": null, "list": [1]}"#;
        let object = Object::parse(json).expect("an object");
        let find = |path: &[&str]| object.find(&path.iter().map(|&key| key.into()).collect::<Vec<Name>>());
        assert_eq!(find(&["id"]), Found::One("12345678901234567890123".into()));
        assert_eq!(find(&["a", "b"]), Found::One("café".into()));
        assert_eq!(find(&["a"]), Found::Object);
        assert_eq!(find(&["none"]), Found::Nothing);
        assert_eq!(find(&["a", "b", "c"]), Found::Nothing);
        assert_eq!(find(&["list"]), Found::List("[1]"));
    }
}
