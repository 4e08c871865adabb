//! Conversations: list, search, one by id with its parts.

use super::call::Call;
use super::problem::Problem;
use crate::document::{Node, node};
use crate::paging::Cursor;
use crate::resource::Resource;
use crate::search::{ConversationSearch, Granularity, Request};
use crate::workspace::{Order, Walk, Workspace};

/// `GET /conversations`: most recently updated first, without parts, as they are at this moment.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    let per_page = call.per_page(20, 150)?;
    let cursor = call.cursor()?;
    let workspace = call.shared.workspace();
    let after = match &cursor {
        Some(cursor) => Some((
            cursor.key_s,
            workspace.conversation_index_ever(&cursor.id).ok_or_else(no_such_conversation)?,
        )),
        None => None,
    };
    let walk = Walk { order: Order::Updated, descending: true, after, keys: i64::MIN..i64::MAX };
    let mut places: Vec<_> = workspace.conversations.walk(&walk).take(per_page as usize + 1).collect();
    let page = cursor.map_or(1, |cursor| cursor.page);
    let has_more = places.len() as u64 > per_page;
    places.truncate(per_page as usize);
    let last = places.last().filter(|_| has_more);
    let next =
        last.map(|&(key_s, index)| Cursor { key_s, id: workspace.conversation_id(index), page: page + 1 });
    let entries = places.iter().filter_map(|&(_, index)| Some((index, workspace.conversations.get(index)?)));
    let documents = entries.map(|(index, entry)| workspace.conversation(index, entry)).collect();
    let total = u64::from(workspace.conversations.living());
    Ok(envelope(call, documents, total, Cursor::pages(next.as_ref(), page, per_page, total)))
}

/// `POST /conversations/search`: by the second in all versions.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let request = Request::parse(&call.body)?;
    let workspace = call.shared.workspace();
    let totals = &call.shared.totals;
    let answer = crate::search::search::<ConversationSearch>(
        &workspace,
        &request,
        &Granularity::Second,
        totals,
        call.now_s,
    )?;
    let pages = Cursor::pages(answer.next.as_ref(), answer.page, answer.per_page, answer.total);
    Ok(envelope(call, answer.documents, answer.total, pages))
}

/// `GET /conversations/{id}`: with the newest 500 parts.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = conversation_index(&workspace, call.id)?;
    let entry = workspace.conversations.get(index).ok_or_else(no_such_conversation)?;
    Ok(call.version.record(Resource::Conversations, workspace.conversation_with_parts(index, entry)))
}

fn envelope(call: &Call<'_>, documents: Vec<Node>, total: u64, pages: Node) -> Node {
    let conversations: Vec<Node> = documents
        .into_iter()
        .map(|conversation| call.version.record(Resource::Conversations, conversation))
        .collect();
    node!({"type": "conversation.list", "pages": pages, "total_count": total, "conversations": conversations})
}

fn conversation_index(workspace: &Workspace, id: &str) -> Result<u32, Problem> {
    workspace.conversation_index(id).ok_or_else(no_such_conversation)
}

fn no_such_conversation() -> Problem {
    Problem::not_found("conversation_not_found", "Resource Not Found")
}
