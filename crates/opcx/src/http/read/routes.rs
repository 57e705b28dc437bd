//! The one list of routes.

use opcx_core::case::CaseChange;
use opcx_core::customer::CustomerId;
use opcx_core::delivery::ParcelId;
use opcx_core::event::Name;
use opcx_core::promise::PromiseId;
use opcx_core::record::{Order, Whom};
use opcx_insight::{
    Brief, Carried, Cases, CasesQuestion, Customer, Decisions, DecisionsQuestion, Deliveries,
    DeliveriesQuestion, Erasures, ErasuresQuestion, Export, ExportQuestion, Found, Journeys,
    JourneysQuestion, Moment, MomentQuestion, Playbooks, PlaybooksQuestion, Promises, PromisesQuestion,
    Pulse, PulseQuestion, PulseSeries, RejectedInputs, RejectedQuestion, SearchQuestion, SeriesQuestion,
    Timeline, TimelineQuestion, Trust, TrustQuestion, WentThrough, WentThroughQuestion,
};

use super::files::{FolderView, Saved, Saving};
use super::ingest::{Ingest, Redriven, Redriving};
use super::live::LiveView;
use super::order_body::{
    Answering, Because, Closing, Erasing, Pair, Taken, Taking, Writing, because, case, identifier, pair,
    written,
};
use super::route::{Asks, Nothing, Route, read_body, read_query, schema};
use super::session::{SessionView, SigningIn};
use super::try_out::{TryView, Trying};
use crate::http::Role;
use crate::look::Question;

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
        path: "/v1/pulse/series",
        summary: "How customers fared hour by hour or day by day, trust included, and where it differs from usual",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Series(read_query(query)?))),
        takes: Some(schema::<SeriesQuestion>),
        gives: Some(schema::<PulseSeries>),
    },
    Route {
        path: "/v1/journeys",
        summary: "The maps as people know them, and how customers fare along them",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Journeys(read_query(query)?))),
        takes: Some(schema::<JourneysQuestion>),
        gives: Some(schema::<Journeys>),
    },
    Route {
        path: "/v1/customers",
        summary: "Customers by an id or identifier, or by the beginning of one",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Search(read_query(query)?))),
        takes: Some(schema::<SearchQuestion>),
        gives: Some(schema::<Found>),
    },
    Route {
        path: "/v1/customers/{id}/timeline",
        summary: "What happened to one customer, newest first, with what was read in it and what was made of it",
        role: Some(Role::Viewer),
        asks: Asks::Question(|who, query| Ok(Question::Timeline(who.to_owned(), read_query(query)?))),
        takes: Some(schema::<TimelineQuestion>),
        gives: Some(schema::<Timeline>),
    },
    Route {
        path: "/v1/events/{id}/reading",
        summary: "What was read in what a customer said in one record, and which of their words carried that",
        role: Some(Role::Viewer),
        asks: Asks::Question(|id, query| {
            read_query::<Nothing>(query)?;
            Ok(Question::Carried(id.to_owned()))
        }),
        takes: None,
        gives: Some(schema::<Carried>),
    },
    Route {
        path: "/v1/playbooks",
        summary: "Each playbook: what it does, how often it did, and why it did not",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Playbooks(read_query(query)?))),
        takes: Some(schema::<PlaybooksQuestion>),
        gives: Some(schema::<Playbooks>),
    },
    Route {
        path: "/v1/ingest",
        summary: "What comes in, from where, how fast, and how far it is decided on",
        role: Some(Role::Viewer),
        asks: Asks::Ingest,
        takes: None,
        gives: Some(schema::<Ingest>),
    },
    Route {
        path: "/v1/rejected",
        summary: "Inputs that could not be understood, and why, oldest first",
        role: Some(Role::Agent),
        asks: Asks::Question(|_, query| Ok(Question::Rejected(read_query(query)?))),
        takes: Some(schema::<RejectedQuestion>),
        gives: Some(schema::<RejectedInputs>),
    },
    Route {
        path: "/v1/rejected/redrive",
        summary: "Reads rejected inputs again, after a mend: those at these positions, or the oldest that wait",
        role: Some(Role::Operator),
        asks: Asks::Redrive,
        takes: Some(schema::<Redriving>),
        gives: Some(schema::<Redriven>),
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
        path: "/v1/deliveries",
        summary: "What waits to be sent, and dead letters, those given up first first",
        role: Some(Role::Viewer),
        asks: Asks::Question(|_, query| Ok(Question::Deliveries(read_query(query)?))),
        takes: Some(schema::<DeliveriesQuestion>),
        gives: Some(schema::<Deliveries>),
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
        path: "/v1/moments/{name}/customers",
        summary: "Who went through one moment, newest first, and what they said there",
        role: Some(Role::Viewer),
        asks: Asks::Question(|name, query| Ok(Question::WentThrough(name.to_owned(), read_query(query)?))),
        takes: Some(schema::<WentThroughQuestion>),
        gives: Some(schema::<WentThrough>),
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
        path: "/v1/cases/{id}",
        summary: "One case, with what whoever takes it needs to know of the customer",
        role: Some(Role::Viewer),
        asks: Asks::Question(|id, query| {
            read_query::<Nothing>(query)?;
            Ok(Question::Brief(id.to_owned()))
        }),
        takes: None,
        gives: Some(schema::<Brief>),
    },
    Route {
        path: "/v1/cases/{id}/take",
        summary: "Whoever asks takes a case; 409 with who has it, if somebody else has",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| {
            let Taking { reason } = read_body(body)?;
            Ok((reason.unwrap_or_else(|| "to work on it".into()), Order::Case(case(id)?, CaseChange::Take)))
        }),
        takes: Some(schema::<Taking>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/give-back",
        summary: "Whoever has a case gives it back to its team; an operator may give back another's",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| Ok((because(body)?, Order::Case(case(id)?, CaseChange::GiveBack)))),
        takes: Some(schema::<Because>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/note",
        summary: "Somebody writes something down about a case",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| {
            let Writing { text } = read_body(body)?;
            let change = CaseChange::Note { text: written(&text)?.into() };
            Ok(("for whoever works on it".into(), Order::Case(case(id)?, change)))
        }),
        takes: Some(schema::<Writing>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/answer",
        summary: "Whoever has a case writes to the customer; it goes out like every message",
        role: Some(Role::Agent),
        asks: Asks::Order(|id, body| {
            let Answering { text, channel } = read_body(body)?;
            let text = written(&text)?.to_owned();
            let change = CaseChange::Answer { channel: channel.unwrap_or_default().into(), text };
            Ok(("to answer the customer".into(), Order::Case(case(id)?, change)))
        }),
        takes: Some(schema::<Answering>),
        gives: Some(schema::<Taken>),
    },
    Route {
        path: "/v1/cases/{id}/close",
        summary: "A case is done; an operator may close another's",
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
        path: "/v1/files",
        summary: "The files of the company's folder, as they are on disk",
        role: Some(Role::Viewer),
        asks: Asks::Files,
        takes: None,
        gives: Some(schema::<FolderView>),
    },
    Route {
        path: "/v1/files",
        summary: "Saves files to the company's folder, unless they changed there since; they decide from then on",
        role: Some(Role::Operator),
        asks: Asks::Save,
        takes: Some(schema::<Saving>),
        gives: Some(schema::<Saved>),
    },
    Route {
        path: "/v1/try",
        summary: "Tries edited files out on the last days, in shadow: what would have been done otherwise",
        role: Some(Role::Operator),
        asks: Asks::Try,
        takes: Some(schema::<Trying>),
        gives: Some(schema::<TryView>),
    },
    Route {
        path: "/v1/try",
        summary: "How far the latest try has come, and what it found",
        role: Some(Role::Viewer),
        asks: Asks::Tried,
        takes: None,
        gives: Some(schema::<TryView>),
    },
    Route {
        path: "/v1/try",
        summary: "Breaks the try off that is under way",
        role: Some(Role::Operator),
        asks: Asks::BreakOff,
        takes: None,
        gives: Some(schema::<TryView>),
    },
    Route {
        path: "/v1/live",
        summary: "What changes, as server-sent events: `live`, each with all that it tells",
        role: Some(Role::Viewer),
        asks: Asks::Live,
        takes: None,
        gives: Some(schema::<LiveView>),
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
