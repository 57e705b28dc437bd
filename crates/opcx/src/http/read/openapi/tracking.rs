//! What the OpenAPI document tells of the tracking API, and of the routes for whoever watches over the program.

use serde_json::{Map, Value, json};

use crate::http::tracking::{METRICS_OF_BROWSER, SETTINGS, taking_routes};
use crate::segment::Call;

/// The routes. Each also works with a slash at its end, which SDKs differ in.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for (route, call) in taking_routes() {
        paths.insert(route.to_owned(), json!({ "post": taking(route, call) }));
    }
    paths.insert(
        METRICS_OF_BROWSER.to_owned(),
        json!({ "post": {
        "summary": "What a browser's SDK reports on itself: taken, and left alone",
        "operationId": "track_m",
        "security": [],
        "requestBody": { "required": false, "content": { "application/json": { "schema": {} } } },
        "responses": answers(),
    } }),
    );
    paths.insert(SETTINGS.to_owned(), json!({ "get": {
        "summary": "What browsers and apps ask for before they send anything; 401 where the key in the path is unknown",
        "operationId": "projects_settings",
        "security": [],
        "parameters": [{ "name": "write_key", "in": "path", "required": true, "schema": { "type": "string" } }],
        "responses": {
            "200": {
                "description": "Where to send",
                "content": { "application/json": { "schema": { "type": "object", "required": ["integrations"] } } },
            },
            "4XX": { "$ref": "#/components/responses/NotTaken" },
        },
    } }));
    for (path, summary) in [
        ("/healthz", "Whether the program runs"),
        ("/readyz", "Whether requests should come here: 503 while it starts or stops"),
        ("/metrics", "What is counted, for Prometheus"),
    ] {
        let text = json!({ "description": summary, "content": { "text/plain": { "schema": { "type": "string" } } } });
        paths.insert(
            path.to_owned(),
            json!({ "get": {
            "summary": summary,
            "operationId": &path[1..],
            "security": [],
            "responses": { "200": text, "503": text },
        } }),
        );
    }
    paths
}

fn taking(route: &str, call: Option<Call>) -> Value {
    let (summary, schema) = match call {
        None => ("Takes a batch of messages".to_owned(), "Batch"),
        Some(call) => (format!("Takes one message of the call `{}`", call.word()), "Message"),
    };
    json!({
        "summary": summary,
        "description": "Answered once all of it would survive a power cut. What is no event goes to the rejected list. \
            The body may be packed with gzip; a key in it (`writeKey`) counts where the header has none.",
        "operationId": format!("track_{}", route.trim_start_matches("/v1/")),
        "security": [{ "write": [] }, { "writeBasic": [] }],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
        },
        "responses": answers(),
    })
}

fn answers() -> Value {
    json!({
        "200": {
            "description": "Taken",
            "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["success"],
                "properties": { "success": { "const": true } },
            } } },
        },
        "4XX": { "$ref": "#/components/responses/NotTaken" },
        "5XX": { "$ref": "#/components/responses/NotTaken" },
    })
}

/// Why nothing was taken, in the shape that SDKs know.
pub(super) fn not_taken() -> Value {
    json!({
        "description": "Nothing of it was taken. 400 and 401 never will be; after 408, 429 and 503 send it again.",
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": { "type": "string", "description": "A word for programs." },
                "message": { "type": "string", "description": "What is wrong, and how to mend it." },
            },
        } } },
    })
}

/// What the tracking API takes, as far as it must be known to send something sensible.
pub(super) fn schemas() -> Map<String, Value> {
    let name = json!({ "type": "string", "maxLength": 512 });
    let facts = json!({ "type": "object" });
    let message = json!({
        "type": "object",
        "properties": {
            "type": { "enum": Call::ALL.map(Call::word) },
            "event": name, "userId": name, "anonymousId": name, "messageId": name, "name": name,
            "previousId": name, "groupId": name, "writeKey": name,
            "timestamp": { "type": "string", "format": "date-time" },
            "sentAt": { "type": "string", "format": "date-time" },
            "properties": facts, "traits": facts, "context": facts,
        },
    });
    let batch = json!({
        "type": "object",
        "required": ["batch"],
        "properties": {
            "batch": { "type": "array", "items": { "$ref": "#/components/schemas/Message" } },
            "context": facts, "writeKey": name,
            "sentAt": { "type": "string", "format": "date-time" },
        },
    });
    Map::from_iter([("Message".to_owned(), message), ("Batch".to_owned(), batch)])
}
