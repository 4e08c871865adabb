//! Checks a value against a schema of the official description: types, required members, words of enumerations and
//! names that the description does not know.

use std::collections::BTreeSet;

use serde_json::Value;

/// The official description.
pub(crate) struct Description(Value);

/// Where a value differs from its schema, such as `data[].owner_id: not a string`.
pub(crate) type Differences = BTreeSet<String>;

impl Description {
    /// Reads the description.
    pub(crate) fn parse(text: &str) -> Description {
        Description(serde_yaml_ng::from_str(text).expect("the description is YAML"))
    }

    /// The schema of an endpoint's right answer.
    pub(crate) fn answer_of(&self, method: &str, path: &str) -> Option<&Value> {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        operation.pointer("/responses/200/content/application~1json/schema")
    }

    /// How the answer of an endpoint differs from its schema.
    pub(crate) fn differences(&self, schema: &Value, answer: &Value) -> Differences {
        let mut differences = Differences::new();
        self.check(schema, answer, "", &mut differences);
        differences
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => self.resolve(self.0.pointer(pointer).expect("references lead somewhere")),
            None => schema,
        }
    }

    fn check(&self, schema: &Value, value: &Value, place: &str, differences: &mut Differences) {
        let schema = self.resolve(schema);
        let mut differ = |what: &str| {
            differences.insert(format!("{place}: {what}"));
        };
        if value.is_null() {
            if schema["nullable"] != true && !self.allows_null(schema) && schema.get("type").is_some() {
                differ("null");
            }
            return;
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            differ(&format!("the word {value}"));
        }
        let fits = match schema["type"].as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            _ => true,
        };
        if !fits {
            return differ(&format!("not of type {}", schema["type"]));
        }
        self.check_alternatives(schema, value, place, differences);
        match value {
            Value::Array(elements) => {
                for element in elements {
                    self.check(&schema["items"], element, &format!("{place}[]"), differences);
                }
            }
            Value::Object(members) => self.check_members(schema, members, place, differences),
            _ => {}
        }
    }

    fn allows_null(&self, schema: &Value) -> bool {
        let alternatives =
            ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
        alternatives.into_iter().any(|schema| self.resolve(schema)["nullable"] == true)
    }

    /// One of the alternatives has to fit; the one that fits best says what differs.
    fn check_alternatives(&self, schema: &Value, value: &Value, place: &str, differences: &mut Differences) {
        for key in ["oneOf", "anyOf"] {
            let Some(alternatives) = schema[key].as_array() else { continue };
            let tried = alternatives.iter().map(|alternative| {
                let mut found = Differences::new();
                self.check(alternative, value, place, &mut found);
                found
            });
            differences.extend(tried.min_by_key(BTreeSet::len).unwrap_or_default());
        }
    }

    fn check_members(
        &self,
        schema: &Value,
        members: &serde_json::Map<String, Value>,
        place: &str,
        differences: &mut Differences,
    ) {
        let mut known = serde_json::Map::new();
        let mut is_open = schema.get("properties").is_none();
        self.gather(schema, &mut known, &mut is_open);
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                differences.insert(format!("{place}: {name} is missing"));
            }
        }
        for (name, value) in members {
            let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            match known.get(name) {
                Some(schema) => self.check(schema, value, &inner, differences),
                None if is_open => {}
                None => {
                    differences.insert(format!("{inner}: not in the description"));
                }
            }
        }
    }

    /// The members that a schema and those it is made of describe; alternatives are checked on their own.
    fn gather(&self, schema: &Value, known: &mut serde_json::Map<String, Value>, is_open: &mut bool) {
        let schema = self.resolve(schema);
        let has_alternatives = schema.get("oneOf").is_some() || schema.get("anyOf").is_some();
        *is_open |= has_alternatives
            || schema["additionalProperties"] == true
            || schema["additionalProperties"].is_object();
        if let Some(properties) = schema["properties"].as_object() {
            known.extend(properties.clone());
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let inner = self.resolve(part);
            *is_open &= inner.get("properties").is_none() && inner.get("allOf").is_none();
            self.gather(part, known, is_open);
        }
    }
}
