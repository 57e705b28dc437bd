use std::fmt;
use std::str::FromStr;

/// Where people reach what stands in front of `opcx serve`: `https://cx.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    secure: bool,
    host: String,
}

/// Why a text is no public address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not where a browser goes; write scheme and host alone: `https://cx.example.org`")]
pub struct PublicAddressError {
    /// The text.
    text: String,
}

impl PublicAddress {
    /// Whether TLS stands in front: cookies then travel over TLS only.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host, with its port where it is not the usual one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for PublicAddress {
    type Err = PublicAddressError;

    fn from_str(text: &str) -> Result<PublicAddress, PublicAddressError> {
        let wrong = || PublicAddressError { text: text.to_owned() };
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || !host.chars().all(fits) {
            return Err(wrong());
        }
        Ok(PublicAddress { secure, host })
    }
}

/// As a browser names it as an origin.
impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_host_are_an_address_and_nothing_else_is() {
        let read = |text: &str| text.parse::<PublicAddress>().map(|address| address.to_string());
        assert_eq!(read("https://CX.example.org"), Ok("https://cx.example.org".to_owned()));
        assert_eq!(read("http://localhost:7700/"), Ok("http://localhost:7700".to_owned()));
        for wrong in ["cx.example.org", "ftp://cx.example.org", "https://", "https://a/b", "https://a@b"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
