//! Schema drift: attributes that are defined later, and fields that no description knows. Only records that change
//! afterwards hold a value; the others have no such attribute, and null in such a field.

use super::Workspace;
use super::draw::{Draw, Kind};
use super::timeline::DAY_S;
use crate::document::{Node, node};
use crate::mutation::{AttributeType, Model, MutationError};
use crate::resource::Resource;

/// An attribute that was defined later.
#[derive(Debug, Clone)]
pub(super) struct LateAttribute {
    model: Model,
    name: String,
    data_type: AttributeType,
    at: i64,
}

/// A field that appeared later.
#[derive(Debug, Clone)]
struct LateField {
    resource: Resource,
    name: String,
    value: serde_json::Value,
    at: i64,
}

/// All that appeared later, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Drift {
    attributes: Vec<LateAttribute>,
    fields: Vec<LateField>,
}

impl Workspace {
    /// Defines an attribute; gives the resource that lists it.
    pub(super) fn add_attribute(
        &mut self,
        model: Model,
        name: String,
        data_type: AttributeType,
        now: i64,
    ) -> Resource {
        self.drift.attributes.push(LateAttribute { model, name, data_type, at: now });
        match model {
            Model::Conversation => Resource::ConversationAttributes,
            _ => Resource::DataAttributes,
        }
    }

    /// Lets a field appear in all documents of a resource that keeps entries.
    pub(super) fn add_field(
        &mut self,
        resource: Resource,
        name: String,
        value: serde_json::Value,
        now: i64,
    ) -> Result<(), MutationError> {
        let is_possible =
            matches!(resource, Resource::Contacts | Resource::Companies | Resource::Conversations)
                || self.records(resource).is_some();
        if !is_possible {
            return Err(MutationError::NotPossible { resource });
        }
        self.drift.fields.push(LateField { resource, name, value, at: now });
        Ok(())
    }

    /// Definitions of the late attributes of a model, numbered from an id on.
    pub(super) fn late_attributes(&self, model: Model, first_id: i64) -> Vec<Node> {
        let late = self.drift.attributes.iter().filter(|attribute| attribute.model == model);
        late.zip(first_id..).map(|(attribute, id)| self.late_attribute(attribute, id)).collect()
    }

    fn late_attribute(&self, attribute: &LateAttribute, id: i64) -> Node {
        let (name, admin) = (attribute.name.clone(), self.admin_id(1).to_string());
        if attribute.model == Model::Conversation {
            let mut definition = node!({
                "type": "conversation_attribute", "id": id, "name": name, "description": "",
                "data_type": attribute.data_type.conversation_word(), "required": false, "visible_to_team_ids": [],
                "archived": false, "created_at": attribute.at, "updated_at": attribute.at, "admin_id": admin,
            });
            if attribute.data_type == AttributeType::String {
                definition["multiline"] = false.into();
            }
            return definition;
        }
        node!({
            "type": "data_attribute", "id": id, "name": name.clone(), "full_name": format!("custom_attributes.{name}"),
            "label": name, "description": null, "data_type": attribute.data_type.word(), "api_writable": true,
            "ui_writable": true, "messenger_writable": true, "custom": true, "archived": false,
            "created_at": attribute.at, "updated_at": attribute.at, "admin_id": admin, "model": attribute.model.word(),
        })
    }

    /// Adds the late attributes that a record changed at `updated_at` holds.
    pub(super) fn hold_late_attributes(&self, model: Model, index: u32, updated_at: i64, values: &mut Node) {
        let late = self.drift.attributes.iter().filter(|attribute| attribute.model == model);
        for (number, attribute) in (0u32..).zip(late) {
            if updated_at >= attribute.at
                && let Node::Object(members) = values
            {
                let mut draw = self.draw(Kind::Drift, index, number);
                members.push(attribute.name.clone(), attribute.data_type.value(&mut draw, attribute.at));
            }
        }
    }

    /// Adds the late fields of a resource to a document; records without `updated_at` always hold a value.
    pub(super) fn show_late_fields(&self, resource: Resource, updated_at: Option<i64>, document: &mut Node) {
        for field in self.drift.fields.iter().filter(|field| field.resource == resource) {
            let holds = updated_at.is_none_or(|updated_at| updated_at >= field.at);
            let value = if holds { Node::from(&field.value) } else { Node::Null };
            if let Node::Object(members) = document {
                members.push(field.name.clone(), value);
            }
        }
    }
}

impl AttributeType {
    /// A value of this type.
    fn value(self, draw: &mut Draw, at: i64) -> Node {
        match self {
            AttributeType::String => format!("late {}", draw.below(50)).into(),
            AttributeType::Integer => draw.below(1_000).into(),
            AttributeType::Float => node!(draw.below(100_000) as f64 / 8.0),
            AttributeType::Boolean => draw.percent(50).into(),
            AttributeType::Date => (at - draw.between(0, 900) * DAY_S).into(),
        }
    }
}
