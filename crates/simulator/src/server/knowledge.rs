//! Knowledge and automation as far as their endpoints are more than lists: searches, drafts, macros changed since
//! a moment, executions (API notes, section 7.5).

use super::call::Call;
use super::listing::{LIST, Listing, Nested, One, Paging, no_such_resource, page_of};
use super::problem::Problem;
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::{Entry, Order, Workspace};

/// `GET /articles/search`: `data` is an object here.
pub(super) fn search_articles(call: &Call<'_>) -> Result<Node, Problem> {
    let phrase = call.parameter("phrase").unwrap_or_default().to_lowercase();
    let state = call.parameter("state").filter(|state| *state != "all");
    let workspace = call.shared.workspace();
    let mut articles = workspace.whole_records(Resource::Articles);
    articles.retain(|article| {
        article["title"].as_text().is_some_and(|title| title.to_lowercase().contains(&phrase))
            && state.is_none_or(|state| article["state"].as_text() == Some(state))
    });
    let mut answer =
        page_of(call, LIST, Paging::LinkedOpen(10, 150), articles.len(), |rows| articles[rows].to_vec())?;
    let found: Vec<Node> = answer["data"]
        .elements()
        .map(|article| {
            let mut article = call.version.record(Resource::Articles, article.clone());
            if let Node::Object(members) = &mut article {
                members.remove("statistics");
            }
            article
        })
        .collect();
    answer["data"] = node!({"articles": found, "highlights": []});
    Ok(answer)
}

/// `GET /articles/{id}/draft`: of articles with unpublished changes only.
pub(super) fn draft(call: &Call<'_>) -> Result<Node, Problem> {
    let mut article = One { resource: Resource::Articles, code: "not_found" }.answer(call)?;
    if article["has_unpublished_changes"] != Node::Boolean(true) {
        return Err(no_such_resource());
    }
    if let Node::Object(members) = &mut article {
        members.remove("statistics");
    }
    Ok(article)
}

/// `GET /content/search`: ids and titles of all kinds of content, by the moment they changed.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let words = call.parameter("query").unwrap_or_default().to_lowercase();
    let after = call.number("updated_at_after")?.unwrap_or(0);
    let before = call.number("updated_at_before")?.unwrap_or(u64::MAX);
    let workspace = call.shared.workspace();
    let kinds = [
        (Resource::Articles, "article"),
        (Resource::InternalArticles, "internal_article"),
        (Resource::ContentSnippets, "content_snippet"),
        (Resource::ExternalPages, "external_content"),
    ];
    let mut found = Vec::new();
    for (resource, kind) in kinds {
        let entries = workspace.records(resource).into_iter().flat_map(|register| register.iter());
        for (index, entry) in
            entries.filter(|(_, entry)| (after..=before).contains(&(entry.updated_at() as u64)))
        {
            let document = workspace.record(resource, index, entry);
            if document["title"].as_text().unwrap_or_default().to_lowercase().contains(&words) {
                found.push(
                    node!({"type": kind, "id": document["id"].clone(), "title": document["title"].clone()}),
                );
            }
        }
    }
    let mut answer = page_of(call, LIST, Paging::Linked(10, 50), found.len(), |rows| found[rows].to_vec())?;
    answer["pages"]["prev"] = Node::Null;
    Ok(answer)
}

/// `GET /macros`: last changed first, those changed since a moment if one is given.
pub(super) fn macros(call: &Call<'_>) -> Result<Node, Problem> {
    let refused = |_| Problem::bad_request("parameter_invalid", "Invalid updated_since timestamp");
    let since = call.number("updated_since").map_err(refused)?.unwrap_or(0);
    Listing::of(Resource::Macros, Some(Order::Updated), Paging::Cursor(50, 150)).answer_where(
        call,
        |workspace, index| {
            let entry = workspace.records(Resource::Macros).and_then(|register| register.get(index));
            entry.is_some_and(|entry| entry.updated_at() as u64 >= since)
        },
    )
}

/// Bodies of executions, which are only told when asked for.
const BODIES: &[&str] = &["request_url", "request_body", "response_body", "raw_response_body"];

/// `GET /data_connectors/{id}/execution_results`: newest first, with a cursor.
pub(super) fn executions(call: &Call<'_>) -> Result<Node, Problem> {
    let nested = Nested {
        parent: Resource::DataConnectors,
        children: Workspace::connector_executions,
        envelope: LIST,
        paging: Paging::Whole,
        without: if call.flag("include_bodies") { &[] } else { BODIES },
    };
    let per_page = call.per_page(10, 30)? as usize;
    let answer = nested.answer(call)?;
    let rows: Vec<Node> = answer["data"].elements().cloned().collect();
    let start = match call.parameter("starting_after") {
        None => 0,
        Some(id) => {
            let last = rows.iter().position(|row| row["id"].as_text() == Some(id));
            1 + last.ok_or_else(|| Problem::bad_request("client_error", "Invalid starting_after param"))?
        }
    };
    let end = (start + per_page).min(rows.len());
    let last = (end < rows.len()).then(|| rows[end - 1]["id"].clone());
    let next = last.map(|id| node!({"starting_after": id}));
    let page = rows[start..end].to_vec();
    Ok(node!({"type": "list", "data": page, "pages": {"type": "pages", "per_page": per_page, "next": next}}))
}
