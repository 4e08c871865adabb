//! Companies: list, scroll, one by id and what hangs on it.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex};

use super::call::Call;
use super::listing::{LIST, Paging, page_of};
use super::problem::Problem;
use crate::document::{Node, node};
use crate::paging::{Cursor, ScrollError};
use crate::resource::Resource;
use crate::search::{CompanySearch, Granularity, Request};
use crate::workspace::{Owner, Workspace};

/// The list ends here; whoever wants more has to scroll.
const LIST_ROWS_MAX: u64 = 10_000;

/// `POST /companies/list`: companies that have contacts, last seen first.
pub(super) fn list(call: &Call<'_>) -> Result<Node, Problem> {
    let number = call.page_number(15, 60)?;
    if number.page.saturating_mul(number.per_page) > LIST_ROWS_MAX {
        return Err(Problem::bad_request("bad_request", "page limit reached, please use scroll API"));
    }
    let workspace = call.shared.workspace();
    let ascending = call.parameter("order").or_else(|| call.body.get("order")?.as_str()) == Some("asc");
    let companies = call.shared.listing.companies(&workspace);
    page_of(call, LIST, Paging::Linked(15, 60), companies.len(), |rows| {
        let rows =
            rows.map(|row| if ascending { companies[companies.len() - 1 - row] } else { companies[row] });
        rows.map(|index| company(call, &workspace, index)).collect()
    })
}

/// Companies in the order of their list, kept until the workspace changes.
#[derive(Default)]
pub(super) struct Listing {
    kept: Mutex<Option<(u64, Arc<[u32]>)>>,
}

impl Listing {
    fn companies(&self, workspace: &Workspace) -> Arc<[u32]> {
        let mut kept = self.kept.lock().expect("no holder of the listing panics");
        if let Some((generation, companies)) = kept.as_ref()
            && *generation == workspace.generation()
        {
            return Arc::clone(companies);
        }
        let with_contacts =
            workspace.companies.iter().map(|(index, _)| index).filter(|&index| workspace.has_contacts(index));
        let mut companies: Vec<u32> = with_contacts.collect();
        companies.sort_by_cached_key(|&index| Reverse((workspace.company_last_request_at(index), index)));
        let companies: Arc<[u32]> = companies.into();
        *kept = Some((workspace.generation(), Arc::clone(&companies)));
        companies
    }
}

/// `GET /companies/scroll`: all companies, in order of creation, one scroll at a time. Behind the last page comes
/// an empty one, or a 404 if the settings say so: both were seen.
pub(super) fn scroll(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let rows = |position: u32| {
        (position..workspace.companies.len())
            .filter(|&index| workspace.companies.get(index).is_some())
            .take(call.shared.scroll_page)
    };
    let end_of = |position: u32| rows(position).last().map_or(position, |last| last + 1);
    let now_ms = call.shared.clock.now_ms();
    let next = call.shared.scroll.next(call.parameter("scroll_param"), now_ms, end_of);
    let not_found = || Problem::not_found("not_found", "scroll parameter not found");
    let (parameter, position) = next.map_err(|error| match error {
        ScrollError::Exists => {
            Problem::bad_request("scroll_exists", "scroll already exists for this workspace")
        }
        ScrollError::NotFound => not_found(),
    })?;
    let data: Vec<Node> = rows(position).map(|index| company(call, &workspace, index)).collect();
    if data.is_empty() && call.shared.scroll_ends_with_404 {
        return Err(not_found());
    }
    Ok(node!({"type": "list", "data": data, "pages": null, "total_count": null, "scroll_param": parameter}))
}

/// `POST /companies/search`: companies that have contacts, by the second.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let request = Request::parse(&call.body)?;
    let workspace = call.shared.workspace();
    let totals = &call.shared.totals;
    let answer = crate::search::search::<CompanySearch>(
        &workspace,
        &request,
        &Granularity::Second,
        totals,
        call.now_s,
    )?;
    let pages = Cursor::pages(answer.next.as_ref(), answer.page, answer.per_page, answer.total);
    Ok(node!({"type": "list", "data": answer.documents, "total_count": answer.total, "pages": pages}))
}

/// `GET /companies/{id}`.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    Ok(company(call, &workspace, company_index(&workspace, call.id)?))
}

/// `GET /companies/{id}/contacts`: full contacts.
pub(super) fn contacts(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let contacts = workspace.company_contacts(company_index(&workspace, call.id)?);
    page_of(call, LIST, Paging::Linked(50, 150), contacts.len(), |rows| {
        let rows = contacts[rows].iter();
        let entries = rows.filter_map(|&index| Some((index, workspace.contacts.get(index)?)));
        entries
            .map(|(index, entry)| call.version.record(Resource::Contacts, workspace.contact(index, entry)))
            .collect()
    })
}

/// `GET /companies/{id}/segments`.
pub(super) fn segments(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = company_index(&workspace, call.id)?;
    Ok(node!({"type": "list", "data": workspace.company_segments(index)}))
}

/// `GET /companies/{id}/notes`: newest first.
pub(super) fn notes(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let notes = workspace.notes(Owner::Company(company_index(&workspace, call.id)?));
    page_of(call, LIST, Paging::Linked(50, 150), notes.len(), |rows| notes[rows].to_vec())
}

/// A company as the call's version prints it.
pub(super) fn company(call: &Call<'_>, workspace: &Workspace, index: u32) -> Node {
    call.version.record(Resource::Companies, workspace.company(index))
}

fn company_index(workspace: &Workspace, id: &str) -> Result<u32, Problem> {
    workspace.company_index(id).ok_or_else(|| Problem::not_found("company_not_found", "Company Not Found"))
}
