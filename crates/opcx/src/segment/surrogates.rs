//! Halves of characters.
//!
//! A browser that cuts a text in the middle of an emoji sends half of it, as `\ud83d` without its
//! other half. That is JSON but no text. The halves are replaced, so that the event is not lost.

use std::borrow::Cow;

/// The JSON text with every `\uD800` to `\uDFFF` escape that lacks its other half replaced by the
/// replacement character. Everything else stays byte for byte.
pub(super) fn mended(json: &str) -> Cow<'_, str> {
    let mut mended: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        let start = at + found;
        let escape = &json.as_bytes()[start..];
        let length = match unit(escape) {
            None => 2.min(escape.len()),
            Some(0xD800..=0xDBFF) if matches!(unit(&escape[6..]), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                let text = mended.get_or_insert_with(String::new);
                text.push_str(&json[copied..start]);
                text.push_str("\\ufffd");
                copied = start + 6;
                6
            }
            Some(_) => 6,
        };
        at = start + length;
        while !json.is_char_boundary(at) {
            at += 1;
        }
    }
    match mended {
        None => Cow::Borrowed(json),
        Some(mut text) => {
            text.push_str(&json[copied..]);
            Cow::Owned(text)
        }
    }
}

/// The UTF-16 unit of a `\uD83D` escape at the start of `text`.
fn unit(text: &[u8]) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = text else { return None };
    let digits = digits.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_are_replaced_and_whole_characters_stay() {
        assert_eq!(mended(r#""cut \ud83d""#), r#""cut \ufffd""#);
        assert_eq!(mended(r#""\ude00\ud83d\ud83d\ude00 \u00e9""#), r#""\ufffd\ufffd\ud83d\ude00 \u00e9""#);
        assert_eq!(mended(r#""no escape: \\ud83d""#), r#""no escape: \\ud83d""#);
        assert!(matches!(mended(r#""\ud83d\ude00""#), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn whatever_javascript_writes_can_be_read(units in prop::collection::vec(any::<u16>(), 0..20)) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{escaped}\"");
            let text: String = serde_json::from_str(&mended(&json)).unwrap();
            prop_assert_eq!(text, String::from_utf16_lossy(&units));
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"(\\|\\u|d83d|é|"|\\ud83d){0,12}"#) {
            let _ = mended(&text);
        }
    }
}
