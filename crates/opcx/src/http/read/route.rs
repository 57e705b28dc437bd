use axum::http::Method;
use opcx_core::case::{CaseChange, CaseId};
use opcx_core::customer::CustomerId;
use opcx_core::delivery::ParcelId;
use opcx_core::event::Name;
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::promise::PromiseId;
use opcx_core::record::{Order, Whom};
use opcx_insight::{
    Cases, CasesQuestion, Customer, Decisions, DecisionsQuestion, Erasures, ErasuresQuestion, Export,
    ExportQuestion, Moment, MomentQuestion, Promises, PromisesQuestion, Pulse, PulseQuestion, Trust,
    TrustQuestion,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::session::{SessionView, SigningIn};
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
    /// How it is asked for.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.asks {
            Asks::Question(_) | Asks::WhoAmI | Asks::Document => Method::GET,
            Asks::Order(_) | Asks::SignIn => Method::POST,
            Asks::SignOut => Method::DELETE,
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

/// Why an order is given. Its receipt tells that, and whose key or session gave it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// Why.
    reason: String,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    /// Why.
    reason: String,
    /// How it ended.
    outcome: String,
}

/// Who is to be erased, and why. The reason is kept: it should not tell of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasing {
    /// Why: `asked for on 2026-11-02`.
    reason: String,
    /// An identifier with its kind, `email:ada@example.org`, or an id, `c12`.
    who: String,
}

/// Two identifiers, and what is said about them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// Why.
    reason: String,
    /// One identifier, as `kind:value`.
    one: String,
    /// The other.
    other: String,
}

/// An order was taken down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Taken {
    /// It is carried out once the log is decided on up to here.
    pub(super) position: u64,
}

/// Every route of the read API and of operators' orders.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/v1/pulse",
        summary: "How customers fare everywhere, the surely worst moment first",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Pulse(read_query(query)?))),
        takes: Some(schema::<PulseQuestion>),
        gives: Some(schema::<Pulse>),
    },
    Route {
        path: "/v1/customers/{id}",
        summary: "Everything about one customer, found by id or by an identifier",
        role: Some(Role::Viewer),
        asks: Asks::Question(|who, query| {
            read_query::<Nothing>(query)?;
            Ok(Question::Customer(who.to_owned()))
        }),
        takes: None,
        gives: Some(schema::<Customer>),
    },
    Route {
        path: "/v1/customers/{id}/export",
        summary: "Everything that is held about one customer, what was inferred and why, page by page",
        role: Some(Role::Admin),
        asks: Asks::Question(|who, query| Ok(Question::Export(who.to_owned(), read_query(query)?))),
        takes: Some(schema::<ExportQuestion>),
        gives: Some(schema::<Export>),
    },
    Route {
        path: "/v1/erasures",
        summary: "Orders to erase customers, and how far each has come",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Erasures(read_query(query)?))),
        takes: Some(schema::<ErasuresQuestion>),
        gives: Some(schema::<Erasures>),
    },
    Route {
        path: "/v1/moments/{name}",
        summary: "What one moment of the map is about, and how it goes",
        role: Some(Role::Viewer),
        asks: Asks::Question(|name, query| Ok(Question::Moment(name.to_owned(), read_query(query)?))),
        takes: Some(schema::<MomentQuestion>),
        gives: Some(schema::<Moment>),
    },
    Route {
        path: "/v1/promises",
        summary: "Which promises are open, at risk, kept and broken",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Promises(read_query(query)?))),
        takes: Some(schema::<PromisesQuestion>),
        gives: Some(schema::<Promises>),
    },
    Route {
        path: "/v1/cases",
        summary: "What humans have to do",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Cases(read_query(query)?))),
        takes: Some(schema::<CasesQuestion>),
        gives: Some(schema::<Cases>),
    },
    Route {
        path: "/v1/decisions",
        summary: "What was decided, for and against, and why, newest first",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Decisions(read_query(query)?))),
        takes: Some(schema::<DecisionsQuestion>),
        gives: Some(schema::<Decisions>),
    },
    Route {
        path: "/v1/trust",
        summary: "How far customers trust, and whose trust fell furthest",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Trust(read_query(query)?))),
        takes: Some(schema::<TrustQuestion>),
        gives: Some(schema::<Trust>),
    },
    Route {
        path: "/v1/customers/merge",
        summary: "Two identifiers are one person's",
        role: Some(Role::Operator),
        asks: Asks::Order(|_, body| pair(body, Order::Merge)),
        takes: Some(schema::<Pair>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/customers/unmerge",
        summary: "Two identifiers are two people's: undoes what joined them and keeps them apart",
        role: Some(Role::Operator),
        asks: Asks::Order(|_, body| pair(body, Order::Unmerge)),
        takes: Some(schema::<Pair>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/customers/erase",
        summary: "Nothing that tells of this customer is kept; figures about the company stay",
        role: Some(Role::Admin),
        asks: Asks::Order(|_, body| {
            let Erasing { reason, who } = read_body(body)?;
            let whom = match CustomerId::parse(&who) {
                Some(id) => Whom::Customer(id),
                None => Whom::Identifier(identifier(&who)?),
            };
            Ok((reason, Order::Erase(whom)))
        }),
        takes: Some(schema::<Erasing>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/take",
        summary: "Somebody takes a case",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| Ok((because(body)?, Order::Case(case(id)?, CaseChange::Take)))),
        takes: Some(schema::<Because>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/close",
        summary: "A case is done",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| {
            let Closing { reason, outcome } = read_body(body)?;
            let change = CaseChange::Close { outcome: outcome.into() };
            Ok((reason, Order::Case(case(id)?, change)))
        }),
        takes: Some(schema::<Closing>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/promises/{id}/release",
        summary: "A promise is no longer owed",
        role: Some(Role::Operator),
        asks: Asks::Order(|id, body| {
            let promise = PromiseId::parse(id)
                .ok_or_else(|| format!("`{id}` names no promise; write it as it is shown: `promise_12_0`"))?;
            Ok((because(body)?, Order::Release(promise)))
        }),
        takes: Some(schema::<Because>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/parcels/{id}/resend",
        summary: "A dead letter is tried again",
        role: Some(Role::Operator),
        asks: Asks::Order(|id, body| {
            let parcel: ParcelId = id.parse().map_err(|error| format!("{error}"))?;
            Ok((because(body)?, Order::Resend(parcel)))
        }),
        takes: Some(schema::<Because>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/endpoints/{name}/enable",
        summary: "An endpoint that answered 410 is used again",
        role: Some(Role::Operator),
        asks: Asks::Order(|name, body| Ok((because(body)?, Order::Enable(Name::from(name))))),
        takes: Some(schema::<Because>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/session",
        summary: "Signs in with a key, once; from then on a cookie stands for it",
        role: None,
        asks: Asks::SignIn,
        takes: Some(schema::<SigningIn>),
        gives: Some(schema::<SessionView>),
    },
    Route {
        path: "/v1/session",
        summary: "Who asks, and what they may do",
        role: Some(Role::Viewer),
        asks: Asks::WhoAmI,
        takes: None,
        gives: Some(schema::<SessionView>),
    },
    Route {
        path: "/v1/session",
        summary: "Signs out",
        role: Some(Role::Viewer),
        asks: Asks::SignOut,
        takes: None,
        gives: None,
    },
    Route {
        path: "/v1/openapi.json",
        summary: "This document",
        role: None,
        asks: Asks::Document,
        takes: None,
        gives: None,
    },
];

/// A question without a query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    serde_urlencoded::from_str(query).map_err(|error| {
        format!("the query cannot be read: {error}; `/v1/openapi.json` says what it may hold")
    })
}

pub(super) fn read_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        format!("the body cannot be read: {error}; `/v1/openapi.json` says what it must hold")
    })
}

fn because(body: &[u8]) -> Result<String, String> {
    let Because { reason } = read_body(body)?;
    Ok(reason)
}

fn pair(body: &[u8], order: fn(Identifier, Identifier) -> Order) -> Result<(String, Order), String> {
    let Pair { reason, one, other } = read_body(body)?;
    Ok((reason, order(identifier(&one)?, identifier(&other)?)))
}

fn identifier(text: &str) -> Result<Identifier, String> {
    let read = text.split_once(':').and_then(|(word, value)| Some((IdentifierKind::from_word(word)?, value)));
    let Some((kind, value)) = read else {
        return Err(format!("`{text}` is no identifier; write its kind and value: `email:ada@example.org`"));
    };
    Identifier::new(kind, value).map_err(|error| error.to_string())
}

fn case(id: &str) -> Result<CaseId, String> {
    CaseId::parse(id).ok_or_else(|| format!("`{id}` names no case; write it as it is shown: `case_c12_3`"))
}
