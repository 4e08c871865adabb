//! Whether the tables written by hand leave nothing out that a document says.

use super::cell::Kind;
use super::{attributes, tables};
use relatable_simulator::{Resource, Truth};
use serde_json::Value;
use std::collections::BTreeSet;

/// Members that say nothing of their own: constants, addresses built from ids, and what envelopes count.
const SAY_NOTHING: [&str; 4] = ["type", "url", "total_count", "has_more"];

/// Members that other tables or columns show: ids of notes, whole segments, companies, ticket types and states, what a
/// note or attribute stands in, and an address made from an id; and what lists of versions leave out.
const SHOWN_ELSEWHERE: [(Resource, &str); 12] = [
    (Resource::Contacts, "notes.data.id"),
    (Resource::Contacts, "segments.data."),
    (Resource::Conversations, "company."),
    (Resource::Companies, "notes.notes.company.id"),
    (Resource::Notes, "company.id"),
    (Resource::Tickets, "ticket_type."),
    (Resource::TicketTypes, "ticket_states.data."),
    (Resource::TicketTypes, "ticket_type_attributes.data.ticket_type_id"),
    (Resource::TicketStates, "ticket_types.data."),
    (Resource::DataConnectors, "execution_results_url"),
    (Resource::ArticleVersions, "body"),
    (Resource::ArticleVersions, "updated_at"),
];

/// Members that hold a value in some document and are shown by no column, as `resource: path`.
pub(crate) fn members_without_column(truth: &Truth) -> BTreeSet<String> {
    let tables = tables();
    let mut missing = BTreeSet::new();
    for resource in Resource::ALL {
        let here: Vec<_> = tables.iter().filter(|table| table.resource == resource).collect();
        if here.is_empty() {
            continue;
        }
        let mut shown: Vec<(String, Kind)> = here.iter().flat_map(|table| table.shown_paths()).collect();
        for model in here.iter().filter_map(|table| table.attributes) {
            let columns = attributes::columns(truth, model);
            shown.extend(columns.iter().map(|column| (column.path(), column.kind)));
        }
        let mut paths = BTreeSet::new();
        truth.documents(resource).for_each(|document| leaves(&document, "", &mut paths));
        let left = paths.into_iter().filter(|path| !is_covered(resource, path, &shown));
        missing.extend(left.map(|path| format!("{}: {path}", resource.name())));
    }
    missing
}

fn is_covered(resource: Resource, path: &str, shown: &[(String, Kind)]) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    SAY_NOTHING.contains(&last)
        || SHOWN_ELSEWHERE.iter().any(|(of, prefix)| *of == resource && path.starts_with(prefix))
        || shown.iter().any(|(column, kind)| {
            let inside = |rest: &str| *kind == Kind::Json && rest.starts_with('.');
            path.strip_prefix(column.as_str()).is_some_and(|rest| rest.is_empty() || inside(rest))
        })
}

/// The paths of a value's scalars, lists passed through silently.
fn leaves(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                // The names of translations are data.
                let is_data = path.ends_with("translated_content") && member.is_object();
                let below = if is_data {
                    path.to_owned()
                } else if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                leaves(member, &below, into);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| leaves(element, path, into)),
        _ => {
            into.insert(path.to_owned());
        }
    }
}
