//! Keys: who may hand in events, look, work on cases, or run the company's side.
//!
//! Only hashes are kept. Keys are long and random, so a plain hash of them cannot be turned back;
//! hashes are compared in constant time, and always all of them.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opcx_core::event::Name;

/// Shortest key in characters: a shorter one can be guessed from its hash.
pub const KEY_CHARS_MIN: usize = 16;
/// Longest key that is looked at, in bytes.
const KEY_BYTES_MAX: usize = 256;

/// The keys of a company.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

/// One key.
#[derive(Debug, Clone)]
pub struct Key {
    /// What it is called. Of a write key: the source of the events that come with it; of others: who gives
    /// an order.
    pub name: Name,
    /// What it is for.
    pub role: Role,
    /// Its hash.
    pub hash: KeyHash,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Handing in events, and nothing else. Such keys are in web pages and apps, so they are no secret.
    Write,
    /// Looking.
    Viewer,
    /// Working on cases, and what a viewer may.
    Agent,
    /// Merging, releasing, sending again, changing playbooks; and what an agent may.
    Operator,
    /// Erasing customers and handing out all that is held about one; and what an operator may.
    Admin,
}

/// The BLAKE3 hash of a key. Written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHash(blake3::Hash);

/// Why a text is no hash of a key, or no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 hexadecimal digits.
    #[error("a key's hash has 64 hexadecimal digits; write the one that belongs to the key")]
    NotAHash,
    /// Too short to be safe.
    #[error(
        "the key is {chars} characters long, at least {KEY_CHARS_MIN} are needed; take one that `opcx keys` prints"
    )]
    TooShort {
        /// How many it has.
        chars: usize,
    },
}

impl Keys {
    /// These keys.
    #[must_use]
    pub fn new(keys: Vec<Key>) -> Keys {
        Keys(keys)
    }

    /// These keys and some more.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = Key>) -> Keys {
        self.0.extend(more);
        self
    }

    /// The name of the given key, if there is such a key and it may do what `role` does.
    #[must_use]
    pub fn find(&self, key: &str, role: Role) -> Option<&Name> {
        let mut found = None;
        for known in self.alike(key) {
            if known.role.includes(role) {
                found = Some(&known.name);
            }
        }
        found
    }

    /// The given key as it is known, for those who may look: write keys are no secret and let nobody in. Of
    /// one key that is known several times, the one that may do most.
    #[must_use]
    pub fn of_somebody(&self, key: &str) -> Option<&Key> {
        self.alike(key).filter(|known| known.role.includes(Role::Viewer)).max_by_key(|known| known.role)
    }

    /// Every known key with that hash; all are compared.
    fn alike(&self, key: &str) -> impl Iterator<Item = &Key> {
        let hash = (!key.is_empty() && key.len() <= KEY_BYTES_MAX).then(|| blake3::hash(key.as_bytes()));
        // `blake3::Hash` compares in constant time.
        self.0.iter().filter(move |known| Some(known.hash.0) == hash)
    }
}

impl Role {
    /// Whether a key of this role may do what `other` does.
    #[must_use]
    pub const fn includes(self, other: Role) -> bool {
        match self {
            Role::Write => matches!(other, Role::Write),
            Role::Viewer => matches!(other, Role::Viewer),
            Role::Agent => matches!(other, Role::Viewer | Role::Agent),
            Role::Operator => matches!(other, Role::Viewer | Role::Agent | Role::Operator),
            Role::Admin => matches!(other, Role::Viewer | Role::Agent | Role::Operator | Role::Admin),
        }
    }

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Role::Write => "write",
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

impl KeyHash {
    /// The hash of a key.
    ///
    /// # Errors
    /// The key is so short that it could be guessed.
    pub fn of(key: &str) -> Result<KeyHash, KeyError> {
        let chars = key.chars().count();
        if chars < KEY_CHARS_MIN {
            return Err(KeyError::TooShort { chars });
        }
        Ok(KeyHash(blake3::hash(key.as_bytes())))
    }
}

impl FromStr for KeyHash {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<KeyHash, KeyError> {
        blake3::Hash::from_hex(text.trim()).map(KeyHash).map_err(|_| KeyError::NotAHash)
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

/// The key in the `Authorization` header: the user name of `Basic`, or the token of `Bearer`.
pub(super) fn sent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") || rest.len() > KEY_BYTES_MAX * 2 {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let user = decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user);
    Some(user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 5] = [Role::Write, Role::Viewer, Role::Agent, Role::Operator, Role::Admin];

    fn key_of(role: Role) -> String {
        format!("the-key-for-{}", role.word())
    }

    fn keys() -> Keys {
        let key =
            |role: Role| Key { name: role.word().into(), role, hash: KeyHash::of(&key_of(role)).unwrap() };
        Keys::new(ROLES.map(key).into())
    }

    #[test]
    fn a_key_opens_what_it_is_for_and_nothing_else() {
        let keys = keys();
        let may = |key: &str| ROLES.map(|role| keys.find(key, role).is_some());
        assert_eq!(may(&key_of(Role::Write)), [true, false, false, false, false]);
        assert_eq!(may(&key_of(Role::Viewer)), [false, true, false, false, false]);
        assert_eq!(may(&key_of(Role::Agent)), [false, true, true, false, false]);
        assert_eq!(may(&key_of(Role::Operator)), [false, true, true, true, false]);
        assert_eq!(may(&key_of(Role::Admin)), [false, true, true, true, true]);
        assert_eq!(may(""), [false; 5]);
        assert_eq!(may("the-key-for-writ"), [false; 5]);
    }

    #[test]
    fn write_keys_are_nobodys_and_a_key_known_twice_may_do_the_most() {
        let mut all = keys();
        let role = |keys: &Keys, key: &str| keys.of_somebody(key).map(|key| key.role);
        assert_eq!(role(&all, &key_of(Role::Write)), None);
        assert_eq!(role(&all, &key_of(Role::Agent)), Some(Role::Agent));
        let hash = KeyHash::of(&key_of(Role::Agent)).unwrap();
        all.0.insert(0, Key { name: "mia".into(), role: Role::Operator, hash });
        assert_eq!(role(&all, &key_of(Role::Agent)), Some(Role::Operator));
    }

    #[test]
    fn keys_travel_as_basic_or_bearer() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            sent(&headers)
        };
        let web = Some("write-key-of-the-web".to_string());
        assert_eq!(read(&format!("Basic {}", STANDARD.encode("write-key-of-the-web:"))), web);
        assert_eq!(read(&format!("basic  {}", STANDARD.encode("write-key-of-the-web"))), web);
        assert_eq!(read("Bearer write-key-of-the-web"), web);
        assert_eq!(read("Basic write-key-of-the-web"), None);
        assert_eq!(read("write-key-of-the-web"), None);
    }

    #[test]
    fn a_hash_is_written_and_read_back_and_short_keys_are_refused() {
        let hash = KeyHash::of("write-key-of-the-web").unwrap();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("abc".parse::<KeyHash>(), Err(KeyError::NotAHash));
        assert_eq!(KeyHash::of("short"), Err(KeyError::TooShort { chars: 5 }));
    }
}
