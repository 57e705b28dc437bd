//! What the bodies of orders hold, and how they are read.

use opcx_core::case::CaseId;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::record::Order;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::read_body;

/// Most characters of a note or an answer.
const WRITTEN_CHARS_MAX: usize = 4_000;

/// Why an order is given. Its receipt tells that, and whose key or session gave it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Why.
    pub(super) reason: String,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    /// Why.
    pub(super) reason: String,
    /// How it ended.
    pub(super) outcome: String,
}

/// Why a case is taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Taking {
    /// Why; to work on it, unless said otherwise.
    pub(super) reason: Option<String>,
}

/// Something to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    /// What, 4,000 characters at most.
    pub(super) text: String,
}

/// Words to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answering {
    /// What is sent, 4,000 characters at most.
    pub(super) text: String,
    /// The channel of `opcx.toml` that takes it; the house's `message_channel` unless said otherwise.
    pub(super) channel: Option<String>,
}

/// Who is to be erased, and why. The reason is kept: it should not tell of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasing {
    /// Why: `asked for on 2026-11-02`.
    pub(super) reason: String,
    /// An identifier with its kind, `email:ada@example.org`, or an id, `c12`.
    pub(super) who: String,
}

/// Two identifiers, and what is said about them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// Why.
    pub(super) reason: String,
    /// One identifier, as `kind:value`.
    pub(super) one: String,
    /// The other.
    pub(super) other: String,
}

/// An order was taken down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Taken {
    /// It is carried out once the log is decided on up to here.
    pub(super) position: u64,
}

pub(super) fn because(body: &[u8]) -> Result<String, String> {
    let Because { reason } = read_body(body)?;
    Ok(reason)
}

/// Words that somebody wrote, if there are any and not too many.
pub(super) fn written(text: &str) -> Result<&str, String> {
    match text.trim() {
        "" => Err("`text` is empty; write something".into()),
        text if text.chars().count() > WRITTEN_CHARS_MAX => {
            Err(format!("`text` is longer than {WRITTEN_CHARS_MAX} characters; write less, or twice"))
        }
        text => Ok(text),
    }
}

pub(super) fn pair(
    body: &[u8],
    order: fn(Identifier, Identifier) -> Order,
) -> Result<(String, Order), String> {
    let Pair { reason, one, other } = read_body(body)?;
    Ok((reason, order(identifier(&one)?, identifier(&other)?)))
}

pub(super) fn identifier(text: &str) -> Result<Identifier, String> {
    let read = text.split_once(':').and_then(|(word, value)| Some((IdentifierKind::from_word(word)?, value)));
    let Some((kind, value)) = read else {
        return Err(format!("`{text}` is no identifier; write its kind and value: `email:ada@example.org`"));
    };
    Identifier::new(kind, value).map_err(|error| error.to_string())
}

pub(super) fn case(id: &str) -> Result<CaseId, String> {
    CaseId::parse(id).ok_or_else(|| format!("`{id}` names no case; write it as it is shown: `case_c12_3`"))
}
