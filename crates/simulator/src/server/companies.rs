//! Companies: list, scroll, one by id and what hangs on it.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex};

use super::call::Call;
use super::problem::Problem;
use crate::document::{Node, node};
use crate::paging::{Numbered, SCROLL_PAGE, ScrollError};
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
    let page = Numbered::new(number, companies.len());
    let rows = page
        .rows
        .clone()
        .map(|row| if ascending { companies[companies.len() - 1 - row] } else { companies[row] });
    Ok(page.answer(rows.map(|index| workspace.company(index)).collect(), &call.address()))
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
        let with_contacts = (0..workspace.companies.len()).filter(|&index| workspace.has_contacts(index));
        let mut companies: Vec<u32> = with_contacts.collect();
        companies.sort_by_cached_key(|&index| Reverse((workspace.company_last_request_at(index), index)));
        let companies: Arc<[u32]> = companies.into();
        *kept = Some((workspace.generation(), Arc::clone(&companies)));
        companies
    }
}

/// `GET /companies/scroll`: all companies, in order of creation, one scroll at a time.
pub(super) fn scroll(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let rows = workspace.companies.len();
    let now_ms = call.shared.clock.now_ms();
    let next = call.shared.scroll.next(call.parameter("scroll_param"), rows, now_ms);
    let (parameter, position) = next.map_err(|error| match error {
        ScrollError::Exists => {
            Problem::bad_request("scroll_exists", "scroll already exists for this workspace")
        }
        ScrollError::NotFound => Problem::not_found("not_found", "scroll parameter not found"),
    })?;
    let end = position.saturating_add(SCROLL_PAGE).min(rows);
    let data: Vec<Node> = (position..end).map(|index| workspace.company(index)).collect();
    Ok(node!({"type": "list", "data": data, "pages": null, "total_count": null, "scroll_param": parameter}))
}

/// `GET /companies/{id}`.
pub(super) fn one(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    Ok(workspace.company(company_index(&workspace, call.id)?))
}

/// `GET /companies/{id}/contacts`: full contacts.
pub(super) fn contacts(call: &Call<'_>) -> Result<Node, Problem> {
    let number = call.page_number(50, 150)?;
    let workspace = call.shared.workspace();
    let contacts = workspace.company_contacts(company_index(&workspace, call.id)?);
    let page = Numbered::new(number, contacts.len());
    let rows = contacts[page.rows.clone()].iter();
    let entries = rows.filter_map(|&index| Some((index, workspace.contacts.get(index)?)));
    let data = entries.map(|(index, entry)| call.version.contact(workspace.contact(index, entry))).collect();
    Ok(page.answer(data, &call.address()))
}

/// `GET /companies/{id}/segments`.
pub(super) fn segments(call: &Call<'_>) -> Result<Node, Problem> {
    let workspace = call.shared.workspace();
    let index = company_index(&workspace, call.id)?;
    Ok(node!({"type": "list", "data": workspace.company_segments(index)}))
}

/// `GET /companies/{id}/notes`: newest first.
pub(super) fn notes(call: &Call<'_>) -> Result<Node, Problem> {
    let number = call.page_number(50, 150)?;
    let workspace = call.shared.workspace();
    let notes = workspace.notes(Owner::Company(company_index(&workspace, call.id)?));
    let page = Numbered::new(number, notes.len());
    Ok(page.answer(notes[page.rows.clone()].to_vec(), &call.address()))
}

fn company_index(workspace: &Workspace, id: &str) -> Result<u32, Problem> {
    workspace.company_index(id).ok_or_else(|| Problem::not_found("company_not_found", "Company Not Found"))
}
