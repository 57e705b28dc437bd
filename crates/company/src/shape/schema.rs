use serde_json::{Map, Value, json};

use super::{Need, Shape, Table};

/// The JSON Schema (draft 2020-12) of a kind of file.
pub(crate) fn schema(title: &str, table: &Table) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
    });
    if let (Value::Object(all), Value::Object(of_table)) = (&mut schema, of_table(table)) {
        all.extend(of_table);
    }
    schema
}

fn of_table(table: &Table) -> Value {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| {
            let mut shape = of_shape(&key.shape);
            if let Value::Object(shape) = &mut shape {
                shape.insert("description".to_owned(), key.says.into());
            }
            (key.name.to_owned(), shape)
        })
        .collect();
    let required: Vec<&str> =
        table.keys.iter().filter(|key| matches!(key.need, Need::Required(_))).map(|key| key.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn of_shape(shape: &Shape) -> Value {
    match shape {
        // Unquoted, a text may look like a number or a truth value to YAML.
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Condition => json!({ "type": ["string", "boolean"], "minLength": 1 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::List(item) => json!({ "type": "array", "items": of_shape(item) }),
        Shape::Table(table) => of_table(table),
        Shape::Named(each) => json!({ "type": "object", "additionalProperties": of_shape(each) }),
        Shape::Either(single, group) => json!({ "anyOf": [of_shape(single), of_shape(group)] }),
    }
}
