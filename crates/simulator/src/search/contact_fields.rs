//! What contacts can be searched by.

use serde_json::{Value, json};

use super::condition::Condition;
use super::evaluate::{FieldKind, Searchable, Test};
use super::query::{FieldFilter, SearchError};
use crate::document::Node;
use crate::workspace::{ContactEntry, Register, Workspace};

/// Search over contacts.
pub(crate) struct ContactSearch;

const SCALARS: &[&str] = &[
    "id",
    "role",
    "name",
    "owner_id",
    "email",
    "email_domain",
    "phone",
    "formatted_phone",
    "external_id",
    "language_override",
    "browser",
    "browser_version",
    "browser_language",
    "os",
    "location.country",
    "location.region",
    "location.city",
    "unsubscribed_from_emails",
    "marked_email_as_spam",
    "has_hard_bounced",
    "ios_app_version",
    "ios_device",
    "ios_os_version",
    "ios_app_name",
    "ios_sdk_version",
    "android_app_version",
    "android_device",
    "android_app_name",
    "android_sdk_version",
];

const INSTANTS: &[&str] = &[
    "created_at",
    "signed_up_at",
    "updated_at",
    "last_seen_at",
    "last_contacted_at",
    "last_replied_at",
    "last_email_opened_at",
    "last_email_clicked_at",
    "ios_last_seen_at",
    "android_last_seen_at",
];

impl Searchable for ContactSearch {
    type Entry = ContactEntry;
    const NAME: &'static str = "contacts";
    const PER_PAGE: u64 = 50;

    fn register(workspace: &Workspace) -> &Register<ContactEntry> {
        &workspace.contacts
    }

    fn document(workspace: &Workspace, index: u32, entry: &ContactEntry) -> Node {
        workspace.contact(index, entry)
    }

    fn indexed(workspace: &Workspace, index: u32, entry: &ContactEntry, now: i64) -> Node {
        workspace.indexed_contact(index, entry, now)
    }

    fn id(workspace: &Workspace, index: u32) -> String {
        workspace.contact_id(index)
    }

    fn index(workspace: &Workspace, id: &str) -> Option<u32> {
        workspace.contact_index_ever(id)
    }

    fn field(name: &str) -> Option<FieldKind> {
        if INSTANTS.contains(&name) {
            return Some(FieldKind::Instant);
        }
        if name == "tag_id" || name == "segment_id" {
            return Some(FieldKind::Ids);
        }
        (SCALARS.contains(&name) || name.starts_with("custom_attributes.")).then_some(FieldKind::Scalar)
    }

    fn quick(filter: &FieldFilter, workspace: &Workspace) -> Result<Option<Test<ContactEntry>>, SearchError> {
        let condition = Condition::new(filter)?;
        let test: Test<ContactEntry> = match filter.field.as_str() {
            "id" if filter.operator == "=" => {
                let wanted = filter.value.as_str().and_then(|id| workspace.contact_index_ever(id));
                Box::new(move |_, index, _| Some(index) == wanted)
            }
            "role" => {
                let (user, lead) = (condition.holds(&json!("user")), condition.holds(&json!("lead")));
                Box::new(move |_, _, entry| if entry.is_user() { user } else { lead })
            }
            "has_hard_bounced" => {
                let (bounced, not) = (condition.holds(&json!(true)), condition.holds(&json!(false)));
                Box::new(move |_, _, entry| if entry.has_hard_bounced() { bounced } else { not })
            }
            "owner_id" => {
                let nobody = condition.holds(&Value::Null);
                let owners: Vec<bool> = (0..=u8::MAX)
                    .map(|code| condition.holds(&workspace.admin_id(code).to_string().into()))
                    .collect();
                Box::new(move |_, _, entry| match entry.owner() {
                    0 => nobody,
                    code => owners[usize::from(code)],
                })
            }
            "tag_id" if !matches!(filter.operator.as_str(), "=" | "!=") => {
                return Err(SearchError::Operator {
                    field: filter.field.clone(),
                    operator: filter.operator.clone(),
                });
            }
            "tag_id" => {
                let test = mask_test(&condition, &workspace.tag_ids());
                Box::new(move |workspace, _, entry| test(workspace.living_tag_mask(entry.tags())))
            }
            "segment_id" => {
                let test = mask_test(&condition, &workspace.segment_ids());
                Box::new(move |workspace, _, entry| test(workspace.living_segment_mask(entry.segments())))
            }
            _ => return Ok(None),
        };
        Ok(Some(test))
    }

    fn values(document: &Node, field: &str) -> Vec<Value> {
        vec![at_path(document, field)]
    }
}

/// Tests a mask with a bit per id.
pub(super) fn mask_test(condition: &Condition, ids: &[String]) -> impl Fn(u32) -> bool + use<> {
    let negated = condition.is_negated();
    // With a negation, one id that does not fulfil it is enough to fail.
    let decisive = (0u32..).zip(ids).filter(|(_, id)| condition.holds(&id.as_str().into()) != negated);
    let mask = decisive.fold(0u32, |mask, (bit, _)| mask | 1 << bit);
    let without_any = condition.holds_for_any(&[]);
    move |bits| if bits == 0 { without_any } else { (bits & mask != 0) != negated }
}

/// What a document holds at a path of members; attribute names may themselves contain dots.
pub(super) fn at_path(document: &Node, field: &str) -> Value {
    if let Some(name) = field.strip_prefix("custom_attributes.") {
        return document["custom_attributes"][name].to_value();
    }
    field.split('.').fold(document, |value, key| &value[key]).to_value()
}
