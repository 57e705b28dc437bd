//! Signatures after Standard Webhooks: the receiver can tell that a parcel is ours, whole and fresh.
//!
//! * **What is signed** – `id.timestamp.body` with HMAC-SHA256, once per secret.
//! * **Rotation** – while a receiver changes its secret there are two; the signatures stand side by
//!   side, and one that fits is enough.
//! * **Left out** – the asymmetric variant `v1a` (ed25519): each receiver has its own secret here,
//!   so nothing is gained by a public key.
//! * **Source** – the Standard Webhooks specification, version 1.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opcx_core::delivery::ParcelId;
use opcx_core::time::Timestamp;
use ring::hmac;

/// Fewest bytes of a secret, as the specification asks.
pub const SECRET_BYTES_MIN: usize = 24;
/// Most bytes of a secret, as the specification asks.
pub const SECRET_BYTES_MAX: usize = 64;
/// Most secrets of one endpoint: the old, the new, and one that somebody forgot to take out.
pub const SECRETS_MAX: usize = 3;

const PREFIX: &str = "whsec_";

/// The three headers that make a request a signed webhook, for the attempt at the moment `now`.
#[must_use]
pub fn headers(secrets: &Secrets, id: ParcelId, now: Timestamp, body: &[u8]) -> [(&'static str, String); 3] {
    let (id, seconds) = (id.to_string(), now.as_millis().div_euclid(1000).to_string());
    let signatures: Vec<String> = secrets.0.iter().map(|secret| secret.sign(&id, &seconds, body)).collect();
    [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signatures.join(" "))]
}

/// What an endpoint and its receiver share and nobody else knows.
#[derive(Clone)]
pub struct Secret(hmac::Key);

/// The secrets that one endpoint signs with: at least one, at most [`SECRETS_MAX`].
#[derive(Debug, Clone)]
pub struct Secrets(Vec<Secret>);

/// Why a secret or a set of them was refused. Never quotes the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not marked as a webhook secret.
    #[error(
        "the secret does not start with `{PREFIX}`; make one with `echo {PREFIX}$(openssl rand -base64 32)`"
    )]
    Prefix,
    /// What follows the mark is not base64.
    #[error("the secret is not base64 after `{PREFIX}`; copy it whole, with `=` at its end if it had one")]
    Encoding,
    /// Too short to be safe, or longer than receivers take.
    #[error(
        "the secret has {bytes} bytes, allowed are {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX}; make another"
    )]
    Length {
        /// Its length when decoded.
        bytes: usize,
    },
    /// None, or so many that old ones must have been forgotten.
    #[error("{count} secrets for one endpoint, allowed are 1 to {SECRETS_MAX}; name the old and the new one")]
    Count {
        /// How many there are.
        count: usize,
    },
}

impl Secret {
    fn sign(&self, id: &str, seconds: &str, body: &[u8]) -> String {
        let mut signing = hmac::Context::with_key(&self.0);
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            signing.update(part);
        }
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Secret, SecretError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Encoding)?;
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
            return Err(SecretError::Length { bytes: bytes.len() });
        }
        Ok(Secret(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl Secrets {
    /// The secrets of one endpoint.
    ///
    /// # Errors
    /// None at all, or more than [`SECRETS_MAX`].
    pub fn new(secrets: Vec<Secret>) -> Result<Secrets, SecretError> {
        if !(1..=SECRETS_MAX).contains(&secrets.len()) {
            return Err(SecretError::Count { count: secrets.len() });
        }
        Ok(Secrets(secrets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_core::customer::{CustomerId, DeedId};
    use opcx_core::log::Position;

    fn secret(bytes: &[u8]) -> Result<Secret, SecretError> {
        format!("whsec_{}", STANDARD.encode(bytes)).parse()
    }

    #[test]
    fn the_signature_is_an_hmac_over_id_timestamp_and_body_per_secret() {
        let secrets = Secrets::new(vec![
            secret(&[1; 24]).expect("24 bytes are enough"),
            secret(&[2; 64]).expect("64 bytes are allowed"),
        ])
        .expect("two are allowed");
        let id = ParcelId(DeedId { customer: CustomerId(Position::new(42)), number: 1 });
        let headers = headers(&secrets, id, Timestamp::from_millis(1_700_000_000_999), br#"{"a":1}"#);
        // As `openssl dgst -sha256 -mac HMAC -macopt hexkey:...` computes them.
        assert_eq!(
            headers.map(|(name, value)| format!("{name}: {value}")),
            [
                "webhook-id: msg_c42_1",
                "webhook-timestamp: 1700000000",
                "webhook-signature: v1,+5OHFaJn3Bd27byD6u8qEKSrAt+U0adHR7cRJEFlego= \
                 v1,rXOauE0QvgFDqF+dTbWil6LsWi7oVW7iIeXZshIBknI=",
            ]
        );
    }

    #[test]
    fn the_published_example_is_signed_as_published() {
        // The one signature that the specification's libraries publish with all that goes into it, the
        // same in each of them (`libraries/*/…test…`, "sign function works").
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("the example's secret");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_is_none_is_refused_without_showing_it() {
        assert_eq!(secret(&[7; 23]).unwrap_err(), SecretError::Length { bytes: 23 });
        assert_eq!(secret(&[7; 65]).unwrap_err(), SecretError::Length { bytes: 65 });
        assert_eq!("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse::<Secret>().unwrap_err(), SecretError::Prefix);
        assert_eq!("whsec_Mf KQ9r8G".parse::<Secret>().unwrap_err(), SecretError::Encoding);
        assert_eq!(Secrets::new(Vec::new()).unwrap_err(), SecretError::Count { count: 0 });
        assert_eq!(format!("{:?}", secret(&[7; 24])), "Ok(Secret(not shown))");
    }
}
