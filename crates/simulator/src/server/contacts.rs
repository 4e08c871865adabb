//! Contacts, and the lists that complete them.

use super::call::Call;
use super::companies::company;
use super::listing::{LIST, Paging, page_of};
use super::problem::Problem;
use super::version::Version;
use crate::document::{Node, node};
use crate::paging::Cursor;
use crate::resource::Resource;
use crate::search::{ContactSearch, Granularity, Request};
use crate::workspace::{ContactEntry, Order, Owner, Walk, Workspace};

/// `GET /contacts`: newest first, as they are at this moment.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    let per_page = call.per_page(10, 150)?;
    let cursor = call.cursor()?;
    let workspace = call.shared.workspace();
    let after = match &cursor {
        Some(cursor) => {
            Some((cursor.key_s, workspace.contact_index_ever(&cursor.id).ok_or_else(no_such_contact)?))
        }
        None => None,
    };
    let walk = Walk { order: Order::Created, descending: true, after, keys: i64::MIN..i64::MAX };
    let mut places: Vec<_> = workspace.contacts.walk(&walk).take(per_page as usize + 1).collect();
    let page = cursor.map_or(1, |cursor| cursor.page);
    let has_more = places.len() as u64 > per_page;
    places.truncate(per_page as usize);
    let last = places.last().filter(|_| has_more);
    let next = last.map(|&(key_s, index)| Cursor { key_s, id: workspace.contact_id(index), page: page + 1 });
    let entries = places.iter().filter_map(|&(_, index)| Some((index, workspace.contacts.get(index)?)));
    let data: Vec<Node> = entries.map(|(index, entry)| print(call, &workspace, index, entry)).collect();
    let total = u64::from(workspace.contacts.living());
    Ok(node!({
        "type": "list", "data": data, "total_count": total, "pages": Cursor::pages(next.as_ref(), page, per_page, total),
    }))
}

/// `POST /contacts/search`: by calendar day up to 2.16, by the second in `Preview`.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let request = Request::parse(&call.body)?;
    let workspace = call.shared.workspace();
    let granularity = match call.version {
        Version::PREVIEW => Granularity::Second,
        _ => Granularity::Day(workspace.zone().clone()),
    };
    let totals = &call.shared.totals;
    let answer =
        crate::search::search::<ContactSearch>(&workspace, &request, &granularity, totals, call.now_s)?;
    let pages = Cursor::pages(answer.next.as_ref(), answer.page, answer.per_page, answer.total);
    let data: Vec<Node> = answer
        .documents
        .into_iter()
        .map(|contact| call.version.record(Resource::Contacts, contact))
        .collect();
    Ok(node!({"type": "list", "data": data, "total_count": answer.total, "pages": pages}))
}

/// `GET /contacts/{id}`.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = contact_index(call, &workspace, call.id)?;
    let entry = workspace.contacts.get(index).ok_or_else(no_such_contact)?;
    Ok(print(call, &workspace, index, entry))
}

/// A contact as the call's version prints it, with its merges if the call asks for them (since 2.16, users only).
fn print(call: &Call<'_>, workspace: &Workspace, index: u32, entry: &ContactEntry) -> Node {
    let mut contact = call.version.record(Resource::Contacts, workspace.contact(index, entry));
    if call.version >= Version::V2_16 && call.flag("include_merge_history") && entry.is_user() {
        contact["merge_history"] = workspace.merge_history(index).into();
    }
    contact
}

/// `GET /contacts/{id}/tags`.
pub(super) fn tags(call: &Call<'_>) -> Result<Node, Problem> {
    whole_list(call, Workspace::contact_tags)
}

/// `GET /contacts/{id}/segments`.
pub(super) fn segments(call: &Call<'_>) -> Result<Node, Problem> {
    whole_list(call, Workspace::contact_segments)
}

/// `GET /contacts/{id}/subscriptions`.
pub(super) fn subscriptions(call: &Call<'_>) -> Result<Node, Problem> {
    whole_list(call, Workspace::contact_subscriptions)
}

/// `GET /contacts/{id}/companies`.
pub(super) fn companies(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let companies = workspace.contact_companies(contact_index(call, &workspace, call.id)?);
    page_of(call, LIST, Paging::Linked(50, 60), companies.len(), |rows| {
        companies[rows].iter().map(|&index| company(call, &workspace, index)).collect()
    })
}

/// `GET /contacts/{id}/notes`: newest first.
pub(super) fn notes(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let notes = workspace.notes(Owner::Contact(contact_index(call, &workspace, call.id)?));
    page_of(call, LIST, Paging::Linked(50, 150), notes.len(), |rows| notes[rows].to_vec())
}

/// `GET /notes/{id}`: a note on a contact.
pub(super) fn note(call: &Call<'_>) -> Result<Node, Problem> {
    let note = call.shared.workspace().note_by_id(call.id);
    note.ok_or_else(|| Problem::not_found("not_found", "Resource Not Found"))
}

/// A list that is never paged.
fn whole_list(call: &Call<'_>, list: fn(&Workspace, u32) -> Vec<Node>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = contact_index(call, &workspace, call.id)?;
    Ok(node!({"type": "list", "data": list(&workspace, index)}))
}

/// `GET /contacts/find_by_external_id/{external_id}`: users only.
pub(super) fn by_external_id(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let found = workspace
        .contacts
        .iter()
        .find(|&(index, _)| workspace.external_id(index).as_deref() == Some(call.id));
    let (index, entry) = found.ok_or_else(no_such_contact)?;
    Ok(call.version.record(Resource::Contacts, workspace.contact(index, entry)))
}

/// The contact with this id; else a 404, or since 2.16 a 410 that names the contact it lives on in.
pub(super) fn contact_index(call: &Call<'_>, workspace: &Workspace, id: &str) -> Result<u32, Problem> {
    workspace.contact_index(id).ok_or_else(|| {
        let former = workspace.contact_index_ever(id).filter(|_| call.version >= Version::V2_16);
        let target = former.and_then(|former| workspace.merged_into(former));
        target.map_or_else(no_such_contact, |target| Problem::merged(&workspace.contact_id(target)))
    })
}

fn no_such_contact() -> Problem {
    Problem::not_found("not_found", "User Not Found")
}
