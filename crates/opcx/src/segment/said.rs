//! What the customer said, among a track call's properties.

use compact_str::CompactString;
use opcx_core::event::Value;

use super::flatten::Pairs;

/// The properties that hold the customer's own words, in the order in which they are looked for.
pub(super) const SAID: [&str; 6] = ["message", "text", "comment", "review", "feedback", "body"];

/// Takes the customer's words out of the properties: the first of [`SAID`] that holds a text.
///
/// They leave the facts, so that they can be seen only as what was said, with the consent that this
/// needs.
pub(super) fn take(properties: &mut Pairs) -> Option<CompactString> {
    let at = SAID.iter().find_map(|name| {
        properties.iter().rposition(|(known, value)| {
            known == name && matches!(value, Value::Text(text) if !text.trim().is_empty())
        })
    })?;
    let (name, value) = properties.remove(at);
    properties.retain(|(other, _)| *other != name);
    match value {
        Value::Text(text) => Some(if text.trim().len() == text.len() { text } else { text.trim().into() }),
        Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_in_the_order_of_preference_is_taken_out() {
        let mut properties: Pairs = vec![
            ("body".into(), Value::Text("second choice".into())),
            ("comment".into(), Value::Text(" My bag is lost \n".into())),
            ("message".into(), Value::Text("  ".into())),
            ("text".into(), Value::Number(3.0)),
        ];
        assert_eq!(take(&mut properties).as_deref(), Some("My bag is lost"));
        let left: Vec<_> = properties.iter().map(|pair| pair.0.as_str()).collect();
        assert_eq!(left, ["body", "message", "text"]);
    }
}
