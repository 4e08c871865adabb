//! Custom object instances of one type (API notes, section 7.5).

use super::call::Call;
use super::listing::{Listing, One, Paging, no_such_resource};
use super::problem::Problem;
use crate::document::Node;
use crate::resource::Resource;
use crate::workspace::Order;

const INSTANCES: Listing =
    Listing::of(Resource::CustomObjectInstances, Some(Order::Created), Paging::LinkedOpen(20, 150));

/// `GET /custom_object_instances/{type}`: a list, or one instance if its external id is asked for.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    if !workspace.has_custom_object_type(call.id) {
        return Err(no_such_resource());
    }
    if let Some(external_id) = call.parameter("external_id") {
        let all = workspace.whole_records(Resource::CustomObjectInstances);
        let wanted = |instance: &Node| {
            instance["external_id"].as_text() == Some(external_id)
                && instance["type"].as_text() == Some(call.id)
        };
        return all.into_iter().find(wanted).ok_or_else(no_such_resource);
    }
    drop(workspace);
    INSTANCES.answer_where(call, |workspace, index| workspace.custom_object_type(index) == call.id)
}

/// `GET /custom_object_instances/{type}/{id}`.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let one = One { resource: Resource::CustomObjectInstances, code: "not_found" };
    let instance = one.by_id(call, call.inner_id)?;
    if instance["type"].as_text() == Some(call.id) { Ok(instance) } else { Err(no_such_resource()) }
}
