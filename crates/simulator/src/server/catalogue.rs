//! The short lists that come in one piece.

use axum::http::StatusCode;

use super::call::Call;
use super::problem::Problem;
use super::version::Version;
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::truth::counted_segments;

/// `GET /me`.
pub(super) fn me(call: &Call<'_>) -> Result<Node, Problem> {
    Ok(call.shared.workspace().me())
}

/// `GET /ip_allowlist`.
pub(super) fn ip_allowlist(_call: &Call<'_>) -> Result<Node, Problem> {
    Ok(node!({"type": "ip_allowlist", "enabled": false, "ip_allowlist": []}))
}

/// `GET /admins`.
pub(super) fn admins(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let display_avatar = call.flag("display_avatar");
    let admins = workspace.admin_codes().map(|code| {
        let mut admin = workspace.admin(code);
        if display_avatar && admin["avatar"] != Node::Null {
            let url = admin["avatar"].clone();
            admin["avatar"] = node!({"type": "avatar", "image_url": url});
        }
        call.version.record(Resource::Admins, admin)
    });
    Ok(node!({"type": "admin.list", "admins": admins.collect::<Vec<_>>()}))
}

/// `GET /admins/{id}`.
pub(super) fn admin(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let code = workspace.admin_code(call.id);
    code.map(|code| call.version.record(Resource::Admins, workspace.admin(code)))
        .ok_or_else(|| Problem::not_found("admin_not_found", "Admin not found"))
}

/// `GET /teams`.
pub(super) fn teams(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let teams: Vec<Node> = workspace.team_codes().map(|code| workspace.team(code)).collect();
    Ok(node!({"type": "team.list", "teams": teams}))
}

/// `GET /teams/{id}`.
pub(super) fn team(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let code = workspace.team_code(call.id);
    code.map(|code| workspace.team(code))
        .ok_or_else(|| Problem::not_found("team_not_found", "Team not found"))
}

/// `GET /teams/{id}/metrics`.
pub(super) fn team_metrics(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let code = workspace.team_code(call.id);
    code.map(|code| node!({"type": "team_metric.list", "data": workspace.team_metrics(code)}))
        .ok_or_else(|| Problem::not_found("team_not_found", "Team not found"))
}

/// `GET /tags/{id}`.
pub(super) fn tag(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = workspace.tag_index(call.id);
    index
        .map(|index| workspace.tag(index))
        .ok_or_else(|| Problem::not_found("tag_not_found", "Resource Not Found"))
}

/// `GET /segments/{id}`.
pub(super) fn segment(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = workspace.segment_index(call.id);
    index
        .map(|index| workspace.segment(index))
        .ok_or_else(|| Problem::not_found("not_found", "Segment not found"))
}

/// `GET /tags`.
pub(super) fn tags(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let tags: Vec<Node> = workspace.tag_indexes().map(|index| workspace.tag(index)).collect();
    Ok(node!({"type": "list", "data": tags}))
}

/// `GET /segments`, with the number of contacts if `include_count` is set.
pub(super) fn segments(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let segments = match call.flag("include_count") {
        true => counted_segments(&workspace),
        false => workspace.segment_indexes().map(|index| workspace.segment(index)).collect(),
    };
    Ok(node!({"type": "segment.list", "segments": segments}))
}

/// `GET /subscription_types`.
pub(super) fn subscription_types(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let kinds = 0..workspace.subscription_type_count();
    let types: Vec<Node> = kinds.map(|index| workspace.subscription_type(index)).collect();
    Ok(node!({"type": "list", "data": types}))
}

/// `GET /data_attributes`: of contacts and companies unless a model is named.
pub(super) fn data_attributes(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let include_archived = call.flag("include_archived");
    let attributes = match call.parameter("model") {
        Some("contact") => workspace.data_attributes("contact", include_archived),
        Some("company") => workspace.data_attributes("company", include_archived),
        None => ["contact", "company"]
            .into_iter()
            .flat_map(|model| workspace.data_attributes(model, include_archived))
            .collect(),
        Some("conversation") if call.version >= Version::V2_16 => {
            let message =
                "model=conversation is no longer supported. Use GET /conversations/attributes instead";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "parameter_invalid", message));
        }
        Some("conversation") => workspace.former_conversation_attributes(),
        Some(_) => return Err(Problem::bad_request("parameter_invalid", "unknown model")),
    };
    let attributes = attributes.into_iter().map(|one| call.version.record(Resource::DataAttributes, one));
    Ok(node!({"type": "list", "data": attributes.collect::<Vec<_>>()}))
}

/// `GET /conversations/attributes`.
pub(super) fn conversation_attributes(call: &Call<'_>) -> Result<Node, Problem> {
    Ok(node!({"type": "list", "data": call.shared.workspace().conversation_attribute_catalogue()}))
}
