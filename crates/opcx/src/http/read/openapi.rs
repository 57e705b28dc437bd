//! The OpenAPI 3.1 document, put together from the routes and the views' own types.

mod tracking;

use axum::http::Method;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::ROUTES;
use super::route::{Asks, Route};

/// The document that describes every route: the read API, operators' orders, the tracking API, and those for
/// whoever watches over the program.
#[must_use]
pub fn document() -> Value {
    // OpenAPI 3.1 speaks JSON Schema 2020-12 itself; only its place for shared schemas differs.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let entry = paths.entry(route.path).or_insert_with(|| json!({}));
        entry[route.method().as_str().to_ascii_lowercase()] = operation(route, &mut generator);
    }
    paths.extend(tracking::paths());
    let mut schemas = generator.take_definitions(true);
    schemas.extend(tracking::schemas());
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "opcx",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What customers feel, whose trust broke, what is owed, what was decided and why; \
                and operators' orders. No figure comes without n and a 95 % interval; of fewer than ten \
                observations there is none. Wherever a key opens something, so does the cookie of a session that was \
                signed in with such a key (`POST /v1/session`); a request with a cookie that changes anything needs the \
                header `X-CSRF-Token` as well.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "viewer": { "type": "http", "scheme": "bearer", "description": "Any key but a write key." },
                "agent": { "type": "http", "scheme": "bearer", "description": "The key of an agent, operator or admin." },
                "operator": { "type": "http", "scheme": "bearer", "description": "The key of an operator or admin." },
                "admin": { "type": "http", "scheme": "bearer", "description": "The key of an admin." },
                "write": { "type": "http", "scheme": "bearer", "description": "A write key. It is no secret: pages and apps hold it." },
                "writeBasic": { "type": "http", "scheme": "basic", "description": "A write key as the user name; the password is not looked at." },
            },
            "responses": {
                "Problem": {
                    "description": "What is wrong, and how to mend it (RFC 9457).",
                    "content": { "application/problem+json": { "schema": problem_schema() } },
                },
                "NotTaken": tracking::not_taken(),
            },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let takes = route.takes.map(|takes| takes(generator));
    let gives = route.gives.map(|gives| gives(generator));
    let mut parameters: Vec<Value> = path_parameter(route.path).into_iter().collect();
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "security": [],
    });
    if let Some(role) = route.role {
        operation["security"] = json!([{ role.word(): [] }]);
    }
    let answered = match route.asks {
        Asks::Question(_) => {
            if let Some(takes) = &takes {
                parameters.extend(query_parameters(takes, generator));
            }
            "200"
        }
        Asks::Order(_) => "202",
        Asks::SignIn => "201",
        Asks::SignOut => "204",
        Asks::Try => "202",
        Asks::Ingest
        | Asks::Redrive
        | Asks::Files
        | Asks::Save
        | Asks::Tried
        | Asks::BreakOff
        | Asks::Live
        | Asks::WhoAmI
        | Asks::Document => "200",
    };
    if route.method() == Method::POST || route.method() == Method::PUT {
        let body = json!({ "application/json": { "schema": takes } });
        operation["requestBody"] = json!({ "required": true, "content": body });
    }
    let mut answer = json!({ "description": route.summary });
    match (gives, route.asks) {
        // Of a stream the schema is that of each event's data.
        (Some(gives), Asks::Live) => {
            answer["content"] = json!({ "text/event-stream": { "schema": { "type": "string" } } });
            answer["x-event-data"] = json!(gives);
        }
        (Some(gives), _) => answer["content"] = json!({ "application/json": { "schema": gives } }),
        (None, Asks::SignOut) => {}
        (None, _) => answer["content"] = json!({ "application/json": { "schema": { "type": "object" } } }),
    }
    let mut responses = json!({ answered: answer });
    if !matches!(route.asks, Asks::Document) {
        responses["4XX"] = json!({ "$ref": "#/components/responses/Problem" });
        responses["5XX"] = json!({ "$ref": "#/components/responses/Problem" });
    }
    operation["responses"] = responses;
    operation["parameters"] = Value::Array(parameters);
    operation
}

/// The part of a path that varies.
fn path_parameter(path: &str) -> Option<Value> {
    let name = path.split_once('{')?.1.split_once('}')?.0;
    Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
}

/// The fields of a question, as parameters of the query.
fn query_parameters(question: &Schema, generator: &SchemaGenerator) -> Vec<Value> {
    let shared = question.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
    let schema = shared.and_then(|name| generator.definitions().get(name));
    let fields = schema.and_then(|schema| schema.get("properties")?.as_object());
    let required = schema.and_then(|schema| schema.get("required")?.as_array());
    let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    fields
        .into_iter()
        .flatten()
        .map(|(name, field)| {
            let mut schema = field.clone();
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "description": description, "schema": schema })
        })
        .collect()
}

/// `/v1/cases/{id}/take` is `cases_id_take`; of several methods at one path, each has its own name.
fn operation_id(route: &Route) -> String {
    let own = match route.asks {
        Asks::SignIn => return "sign_in".to_owned(),
        Asks::Save => return "save_files".to_owned(),
        Asks::Try => return "try_out".to_owned(),
        Asks::BreakOff => return "break_off_try".to_owned(),
        Asks::SignOut => return "sign_out".to_owned(),
        Asks::Question(_)
        | Asks::Order(_)
        | Asks::Ingest
        | Asks::Redrive
        | Asks::Files
        | Asks::Tried
        | Asks::Live
        | Asks::WhoAmI
        | Asks::Document => route.path,
    };
    let words: Vec<&str> =
        own.trim_start_matches("/v1/").split(['/', '.']).map(|word| word.trim_matches(['{', '}'])).collect();
    words.join("_")
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "description": "`about:blank`: the status says what kind it is." },
            "title": { "type": "string", "description": "The status in words." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What is wrong, and how to mend it." },
        },
    })
}
