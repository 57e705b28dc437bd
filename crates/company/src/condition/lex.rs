use super::Wrong;

/// A word of a condition, with the byte offset at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Name(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Longer signs first, so that `<=` is not read as `<` and `=`.
const SIGNS: [&str; 23] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".",
    "?", ":", "{",
];

/// The words of a condition; the last one is [`Kind::End`].
pub(super) fn lex(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, bytes) = if first == '"' || first == '\'' {
            quoted(rest, at, first)?
        } else if first.is_ascii_digit() || (first == '.' && next_is_digit(rest)) {
            number(rest, at)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            if matches!(rest.as_bytes().get(end), Some(b'"' | b'\'')) && end == 1 {
                let what = "texts with a letter before the quote are not read; leave the letter out";
                return Err(Wrong { at, what: what.into() });
            }
            (Kind::Name(rest[..end].to_owned()), end)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Kind::Sign(sign), sign.len())
        } else {
            return Err(Wrong { at, what: stray(first) });
        };
        tokens.push(Token { at, kind });
        at += bytes;
    }
    tokens.push(Token { at, kind: Kind::End });
    Ok(tokens)
}

fn stray(character: char) -> String {
    match character {
        '=' => "`=` alone compares nothing; write `==`".to_owned(),
        '&' => "`&` alone joins nothing; write `&&`".to_owned(),
        '|' => "`|` alone joins nothing; write `||`".to_owned(),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' => {
            format!("`{character}` is a printer's quote; write a straight one, `\"`")
        }
        other => format!("`{other}` has no meaning in a condition; leave it out, or put texts in quotes"),
    }
}

fn next_is_digit(rest: &str) -> bool {
    rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

fn number(rest: &str, at: usize) -> Result<(Kind, usize), Wrong> {
    let bytes = rest.as_bytes();
    let digits = |mut end: usize| {
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        end
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    let unclear = || {
        let shown: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '.').take(40).collect();
        let what = format!(
            "`{shown}` is not a number; write `42` or `0.5`, and a length of time as `duration(\"72h\")`"
        );
        Wrong { at, what }
    };
    // CEL marks unsigned numbers with a `u`; here all numbers are of one kind.
    let suffix = usize::from(matches!(bytes.get(end), Some(b'u' | b'U')));
    if bytes.get(end + suffix).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return Err(unclear());
    }
    let number = rest[..end].parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(unclear)?;
    Ok((Kind::Number(number), end + suffix))
}

fn quoted(rest: &str, at: usize, quote: char) -> Result<(Kind, usize), Wrong> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((offset, character)) = characters.next() {
        match character {
            _ if character == quote => return Ok((Kind::Text(text), offset + 1)),
            '\n' => break,
            '\\' => match characters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped @ ('\\' | '"' | '\'' | '`' | '?'))) => text.push(escaped),
                _ => {
                    let what = "only `\\n`, `\\t`, `\\\\` and quotes may follow a backslash".to_owned();
                    return Err(Wrong { at: at + offset, what });
                }
            },
            other => text.push(other),
        }
    }
    Err(Wrong { at, what: format!("the text that starts here does not end; close it with `{quote}`") })
}
