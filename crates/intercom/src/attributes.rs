//! The workspace's own attributes: the only place that tells a date from a number (API notes §8.11).

use relatable_model::logical::LogicalType;
use relatable_model::rules::path::member_of;
use relatable_model::rules::{PathRule, Rules};
use serde::Deserialize;

/// A custom attribute's definition, from `/data_attributes` or `/conversations/attributes`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttributeDefinition {
    /// `contact`, `company` or `conversation`; absent from conversation attributes.
    model: Option<String>,
    /// The key in `custom_attributes`.
    name: String,
    /// The full path, `custom_attributes.x` for a custom one, but for those of conversations until 2.15; absent from
    /// conversation attributes.
    full_name: Option<String>,
    /// Whether the workspace defined it; absent from conversation attributes, which all are.
    custom: Option<bool>,
    /// What it holds.
    data_type: Option<String>,
    /// What it means.
    description: Option<String>,
    /// Of a type of tickets: the attributes of its tickets.
    ticket_type_attributes: Option<TicketAttributes>,
}

/// The attributes of one type of tickets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct TicketAttributes {
    #[serde(default)]
    data: Vec<AttributeDefinition>,
}

impl AttributeDefinition {
    /// The resource and the key of the custom attribute defined; `None` for built-in attributes.
    fn place(&self) -> Option<(&'static str, &str)> {
        let resource = match self.model.as_deref() {
            Some("contact") => "contacts",
            Some("company") => "companies",
            Some("conversation") | None => "conversations",
            Some(_) => return None,
        };
        let full_name = self.full_name.as_deref().unwrap_or_default();
        match full_name.strip_prefix("custom_attributes.") {
            Some(key) => Some((resource, key)),
            None if full_name.is_empty() || self.custom == Some(true) => Some((resource, &self.name)),
            None => None,
        }
    }

    /// The rule that gives the attribute its type and description.
    fn rule(&self) -> PathRule {
        PathRule {
            logical: self.logical(),
            description: self.description.clone().filter(|text| !text.is_empty()),
            ..PathRule::default()
        }
    }

    /// The logical type of its values. Numbers are left to the values: a `float` attribute is as exact as what it holds.
    fn logical(&self) -> Option<LogicalType> {
        match self.data_type.as_deref()? {
            "string" | "list" => Some(LogicalType::Text),
            "boolean" => Some(LogicalType::Boolean),
            "integer" => Some(LogicalType::Integer),
            "float" | "decimal" => Some(LogicalType::Float),
            "date" | "datetime" => Some(LogicalType::Timestamp),
            _ => None,
        }
    }
}

/// Rules that give each custom attribute its type and description, to be laid over the curated model. Where two
/// definitions share a name (which the API allows), the first counts; where types of tickets disagree about the type of an
/// attribute, its values decide.
pub fn attribute_rules(definitions: &[AttributeDefinition]) -> Rules {
    let mut rules = Rules::default();
    for definition in definitions {
        if let Some(attributes) = &definition.ticket_type_attributes {
            let paths = &mut rules.resources.entry("tickets".to_owned()).or_default().paths;
            for attribute in &attributes.data {
                let rule = paths.entry(member_of("ticket_attributes", &attribute.name));
                let rule = rule.or_insert_with(|| attribute.rule());
                if rule.logical != attribute.logical() {
                    rule.logical = None;
                }
            }
            continue;
        }
        let Some((resource, name)) = definition.place() else { continue };
        let paths = &mut rules.resources.entry(resource.to_owned()).or_default().paths;
        paths.entry(member_of("custom_attributes", name)).or_insert_with(|| definition.rule());
    }
    rules
}

/// The maps whose members are defined by the workspace, each with its resource.
pub const DEFINED_MAPS: [(&str, &str); 4] = [
    ("contacts", "custom_attributes"),
    ("companies", "custom_attributes"),
    ("conversations", "custom_attributes"),
    ("tickets", "ticket_attributes"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_settles_the_type_of_its_attribute() {
        let definitions: Vec<AttributeDefinition> = serde_json::from_str(
            r#"[
              {"model":"contact","name":"Renewal.Date","full_name":"custom_attributes.Renewal.Date","data_type":"date"},
              {"model":"contact","name":"email","full_name":"email","data_type":"string"},
              {"model":"company","name":"seats","full_name":"custom_attributes.seats","data_type":"integer","description":"Paid"},
              {"id":7,"name":"CX Score","data_type":"datetime"},
              {"model":"conversation","id":9,"name":"Due","full_name":"Due","custom":true,"data_type":"date"},
              {"model":"conversation","name":"state","full_name":"state","custom":false,"data_type":"string"},
              {"id":8,"name":"Order","data_type":"relationship"}
            ]"#,
        )
        .unwrap();
        let rules = attribute_rules(&definitions);
        let contact = &rules.resources["contacts"].paths;
        assert_eq!(contact.len(), 1);
        assert_eq!(contact["custom_attributes.Renewal\\.Date"].logical, Some(LogicalType::Timestamp));
        assert_eq!(
            rules.resources["companies"].paths["custom_attributes.seats"].description.as_deref(),
            Some("Paid")
        );
        let conversation = &rules.resources["conversations"].paths;
        assert_eq!(conversation["custom_attributes.CX Score"].logical, Some(LogicalType::Timestamp));
        assert_eq!(conversation["custom_attributes.Order"].logical, None);
        assert_eq!(conversation["custom_attributes.Due"].logical, Some(LogicalType::Timestamp));
        assert!(
            !conversation.contains_key("custom_attributes.state"),
            "a built-in one is no custom attribute"
        );
    }
}
