//! Bodies made from the description of the API, so that no operation is forgotten when tests ask all of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Makes values that fit schemas.
pub struct Forms<'a> {
    pub described: &'a Value,
    /// Values by the name of a property, where a type alone is not enough.
    pub known: BTreeMap<&'static str, Value>,
}

impl Forms<'_> {
    /// A body that fits, with what is required and what is known.
    pub fn body(&self, operation: &Value) -> Option<Value> {
        Self::schema(operation).map(|schema| self.value("", schema, 0))
    }

    /// The schema of an operation's JSON body.
    pub fn schema(operation: &Value) -> Option<&Value> {
        operation.pointer("/requestBody/content/application~1json/schema")
    }

    /// Every property of an object's schema by name, and whether it is required.
    pub fn properties<'s>(&'s self, schema: &'s Value) -> BTreeMap<&'s str, (&'s Value, bool)> {
        let schema = self.resolved(schema);
        let mut found = BTreeMap::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            found.extend(self.properties(part));
        }
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            found.insert(name.as_str(), (property, required.contains(&name.as_str())));
        }
        found
    }

    /// What a reference stands for, and of alternatives the one that is not null.
    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target =
                self.described.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere");
            return self.resolved(target);
        }
        let alternatives = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        match alternatives.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
            Some(one) => self.resolved(one),
            None => schema,
        }
    }

    /// A value that fits a schema.
    pub fn value_of(&self, schema: &Value) -> Value {
        self.value("", schema, 0)
    }

    fn value(&self, name: &str, schema: &Value, depth: u8) -> Value {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let schema = self.resolved(schema);
        let properties = self.properties(schema);
        if !properties.is_empty() {
            let wanted = properties
                .iter()
                .filter(|(name, (_, required))| *required || (depth == 0 && self.known.contains_key(**name)));
            let made: Map<String, Value> =
                wanted.map(|(name, (schema, _))| ((*name).to_owned(), self.value(name, schema, depth + 1))).collect();
            return Value::Object(made);
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        let kind = schema["type"]
            .as_str()
            .or_else(|| schema["type"].as_array()?.iter().filter_map(Value::as_str).find(|kind| *kind != "null"));
        match (kind, schema["format"].as_str()) {
            (Some("string"), Some("date")) => json!("2026-12-01"),
            (Some("string"), Some("date-time")) => json!("2026-12-01T02:00:00Z"),
            (Some("string"), Some("time")) => json!("09:00"),
            (Some("integer" | "number"), _) => json!(schema["minimum"].as_i64().unwrap_or(0).max(10)),
            (Some("boolean"), _) => json!(true),
            (Some("array"), _) if depth < 5 => json!([self.value("", &schema["items"], depth + 1)]),
            (Some("array"), _) => json!([]),
            (Some("object"), _) => json!({}),
            _ => json!("contoh"),
        }
    }
}
