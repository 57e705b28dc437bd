//! From what a customer typed to plain tokens: lower-case words and signs.
//!
//! Set aside, because they say nothing about a feeling: links, e-mail addresses, handles (`@name`),
//! masks (`[NAME]`, put there by whoever removed personal data) and HTML entities. What counts as a letter is
//! written out in `characters`.

use super::characters::{Class, class, is_space, lower};

/// A text as tokens. Reused from text to text, so that reading allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct PlainText {
    bytes: Vec<u8>,
    tokens: Vec<Span>,
    open: Option<Open>,
    before: Before,
    is_after_hash: bool,
    latin_letters: u32,
    capitals: u32,
    other_letters: u32,
}

/// One token: a word, a number, a run of signs or one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its bytes, in lower case; never empty.
    pub bytes: &'a [u8],
    /// It is a word of a sentence: letters without digits, and no hashtag.
    pub is_word: bool,
}

impl PlainText {
    /// Replaces what is held by the tokens of `text`.
    pub fn read(&mut self, text: &str) {
        self.bytes.clear();
        self.tokens.clear();
        self.latin_letters = 0;
        self.capitals = 0;
        self.other_letters = 0;
        for chunk in text.split(is_space) {
            if !is_link_or_address(chunk.as_bytes()) {
                self.read_chunk(chunk);
            }
            self.close();
            self.is_after_hash = false;
        }
    }

    /// The tokens in the order of the text.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = Token<'_>> {
        self.tokens
            .iter()
            .map(|span| Token { bytes: &self.bytes[span.start..span.end], is_word: span.is_word })
    }

    /// No word is left.
    #[must_use]
    pub fn is_without_words(&self) -> bool {
        self.latin_letters == 0 && self.other_letters == 0
    }

    /// More letters of other scripts than Latin ones.
    #[must_use]
    pub fn is_mostly_another_script(&self) -> bool {
        self.other_letters > self.latin_letters
    }

    /// More than half of at least [`SHOUT_LETTERS_MIN`] letters are capitals.
    #[must_use]
    pub fn is_shouted(&self) -> bool {
        self.latin_letters >= SHOUT_LETTERS_MIN && self.capitals * 2 > self.latin_letters
    }

    fn read_chunk(&mut self, chunk: &str) {
        let mut rest = chunk.chars();
        while let Some(character) = rest.next() {
            match class(character) {
                Class::Latin => {
                    self.latin_letters += 1;
                    self.capitals += u32::from(character.is_ascii_uppercase());
                    self.push(Kind::Word, lower(character));
                }
                Class::Digit => self.push(Kind::Word, character),
                Class::OtherScript => {
                    self.other_letters += 1;
                    self.push(Kind::Word, character);
                }
                Class::Apostrophe => {
                    let next_is_letter = rest.clone().next().is_some_and(|next| class(next) == Class::Latin);
                    if self.is_inside_word() && next_is_letter {
                        self.push(Kind::Word, '\'');
                    } else {
                        self.close();
                    }
                }
                Class::Sign => {
                    let aside = bytes_set_aside(character, rest.as_str(), self.is_inside_word());
                    if aside == 0 {
                        self.push(Kind::Sign, character);
                    } else {
                        self.close();
                        rest = rest.as_str()[aside..].chars();
                    }
                }
                Class::Picture => {
                    self.close();
                    self.push(Kind::Sign, character);
                    self.close();
                }
                Class::Silent => {}
            }
        }
    }

    fn is_inside_word(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.kind == Kind::Word)
    }

    /// Adds a character to the open token, or opens one. The third and later repeats of a
    /// character are dropped: `sooooo` and `soo` are one word.
    fn push(&mut self, kind: Kind, character: char) {
        if self.open.as_ref().is_none_or(|open| open.kind != kind) {
            self.close();
            let is_word = kind == Kind::Word && !self.is_after_hash;
            self.open = Some(Open { kind, start: self.bytes.len(), is_word });
            self.before = Before::default();
        }
        if let Some(open) = &mut self.open {
            open.is_word &= !character.is_ascii_digit();
        }
        self.is_after_hash = character == '#';
        if self.before.repeats(character) {
            return;
        }
        let mut utf8 = [0; 4];
        self.bytes.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
    }

    fn close(&mut self) {
        if let Some(Open { start, is_word, kind: _ }) = self.open.take() {
            self.tokens.push(Span { start, end: self.bytes.len(), is_word });
        }
    }
}

/// With fewer letters, capitals are more often an abbreviation than a raised voice.
pub const SHOUT_LETTERS_MIN: u32 = 4;

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    is_word: bool,
}

#[derive(Debug)]
struct Open {
    kind: Kind,
    start: usize,
    is_word: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Sign,
}

/// The character before, and how often it has come in a row.
#[derive(Debug, Default)]
struct Before {
    character: char,
    times: u32,
}

impl Before {
    fn repeats(&mut self, character: char) -> bool {
        if self.character == character {
            self.times += 1;
        } else {
            *self = Before { character, times: 1 };
        }
        // A number such as 1000 is not drawn out.
        self.times > 2 && !character.is_ascii_digit()
    }
}

fn is_link_or_address(chunk: &[u8]) -> bool {
    let starts_as_link = chunk.len() > 4 && chunk[..4].eq_ignore_ascii_case(b"www.");
    starts_as_link
        || chunk.iter().any(|&byte| byte == b':' || byte == b'@')
            && chunk.windows(3).any(|three| {
                three == b"://"
                    || three[1] == b'@'
                        && three[0].is_ascii_alphanumeric()
                        && three[2].is_ascii_alphanumeric()
            })
}

/// How many bytes after `sign` belong to a handle, a mask or an HTML entity that it opens; 0 if it
/// opens none.
fn bytes_set_aside(sign: char, rest: &str, is_inside_word: bool) -> usize {
    let rest = rest.as_bytes();
    match sign {
        '@' if !is_inside_word => {
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
        }
        '[' if !is_inside_word => match rest.iter().position(|byte| !byte.is_ascii_uppercase()) {
            Some(end) if end > 0 && rest[end] == b']' => end + 1,
            Some(_) | None => 0,
        },
        '&' => ENTITIES.iter().find(|entity| rest.starts_with(entity)).map_or(0, |entity| entity.len()),
        _ => 0,
    }
}

/// What exports from web services leave in a text.
const ENTITIES: [&[u8]; 6] = [b"amp;", b"lt;", b"gt;", b"quot;", b"nbsp;", b"#39;"];

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        let mut plain = PlainText::default();
        plain.read(text);
        let tokens: Vec<&str> = plain
            .tokens()
            .map(|token| str::from_utf8(token.bytes).expect("tokens are whole characters"))
            .collect();
        tokens.join(" ")
    }

    #[test]
    fn words_are_lower_case_and_keep_their_inner_apostrophe() {
        assert_eq!(tokens("I DON\u{2019}T 'like' it"), "i don't like it");
        assert_eq!(tokens("\u{c9}t\u{e9}"), "\u{e9}t\u{e9}");
    }

    #[test]
    fn signs_stay_in_runs_and_every_picture_is_a_token() {
        assert_eq!(tokens("great!? :-) \u{1f621}\u{1f621}"), "great !? :-) \u{1f621} \u{1f621}");
        assert_eq!(tokens("\u{2764}\u{fe0f}\u{1f44d}\u{1f3fd}"), "\u{2764} \u{1f44d}");
    }

    #[test]
    fn drawn_out_words_are_shortened_but_numbers_are_not() {
        assert_eq!(tokens("sooooo late!!!! 1000"), "soo late !! 1000");
    }

    #[test]
    fn links_addresses_handles_and_masks_are_set_aside() {
        assert_eq!(
            tokens("@united see https://t.co/abc or WWW.x.com, write me@x.org .@Delta [NAME]'s bag"),
            "see or write . s bag"
        );
        assert_eq!(tokens("[sic] a[NAME]"), "[ sic ] a [ name ]");
        assert_eq!(tokens("meet @ noon"), "meet @ noon");
        assert_eq!(tokens("this &amp; that &gt;all&lt; & more"), "this that all & more");
    }

    #[test]
    fn hashtags_and_what_holds_digits_are_no_words_of_a_sentence() {
        let mut plain = PlainText::default();
        plain.read("#fail flight UA12 # 1 isn't C# late");
        let words: Vec<&[u8]> =
            plain.tokens().filter(|token| token.is_word).map(|token| token.bytes).collect();
        assert_eq!(words, [&b"flight"[..], b"isn't", b"c", b"late"]);
    }

    #[test]
    fn a_text_is_shouted_when_most_of_its_letters_are_capitals() {
        let mut plain = PlainText::default();
        for (text, is_shouted) in [("WHERE IS my BAG", true), ("Where is my bag", false), ("OK", false)] {
            plain.read(text);
            assert_eq!(plain.is_shouted(), is_shouted, "{text}");
        }
    }
}
