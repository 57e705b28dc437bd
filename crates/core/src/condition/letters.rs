use core::cmp::Ordering;

use super::Operand;

/// The letters of a text as a condition compares them: as written, or with small ones for ASCII
/// capitals. Nothing is copied. Bytes are compared, whose order in UTF-8 is that of the characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters<'a> {
    text: &'a [u8],
    lowered: bool,
}

impl<'a> Letters<'a> {
    /// The letters of a value, if it is a text.
    pub(super) fn of(value: Operand<'a>) -> Option<Letters<'a>> {
        match value {
            Operand::Text(text) => Some(Letters { text: text.as_bytes(), lowered: false }),
            Operand::Lowered(text) => Some(Letters { text: text.as_bytes(), lowered: true }),
            Operand::Bool(_)
            | Operand::Number(_)
            | Operand::Time(_)
            | Operand::Span(_)
            | Operand::List(_) => None,
        }
    }

    pub(super) fn compare(self, other: Letters<'_>) -> Ordering {
        self.bytes().cmp(other.bytes())
    }

    pub(super) fn contains(self, part: Letters<'_>) -> bool {
        let Some(first) = part.bytes().next() else { return true };
        let lowered = self.lowered;
        self.bytes().enumerate().any(|(at, byte)| {
            byte == first
                && self.text.get(at..).is_some_and(|text| Letters { text, lowered }.starts_with(part))
        })
    }

    pub(super) fn starts_with(self, part: Letters<'_>) -> bool {
        let lowered = self.lowered;
        let start = self.text.get(..part.text.len());
        start.is_some_and(|text| Letters { text, lowered }.compare(part) == Ordering::Equal)
    }

    pub(super) fn ends_with(self, part: Letters<'_>) -> bool {
        let lowered = self.lowered;
        let end = self.text.len().checked_sub(part.text.len()).and_then(|at| self.text.get(at..));
        end.is_some_and(|text| Letters { text, lowered }.compare(part) == Ordering::Equal)
    }

    fn bytes(self) -> impl Iterator<Item = u8> + 'a {
        let lowered = self.lowered;
        self.text.iter().map(move |byte| if lowered { byte.to_ascii_lowercase() } else { *byte })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use proptest::prelude::*;

    use super::*;

    fn letters(text: &str, lowered: bool) -> Letters<'_> {
        Letters { text: text.as_bytes(), lowered }
    }

    proptest! {
        #[test]
        fn letters_compare_as_the_copied_texts_would(
            whole in "[a-cA-Cé]{0,12}", part in "[a-cA-Cé]{0,3}", whole_lowered: bool, part_lowered: bool,
        ) {
            let copied = |text: &str, lowered| if lowered { text.to_ascii_lowercase() } else { String::from(text) };
            let (whole_copy, part_copy) = (copied(&whole, whole_lowered), copied(&part, part_lowered));
            let (whole, part) = (letters(&whole, whole_lowered), letters(&part, part_lowered));
            prop_assert_eq!(whole.contains(part), whole_copy.contains(&part_copy));
            prop_assert_eq!(whole.starts_with(part), whole_copy.starts_with(&part_copy));
            prop_assert_eq!(whole.ends_with(part), whole_copy.ends_with(&part_copy));
            prop_assert_eq!(whole.compare(part), whole_copy.cmp(&part_copy));
        }
    }
}
