//! Sessions: who signed in with a key, so that a browser needs not keep the key itself.
//!
//! Kept in memory: after a restart everybody signs in again. Bounded in number and age ([`SESSIONS_MAX`],
//! [`SESSIONS_OF_ONE_MAX`], [`SESSION_HOURS_MAX`]). A browser holds a random token in a cookie; here is only the
//! token's hash, so that the memory of this program does not let anybody in either.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opcx_core::event::Name;
use opcx_core::time::{Span, Timestamp};
use ring::rand::SecureRandom as _;

use super::keys::{Key, Role};

/// Most sessions at a time; a further one ends the oldest.
pub const SESSIONS_MAX: usize = 1_000;
/// Most sessions of one key at a time, so that nobody's browsers push all others out.
pub const SESSIONS_OF_ONE_MAX: usize = 16;
/// Longest that a session lasts: a long working day.
pub const SESSION_HOURS_MAX: i64 = 12;
/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<BTreeMap<[u8; 32], Session>>);

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who: the name of the key.
    pub name: Name,
    /// What they may do.
    pub role: Role,
    /// What a page sends along with whatever changes something; another site cannot know it.
    pub csrf: Token,
    /// Until when.
    pub ends: Timestamp,
}

/// Something random that cannot be guessed, as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no randomness; try again later")]
pub struct NoRandomness;

impl Sessions {
    /// Signs somebody in; the token is theirs alone.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn begin(&self, key: &Key, now: Timestamp) -> Result<(Token, Session), NoRandomness> {
        let (token, csrf) = (Token::fresh()?, Token::fresh()?);
        let ends = now + Span::HOUR.times(SESSION_HOURS_MAX);
        let session = Session { name: key.name.clone(), role: key.role, csrf, ends };
        let mut sessions = self.lock();
        sessions.retain(|_, session| session.ends > now);
        make_room(&mut sessions, SESSIONS_OF_ONE_MAX, |session| session.name == key.name);
        make_room(&mut sessions, SESSIONS_MAX, |_| true);
        sessions.insert(token.hash(), session.clone());
        Ok((token, session))
    }

    /// Who has that token.
    #[must_use]
    pub fn find(&self, token: &str, now: Timestamp) -> Option<Session> {
        self.lock().get(&hash(token)).filter(|session| session.ends > now).cloned()
    }

    /// Signs out whoever has that token.
    pub fn end(&self, token: &str) {
        self.lock().remove(&hash(token));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the oldest of those meant, until one more has room. All last equally long, so the oldest ends first.
fn make_room(sessions: &mut BTreeMap<[u8; 32], Session>, most: usize, meant: impl Fn(&Session) -> bool) {
    while sessions.values().filter(|session| meant(session)).count() >= most {
        let oldest =
            sessions.iter().filter(|(_, session)| meant(session)).min_by_key(|(_, session)| session.ends);
        let Some(oldest) = oldest.map(|(hash, _)| *hash) else { return };
        sessions.remove(&oldest);
    }
}

impl Token {
    fn fresh() -> Result<Token, NoRandomness> {
        let mut bytes = [0; TOKEN_BYTES];
        ring::rand::SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Token(blake3::Hash::from_bytes(bytes).to_string()))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether somebody sent this token; takes equally long wherever they differ.
    #[must_use]
    pub fn is(&self, sent: &str) -> bool {
        // Hashes of `blake3` are compared in constant time.
        blake3::hash(self.0.as_bytes()) == blake3::hash(sent.as_bytes())
    }

    fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

/// Never the digits, which would let a reader of the program's log in.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

fn hash(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::KeyHash;

    fn key(name: &str) -> Key {
        let hash = KeyHash::of("a-key-that-is-long").expect("long enough");
        Key { name: name.into(), role: Role::Agent, hash }
    }

    fn after(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_session_lasts_a_long_working_day_or_until_its_end_is_asked_for() {
        let sessions = Sessions::default();
        let (token, session) = sessions.begin(&key("mia"), after(0)).expect("randomness");
        let day = SESSION_HOURS_MAX * 3_600;
        assert_eq!(sessions.find(token.as_str(), after(day - 1)), Some(session));
        assert_eq!(sessions.find(token.as_str(), after(day)), None);
        assert_eq!(sessions.find("another", after(0)), None);
        sessions.end(token.as_str());
        assert_eq!(sessions.find(token.as_str(), after(0)), None);
    }

    #[test]
    fn nobodys_browsers_push_others_out_and_the_oldest_goes_first() {
        let sessions = Sessions::default();
        let begin = |name: &str, at| sessions.begin(&key(name), after(at)).expect("randomness").0;
        let noor = begin("noor", 0);
        let mias: Vec<Token> = (1..=17).map(|at| begin("mia", at)).collect();
        let there = |token: &Token| sessions.find(token.as_str(), after(100)).is_some();
        assert!(there(&noor));
        assert_eq!(mias.iter().map(there).collect::<Vec<_>>(), [vec![false], vec![true; 16]].concat());
        for person in 0..SESSIONS_MAX {
            begin(&format!("p{person}"), 200);
        }
        assert!(!there(&noor));
        assert_eq!(sessions.lock().len(), SESSIONS_MAX);
    }

    #[test]
    fn tokens_differ_and_are_not_shown() {
        let sessions = Sessions::default();
        let (token, session) = sessions.begin(&key("mia"), after(0)).expect("randomness");
        assert_ne!(token, session.csrf);
        assert!(session.csrf.is(session.csrf.as_str()) && !session.csrf.is(token.as_str()));
        assert_eq!(format!("{token:?}"), "Token(..)");
    }
}
