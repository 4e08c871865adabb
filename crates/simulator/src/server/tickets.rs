//! Tickets: the search, which is the only way to list them (API notes, section 7.4).

use super::call::Call;
use super::problem::Problem;
use crate::document::{Node, node};
use crate::paging::Cursor;
use crate::resource::Resource;
use crate::search::{Granularity, Request, TicketSearch};

/// `POST /tickets/search`: by the second in all versions, with parts.
pub(super) fn search(call: &Call<'_>) -> Result<Node, Problem> {
    let request = Request::parse(&call.body)?;
    let workspace = call.shared.workspace();
    let totals = &call.shared.totals;
    let answer = crate::search::search::<TicketSearch>(
        &workspace,
        &request,
        &Granularity::Second,
        totals,
        call.now_s,
    )?;
    let pages = Cursor::pages(answer.next.as_ref(), answer.page, answer.per_page, answer.total);
    let tickets = answer.documents.into_iter().map(|ticket| call.version.record(Resource::Tickets, ticket));
    Ok(node!({
        "type": "ticket.list", "tickets": tickets.collect::<Vec<_>>(), "total_count": answer.total, "pages": pages,
    }))
}
