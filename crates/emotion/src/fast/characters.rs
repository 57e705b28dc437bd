//! What counts as a letter, a sign or a space.
//!
//! Written out here instead of asked of the standard library, whose Unicode tables change with the
//! compiler: a text must read the same for as long as the model's version is the same. Ranges are
//! those of Unicode blocks; a rare sign in a block of letters counts as a letter.

/// What a character is to a reader of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter of the Latin script.
    Latin,
    /// A digit from 0 to 9.
    Digit,
    /// A letter of any other script.
    OtherScript,
    /// Straight or curly.
    Apostrophe,
    /// Punctuation and the like; a run of them is one token, so that `:)` stays whole.
    Sign,
    /// Emoji and other symbols; each is a token.
    Picture,
    /// Invisible or a modifier of the character before it.
    Silent,
}

/// The class of a character.
pub(super) fn class(character: char) -> Class {
    match character {
        'a'..='z' | 'A'..='Z' => Class::Latin,
        '0'..='9' => Class::Digit,
        '\'' | '\u{2018}' | '\u{2019}' => Class::Apostrophe,
        '!'..='~' => Class::Sign,
        '\u{0}'..='\u{a0}' | '\u{ad}' => Class::Silent,
        '\u{a1}'..='\u{bf}' | '\u{d7}' | '\u{f7}' => Class::Sign,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Class::Latin,
        '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Class::Silent,
        '\u{2010}'..='\u{2027}' => Class::Sign,
        '\u{250}'..='\u{1fff}'
        | '\u{2c00}'..='\u{2dff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}'
        | '\u{ff66}'..='\u{ffdc}'
        | '\u{10000}'..='\u{1bfff}'
        | '\u{20000}'..='\u{3ffff}' => Class::OtherScript,
        _ => Class::Picture,
    }
}

/// Small letters for ASCII and Latin-1; other letters stay as they are.
pub(super) fn lower(letter: char) -> char {
    match letter {
        'A'..='Z' => letter.to_ascii_lowercase(),
        '\u{c0}'..='\u{de}' => char::from_u32(u32::from(letter) + 0x20).unwrap_or(letter),
        _ => letter,
    }
}

/// Spaces, line ends and control characters.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, '\u{0}'..=' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{3000}')
}
