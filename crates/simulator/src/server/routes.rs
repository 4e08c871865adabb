//! Which endpoint answers which path.

use super::call::Call;
use super::problem::Problem;
use super::{catalogue, companies, contacts, conversations, events};
use crate::document::Node;

/// Answers a call.
pub(super) type Handler = fn(&Call<'_>) -> Result<Node, Problem>;

/// An endpoint that was found for a path.
pub(super) struct Route<'a> {
    /// The path with `{id}` in place of an id.
    pub(super) pattern: &'static str,
    pub(super) handler: Handler,
    pub(super) id: &'a str,
}

/// Finds the endpoint; none if there is none for this method and path.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<Route<'a>> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (pattern, handler): (&'static str, Handler) = match (method, segments.as_slice()) {
        ("GET", ["me"]) => ("/me", catalogue::me),
        ("GET", ["admins"]) => ("/admins", catalogue::admins),
        ("GET", ["admins", _]) => ("/admins/{id}", catalogue::admin),
        ("GET", ["teams"]) => ("/teams", catalogue::teams),
        ("GET", ["tags"]) => ("/tags", catalogue::tags),
        ("GET", ["segments"]) => ("/segments", catalogue::segments),
        ("GET", ["subscription_types"]) => ("/subscription_types", catalogue::subscription_types),
        ("GET", ["data_attributes"]) => ("/data_attributes", catalogue::data_attributes),
        ("GET", ["conversations", "attributes"]) => {
            ("/conversations/attributes", catalogue::conversation_attributes)
        }
        ("GET", ["contacts"]) => ("/contacts", contacts::list),
        ("POST", ["contacts", "search"]) => ("/contacts/search", contacts::search),
        ("GET", ["contacts", _]) => ("/contacts/{id}", contacts::one),
        ("GET", ["contacts", _, "tags"]) => ("/contacts/{id}/tags", contacts::tags),
        ("GET", ["contacts", _, "companies"]) => ("/contacts/{id}/companies", contacts::companies),
        ("GET", ["contacts", _, "notes"]) => ("/contacts/{id}/notes", contacts::notes),
        ("GET", ["contacts", _, "segments"]) => ("/contacts/{id}/segments", contacts::segments),
        ("GET", ["contacts", _, "subscriptions"]) => {
            ("/contacts/{id}/subscriptions", contacts::subscriptions)
        }
        ("POST", ["companies", "list"]) => ("/companies/list", companies::list),
        ("GET", ["companies", "scroll"]) => ("/companies/scroll", companies::scroll),
        ("GET", ["companies", _]) => ("/companies/{id}", companies::one),
        ("GET", ["companies", _, "contacts"]) => ("/companies/{id}/contacts", companies::contacts),
        ("GET", ["companies", _, "segments"]) => ("/companies/{id}/segments", companies::segments),
        ("GET", ["companies", _, "notes"]) => ("/companies/{id}/notes", companies::notes),
        ("GET", ["events"]) => ("/events", events::list),
        ("GET", ["conversations"]) => ("/conversations", conversations::list),
        ("POST", ["conversations", "search"]) => ("/conversations/search", conversations::search),
        ("GET", ["conversations", _]) => ("/conversations/{id}", conversations::one),
        _ => return None,
    };
    let id = if pattern.contains("{id}") { segments[1] } else { "" };
    Some(Route { pattern, handler, id })
}
