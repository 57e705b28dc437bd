//! Schema and loader agree: both are written from one table, and this walks the schema to see it.

use opcx_company::{Files, parse, schemas, starter};
use serde_json::{Map, Value, json};

/// Faults of structure, which a schema can know.
const STRUCTURE: [&str; 9] = [
    "unknown-key",
    "missing-key",
    "misfit",
    "word",
    "number",
    "truth",
    "empty-key",
    "moment-without-answers",
    "moment-without-way-out",
];

/// A file that fits the schema and has every key. Of a choice it takes the simple or the full side.
fn every_key(schema: &Value, full: bool) -> Value {
    if let Some(sides) = schema["anyOf"].as_array() {
        return every_key(&sides[usize::from(full)], full);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).expect("a schema has a type");
    match kind {
        "object" => match schema["properties"].as_object() {
            Some(keys) => keys
                .iter()
                .map(|(key, schema)| (key.clone(), every_key(schema, full)))
                .collect::<Map<_, _>>()
                .into(),
            None => json!({ "a name": every_key(&schema["additionalProperties"], full) }),
        },
        "array" => json!([every_key(&schema["items"], full)]),
        "integer" => schema["minimum"].clone(),
        "boolean" => json!(true),
        "string" => json!("a text"),
        other => panic!("no schema of ours has the type {other}"),
    }
}

/// Adds a key that no table has to every group of keys; returns how many.
fn add_strangers(value: &mut Value, schema: &Value) -> usize {
    let schema = match schema["anyOf"].as_array() {
        Some(sides) => &sides[1],
        None => schema,
    };
    match value {
        Value::Object(map) => {
            let closed = schema["additionalProperties"] == json!(false);
            let below: usize = map
                .iter_mut()
                .map(|(key, value)| {
                    let of_key =
                        if closed { &schema["properties"][key] } else { &schema["additionalProperties"] };
                    add_strangers(value, of_key)
                })
                .sum();
            if closed {
                map.insert("stranger".to_owned(), json!("x"));
            }
            below + usize::from(closed)
        }
        Value::Array(items) => items.iter_mut().map(|item| add_strangers(item, &schema["items"])).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The same as TOML: JSON but for the sign between key and value.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let keys: Vec<String> =
                map.iter().map(|(key, value)| format!("\"{key}\" = {}", toml(value))).collect();
            format!("{{ {} }}", keys.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn structural_faults(schema: &str, value: &Value) -> Vec<String> {
    let (path, text) = match schema {
        "opcx.json" => {
            let keys = value.as_object().expect("settings are keys");
            ("opcx.toml", keys.iter().map(|(key, value)| format!("{key} = {}\n", toml(value))).collect())
        }
        "template.json" => ("templates/thank-you.md", format!("---\n{value}\n---\nHello.\n")),
        "vocabulary.json" => ("vocabulary.yaml", value.to_string()),
        "calendar.json" => ("calendars/care.yaml", value.to_string()),
        "journey.json" => ("journeys/online-order.yaml", value.to_string()),
        "playbook.json" => ("playbooks/late-delivery.yaml", value.to_string()),
        "mapping.json" => ("mappings/orders.yaml", value.to_string()),
        other => panic!("where does a file of {other} belong?"),
    };
    let mut files: Files = starter();
    files.insert(path.to_owned(), text);
    let faults = parse(&files).faults.into_iter();
    let structural = faults.filter(|fault| &*fault.place.file == path && STRUCTURE.contains(&fault.rule));
    // The way out leads to no human: that is no matter of keys.
    structural
        .map(|fault| fault.to_string())
        .filter(|fault| !fault.contains("no channel on which a human"))
        .collect()
}

#[test]
fn every_key_of_a_schema_is_accepted_by_the_loader() {
    for (name, text) in schemas() {
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        for full in [false, true] {
            let value = every_key(&schema, full);
            assert_eq!(structural_faults(name, &value), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn every_key_that_a_schema_does_not_have_is_refused_by_the_loader() {
    for (name, text) in schemas() {
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        let mut value = every_key(&schema, true);
        let strangers = add_strangers(&mut value, &schema);
        let faults = structural_faults(name, &value);
        assert_eq!(faults.len(), strangers, "{name}: {faults:#?}");
        assert!(faults.iter().all(|fault| fault.contains("`stranger`")), "{name}: {faults:#?}");
    }
}

#[test]
fn a_key_that_a_schema_requires_is_missed_by_the_loader() {
    for (name, text) in schemas() {
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        for key in schema["required"].as_array().expect("a list") {
            let key = key.as_str().expect("a key");
            let mut value = every_key(&schema, true);
            value.as_object_mut().expect("keys").remove(key);
            let faults = structural_faults(name, &value);
            assert!(
                faults.iter().any(|fault| fault.contains(&format!("lacks `{key}`"))),
                "{name}: {faults:#?}"
            );
        }
    }
}

#[test]
fn every_key_of_a_schema_stands_in_the_guide() {
    fn keys(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(map) => {
                let properties = map.get("properties").and_then(Value::as_object);
                found.extend(properties.into_iter().flat_map(|keys| keys.keys().cloned()));
                map.values().for_each(|below| keys(below, found));
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let guide = include_str!("../../../docs/guide/company-folder.md");
    let mut missing = Vec::new();
    for (name, text) in schemas() {
        let mut found = Vec::new();
        keys(&serde_json::from_str(&text).expect("a schema is JSON"), &mut found);
        let stands = |key: &String| {
            [
                format!("{key}:"),
                format!("`{key}`"),
                format!("`[{key}]`"),
                format!("`[{key}."),
                format!("{key} ="),
            ]
            .iter()
            .any(|written| guide.contains(written))
        };
        // What a calendar holds has a guide of its own.
        let own_guide = name == "calendar.json";
        missing.extend(
            found.into_iter().filter(|key| !own_guide && !stands(key)).map(|key| format!("{name} {key}")),
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}
