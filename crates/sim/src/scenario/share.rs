use serde::Deserialize;

/// A part of a whole, written as `2.5%`; between none and all, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Share(u32);

impl Share {
    /// So many of a thousand, cut off at all.
    #[must_use]
    pub const fn permille(permille: u16) -> Share {
        Share(if permille > 1000 { 1_000_000 } else { permille as u32 * 1000 })
    }

    /// So many of a million.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl TryFrom<String> for Share {
    type Error = String;

    fn try_from(text: String) -> Result<Share, String> {
        let wrong = || format!("`{text}` is no share; write it like `12%` or `2.5%`, at most `100%`");
        let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim();
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if part.len() > 4 {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let part: u32 = format!("{part:0<4}").parse().map_err(|_| wrong())?;
        let millionths = whole.checked_mul(10_000).and_then(|whole| whole.checked_add(part));
        millionths.filter(|&millionths| millionths <= 1_000_000).map(Share).ok_or_else(wrong)
    }
}
