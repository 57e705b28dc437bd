//! What a route is, and how what is asked of it is read.

use axum::http::Method;
use opcx_core::record::Order;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http::Role;
use crate::look::Question;

/// One route.
pub struct Route {
    /// Its path; at most one part of it varies.
    pub path: &'static str,
    /// What it is for, in a sentence.
    pub summary: &'static str,
    /// Who may ask; everybody where there is none.
    pub role: Option<Role>,
    /// What it asks for.
    pub(super) asks: Asks,
    /// What its query may hold, or its body must: a schema whose properties are the fields.
    pub(super) takes: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// What it answers with.
    pub(super) gives: Option<fn(&mut SchemaGenerator) -> Schema>,
}

impl Route {
    /// Whether the answer goes on for as long as somebody reads it.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        match self.asks {
            Asks::Live => true,
            Asks::Question(_)
            | Asks::Order(_)
            | Asks::Ingest
            | Asks::Redrive
            | Asks::Files
            | Asks::Save
            | Asks::Try
            | Asks::Tried
            | Asks::BreakOff
            | Asks::SignIn
            | Asks::WhoAmI
            | Asks::SignOut
            | Asks::Document => false,
        }
    }

    /// How it is asked for.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.asks {
            Asks::Question(_)
            | Asks::Files
            | Asks::Tried
            | Asks::Ingest
            | Asks::Live
            | Asks::WhoAmI
            | Asks::Document => Method::GET,
            Asks::Order(_) | Asks::Redrive | Asks::Try | Asks::SignIn => Method::POST,
            Asks::Save => Method::PUT,
            Asks::BreakOff | Asks::SignOut => Method::DELETE,
        }
    }
}

/// What a route asks for.
#[derive(Clone, Copy)]
pub(super) enum Asks {
    /// An answer.
    Question(ReadQuestion),
    /// That something be done: taken down, and carried out when its turn comes.
    Order(ReadOrder),
    /// What comes in.
    Ingest,
    /// That rejected inputs be read again.
    Redrive,
    /// The files of the folder.
    Files,
    /// That files be saved.
    Save,
    /// That edited files be tried out.
    Try,
    /// How far that has come.
    Tried,
    /// That it be broken off.
    BreakOff,
    /// To be told what changes, until whoever asks goes.
    Live,
    /// To be signed in.
    SignIn,
    /// Who asks.
    WhoAmI,
    /// To be signed out.
    SignOut,
    /// The document that describes all routes.
    Document,
}

/// Reads a question out of the varying part of the path and the query; or says what is wrong.
pub(super) type ReadQuestion = fn(&str, &str) -> Result<Question, String>;
/// Reads an order out of the varying part of the path and the body; or says what is wrong.
pub(super) type ReadOrder = fn(&str, &[u8]) -> Result<(String, Order), String>;

/// A question without a query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(super) fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    serde_urlencoded::from_str(query).map_err(|error| {
        format!("the query cannot be read: {error}; `/v1/openapi.json` says what it may hold")
    })
}

pub(super) fn read_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        format!("the body cannot be read: {error}; `/v1/openapi.json` says what it must hold")
    })
}
