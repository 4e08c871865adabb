//! What companies can be searched by, in Preview alone (API notes, section 5.5).

use serde_json::Value;

use super::condition::Condition;
use super::contact_fields::{at_path, mask_test};
use super::evaluate::{FieldKind, Searchable, Test};
use super::query::{FieldFilter, SearchError};
use crate::document::Node;
use crate::workspace::{CompanyEntry, Register, Workspace};

/// Search over companies.
pub(crate) struct CompanySearch;

const SCALARS: &[&str] = &["company_id", "name", "monthly_spend", "session_count", "user_count"];

impl Searchable for CompanySearch {
    type Entry = CompanyEntry;
    const NAME: &'static str = "companies";
    const PER_PAGE: u64 = 15;

    fn register(workspace: &Workspace) -> &Register<CompanyEntry> {
        &workspace.companies
    }

    fn document(workspace: &Workspace, index: u32, _entry: &CompanyEntry) -> Node {
        workspace.company(index)
    }

    fn id(workspace: &Workspace, index: u32) -> String {
        workspace.company_id(index)
    }

    fn index(workspace: &Workspace, id: &str) -> Option<u32> {
        workspace.company_index(id)
    }

    fn is_found(workspace: &Workspace, index: u32) -> bool {
        workspace.has_contacts(index)
    }

    fn field(name: &str) -> Option<FieldKind> {
        match name {
            "created_at" | "updated_at" | "remote_created_at" | "last_request_at" => Some(FieldKind::Instant),
            "tag_id" => Some(FieldKind::Ids),
            _ => (SCALARS.contains(&name) || name.starts_with("custom_attributes."))
                .then_some(FieldKind::Scalar),
        }
    }

    fn quick(filter: &FieldFilter, workspace: &Workspace) -> Result<Option<Test<CompanyEntry>>, SearchError> {
        if filter.field != "tag_id" {
            return Ok(None);
        }
        let test = mask_test(&Condition::new(filter)?, &workspace.tag_ids());
        Ok(Some(Box::new(move |workspace, _, entry| test(workspace.living_tag_mask(entry.tags())))))
    }

    fn values(document: &Node, field: &str) -> Vec<Value> {
        vec![at_path(document, field)]
    }
}
