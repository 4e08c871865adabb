//! Custom attributes: the catalogue that defines them and the values documents hold. Their names are as unkind as
//! live ones: blanks, dots, capitals, other scripts, and pairs that become equal in snake_case.

use super::Workspace;
use super::draw::{Draw, Kind};
use super::prose;
use super::timeline::{ANCHOR_S, DAY_S, workspace_created_at};
use super::vocabulary::{COLOURS, PLANS, TOPICS};
use crate::document::{Members, Node, node};
use crate::mutation::Model;

/// A built-in attribute: name, full name, label, data type.
type BuiltIn = (&'static str, &'static str, &'static str, &'static str);

/// A custom attribute: name, data type, options of a list.
type Custom = (&'static str, &'static str, &'static [&'static str]);

const CONTACT_BUILT_IN: &[BuiltIn] = &[
    ("name", "name", "Name", "string"),
    ("owner_id", "owner_id", "Owner", "integer"),
    ("email", "email", "Email", "string"),
    ("phone", "phone", "Phone", "string"),
    ("external_id", "external_id", "User ID", "string"),
    ("created_at", "created_at", "First seen", "date"),
    ("signed_up_at", "signed_up_at", "Signed up", "date"),
    ("last_seen_at", "last_seen_at", "Last seen", "date"),
    ("unsubscribed_from_emails", "unsubscribed_from_emails", "Unsubscribed from emails", "boolean"),
    ("city", "location.city", "City", "string"),
];

const COMPANY_BUILT_IN: &[BuiltIn] = &[
    ("name", "name", "Company name", "string"),
    ("company_id", "company_id", "Company ID", "string"),
    ("last_request_at", "last_request_at", "Company last seen", "date"),
    ("remote_created_at", "remote_created_at", "Company created at", "date"),
    ("user_count", "user_count", "People", "integer"),
    ("name", "plan.name", "Plan", "string"),
    ("monthly_spend", "monthly_spend", "Monthly Spend", "float"),
];

const CONTACT_CUSTOM: &[Custom] = &[
    ("Plan Name", "string", PLANS),
    ("plan_name", "string", &[]),
    ("lifetime.value", "float", &[]),
    ("is_vip", "boolean", &[]),
    ("Renewal Date", "date", &[]),
    ("login_count", "integer", &[]),
    ("Account Number", "integer", &[]),
    ("Größe 📏", "integer", &[]),
    ("любимый цвет", "string", COLOURS),
    ("Legacy Score", "integer", &[]),
    ("select", "string", &[]),
    ("generation", "integer", &[]),
    ("Old Field", "string", &[]),
];

const COMPANY_CUSTOM: &[Custom] = &[
    ("Account Tier", "string", PLANS),
    ("account_tier", "integer", &[]),
    ("ARR", "float", &[]),
    ("employees", "integer", &[]),
    ("contract.end", "date", &[]),
    ("isPartner", "boolean", &[]),
    ("CRM ID", "string", &[]),
    ("業種", "string", &[]),
    ("generation", "integer", &[]),
];

/// Custom attributes of conversations in the words of their own endpoint.
const CONVERSATION_CUSTOM: &[Custom] = &[
    ("Copilot used", "boolean", &[]),
    ("CX Score rating", "integer", &[]),
    ("Topic", "list", TOPICS),
    ("Refund Amount", "decimal", &[]),
    ("Follow-up at", "datetime", &[]),
    ("issue.key", "string", &[]),
    ("Issue Key", "string", &[]),
    ("Ordered", "relationship", &[]),
    ("Screenshots", "files", &[]),
];

/// The attribute that no document holds any more.
const ARCHIVED: &str = "Old Field";

impl Workspace {
    /// The attribute catalogue of `contact` or `company`; built-in ones have no id.
    pub(crate) fn data_attributes(&self, model: &'static str, include_archived: bool) -> Vec<Node> {
        let (built_in, custom, first_id) = match model {
            "contact" => (CONTACT_BUILT_IN, CONTACT_CUSTOM, 12_878),
            _ => (COMPANY_BUILT_IN, COMPANY_CUSTOM, 22_901),
        };
        let built_in = built_in.iter().map(|(name, full_name, label, data_type)| {
            node!({
                "type": "data_attribute", "name": name, "full_name": full_name, "label": label, "description": format!("The {label} field"),
                "data_type": data_type, "api_writable": true, "ui_writable": false, "messenger_writable": true, "custom": false,
                "archived": false, "model": model,
            })
        });
        let custom = custom.iter().zip(first_id..).map(|(&(name, data_type, options), id)| {
            let mut attribute = node!({
                "type": "data_attribute", "id": id, "name": name, "full_name": format!("custom_attributes.{name}"), "label": name,
                "description": null, "data_type": data_type, "api_writable": true, "ui_writable": true, "messenger_writable": true,
                "custom": true, "archived": name == ARCHIVED, "created_at": workspace_created_at() + id,
                "updated_at": workspace_created_at() + 2 * id, "admin_id": self.admin_id(1).to_string(), "model": model,
            });
            if !options.is_empty() {
                attribute["options"] = options.iter().collect();
            }
            attribute
        });
        let late = match model {
            "contact" => self.late_attributes(Model::Contact, first_id + 500),
            _ => self.late_attributes(Model::Company, first_id + 500),
        };
        built_in
            .chain(custom)
            .chain(late)
            .filter(|attribute| include_archived || attribute["archived"] == Node::Boolean(false))
            .collect()
    }

    /// The attribute catalogue of conversations.
    pub(crate) fn conversation_attribute_catalogue(&self) -> Vec<Node> {
        let attributes = CONVERSATION_CUSTOM.iter().zip(2i64..);
        attributes
            .map(|(&(name, data_type, options), id)| {
                let mut attribute = node!({
                    "type": "conversation_attribute", "id": id, "name": name, "description": "", "data_type": data_type,
                    "required": false, "visible_to_team_ids": if id == 3 { node!([self.team_id(1).to_string()]) } else { node!([]) },
                    "archived": false, "created_at": workspace_created_at() + id, "updated_at": workspace_created_at() + 9 * id,
                    "admin_id": self.admin_id(1).to_string(),
                });
                match data_type {
                    "list" => {
                        let mut draw = self.draw(Kind::ConversationAttributes, u32::MAX, id as u32);
                        let options = options.iter().map(|label| node!({"id": draw.uuid(), "label": label, "archived": false}));
                        attribute["options"] = options.collect();
                    }
                    "relationship" => attribute["reference"] = node!({"type": "many", "object_type_id": "Order"}),
                    "string" => attribute["multiline"] = false.into(),
                    _ => {}
                }
                attribute
            })
            .chain(self.late_attributes(Model::Conversation, 500))
            .collect()
    }

    /// The attributes of conversations as the list for all models gave them until 2.15.
    pub(crate) fn former_conversation_attributes(&self) -> Vec<Node> {
        let definitions = self.conversation_attribute_catalogue().into_iter();
        definitions
            .map(|definition| {
                let data_type = match definition["data_type"].as_text() {
                    Some("decimal") => "float",
                    Some("datetime") => "date",
                    Some("boolean") => "boolean",
                    Some("integer") => "integer",
                    _ => "string",
                };
                let mut former = node!({
                    "type": "data_attribute", "id": definition["id"].clone(), "name": definition["name"].clone(),
                    "full_name": definition["name"].clone(), "label": definition["name"].clone(), "description": "",
                    "data_type": data_type, "api_writable": true, "ui_writable": true, "messenger_writable": false,
                    "custom": true, "archived": false, "created_at": definition["created_at"].clone(),
                    "updated_at": definition["updated_at"].clone(), "admin_id": definition["admin_id"].clone(),
                    "model": "conversation",
                });
                let labels: Vec<Node> =
                    definition["options"].elements().map(|option| option["label"].clone()).collect();
                if !labels.is_empty() {
                    former["options"] = labels.into();
                }
                former
            })
            .collect()
    }

    /// The attributes a contact holds at a revision.
    pub(super) fn contact_attributes(&self, index: u32, revision: u32) -> Node {
        let mut draw = self.draw(Kind::ContactAttributes, index, 0);
        let mut values = Members::with_capacity(96);
        if index.is_multiple_of(13) {
            return Node::Object(values);
        }
        let mut put = |chance: u64, name: &'static str, value: Node, draw: &mut Draw| {
            if draw.percent(chance) {
                values.push(name, value);
            }
        };
        put(80, "Plan Name", draw.pick(PLANS).into(), &mut draw);
        put(50, "plan_name", prose::words(&mut draw, 1, 3).into(), &mut draw);
        put(60, "lifetime.value", node!(draw.below(10_000_000) as f64 / 100.0), &mut draw);
        put(70, "is_vip", draw.percent(10).into(), &mut draw);
        let renewal = match index % 100 {
            7 => node!(6_311_433_600i64),
            17 => node!(-1_000 * DAY_S),
            27 => Node::Null,
            _ => node!(ANCHOR_S - draw.between(0, 2_000) * DAY_S),
        };
        put(if matches!(index % 100, 7 | 17) { 100 } else { 65 }, "Renewal Date", renewal, &mut draw);
        put(70, "login_count", draw.below(5_000).into(), &mut draw);
        put(30, "Account Number", (4_662_804_711_282_882_593 + u64::from(index)).into(), &mut draw);
        put(25, "Größe 📏", draw.between(-5, 210).into(), &mut draw);
        put(40, "любимый цвет", draw.pick(COLOURS).into(), &mut draw);
        let score = if index % 97 == 5 { node!("n/a") } else { node!(draw.below(100)) };
        put(30, "Legacy Score", score, &mut draw);
        put(20, "select", node!("* from \"users\"; --"), &mut draw);
        if revision > 0 {
            values.push("generation", revision);
        }
        Node::Object(values)
    }

    /// The attributes a company holds at a revision.
    pub(super) fn company_attributes(&self, index: u32, revision: u32) -> Node {
        let mut draw = self.draw(Kind::Company, index, 1);
        if index.is_multiple_of(7) && revision == 0 {
            return node!({});
        }
        let mut values = node!({
            "Account Tier": draw.pick(PLANS), "account_tier": draw.below(5), "ARR": draw.below(1_000_000_000) as f64 / 100.0,
            "employees": draw.below(100_000), "contract.end": ANCHOR_S - draw.between(-3_000, 3_000) * DAY_S,
            "isPartner": draw.percent(20), "CRM ID": format!("{:019}", 1_000_000_007u64 * u64::from(index + 1)),
            "業種": draw.percent(40).then_some("ソフトウェア"),
        });
        if revision > 0 {
            values["generation"] = revision.into();
        }
        values
    }

    /// The attributes a conversation holds.
    pub(super) fn conversation_attributes(&self, index: u32) -> Node {
        let mut draw = self.draw(Kind::ConversationAttributes, index, 0);
        if draw.percent(35) {
            return node!({});
        }
        let mut values = node!({
            "Copilot used": draw.percent(50), "CX Score rating": (!draw.percent(50)).then(|| draw.between(1, 5)),
            "Topic": draw.pick(TOPICS), "issue.key": format!("OPS-{}", draw.below(9_000)),
        });
        if draw.percent(30) {
            values["Refund Amount"] = node!(draw.below(100_000) as f64 / 100.0);
            values["Follow-up at"] = node!(ANCHOR_S - draw.between(0, 300) * DAY_S);
            values["Issue Key"] = prose::words(&mut draw, 1, 2).into();
        }
        if draw.percent(10) {
            values["Ordered"] = node!({"type": "order.list", "instances": [order(&mut draw)]});
        }
        values
    }
}

/// An instance of the custom object type "Order".
fn order(draw: &mut Draw) -> Node {
    let created_at = ANCHOR_S - draw.between(0, 300) * DAY_S;
    let number = draw.below(1_000_000_000);
    node!({
        "id": (22_066_000_000_u64 + number).to_string(), "external_id": format!("order-{number}"), "external_created_at": created_at,
        "external_updated_at": null, "created_at": created_at, "updated_at": created_at, "type": "Order",
        "custom_attributes": {"order_number": number.to_string(), "total_amount": draw.below(10_000) as f64 / 100.0},
    })
}
