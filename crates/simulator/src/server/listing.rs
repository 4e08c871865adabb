//! Lists in general: which collection, under which key, in which order, in which of the paging styles (API notes,
//! section 4). An endpoint that only lists is a constant of these types.

use super::call::Call;
use super::problem::Problem;
use crate::document::{Members, Node, node};
use crate::paging::{Cursor, Numbered, PageNumber};
use crate::resource::Resource;
use crate::workspace::{Children, Order, Walk, Workspace};

/// How an answer names its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    /// `type` of the answer, if it has one.
    pub(super) kind: Option<&'static str>,
    /// The key of the rows.
    pub(super) key: &'static str,
}

/// The usual envelope.
pub(super) const LIST: Envelope = Envelope { kind: Some("list"), key: "data" };

/// How a list is handed out: default size, greatest size.
#[derive(Debug, Clone, Copy)]
pub(super) enum Paging {
    /// P8: everything at once.
    Whole,
    /// P2: page numbers, the next page as a URL; on the last page `next` is null.
    Linked(u64, u64),
    /// P2, but `next` is left out on the last page.
    LinkedOpen(u64, u64),
    /// P2 without `total_count`.
    LinkedUncounted(u64, u64),
    /// P3: page numbers beside the rows.
    Flat(u64, u64),
    /// P4: page numbers in `pages`, no link.
    Unlinked(u64, u64),
    /// P1 without page and total.
    Cursor(u64, u64),
}

/// A list of a collection's records.
pub(super) struct Listing {
    pub(super) resource: Resource,
    pub(super) envelope: Envelope,
    /// By what the newest come first; none for the order of creation.
    pub(super) newest_by: Option<Order>,
    pub(super) paging: Paging,
    /// What records in lists lack.
    pub(super) without: &'static [&'static str],
}

impl Listing {
    /// A list in the usual envelope that leaves nothing out.
    pub(super) const fn of(resource: Resource, newest_by: Option<Order>, paging: Paging) -> Listing {
        Listing { resource, envelope: LIST, newest_by, paging, without: &[] }
    }

    /// The same list with records that lack some members.
    pub(super) const fn without(self, without: &'static [&'static str]) -> Listing {
        Listing { without, ..self }
    }

    /// The same list in another envelope.
    pub(super) const fn named(self, kind: &'static str, key: &'static str) -> Listing {
        Listing { envelope: Envelope { kind: Some(kind), key }, ..self }
    }

    /// Answers with a page of it.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Node, Problem> {
        self.answer_where(call, |_, _| true)
    }

    /// Answers with a page of those records that fulfil a condition.
    pub(super) fn answer_where(
        &self,
        call: &Call<'_>,
        matches: impl Fn(&Workspace, u32) -> bool,
    ) -> Result<Node, Problem> {
        let workspace = call.shared.workspace();
        let register = workspace.records(self.resource).ok_or_else(no_such_resource)?;
        let print = |index: u32| {
            let entry = register.get(index)?;
            let mut document = workspace.record(self.resource, index, entry);
            if let Node::Object(members) = &mut document {
                self.without.iter().for_each(|name| members.remove(name));
            }
            Some(call.version.record(self.resource, document))
        };
        let order = self.newest_by.unwrap_or(Order::Created);
        let descending = self.newest_by.is_some();
        if let Paging::Cursor(default, most) = self.paging {
            let per_page = call.per_page(default, most)?;
            let after = self.after(call, &workspace)?;
            let walk = Walk { order, descending, after, keys: i64::MIN..i64::MAX };
            let places = register.walk(&walk).filter(|&(_, index)| matches(&workspace, index));
            let mut places: Vec<_> = places.take(per_page as usize + 1).collect();
            let has_more = places.len() as u64 > per_page;
            places.truncate(per_page as usize);
            let last = places.last().filter(|_| has_more);
            let next = last.map(|&(key_s, index)| {
                let id = workspace.record_id(self.resource, index);
                node!({"starting_after": Cursor { key_s, id, page: 0 }.encode()})
            });
            let rows = places.iter().filter_map(|&(_, index)| print(index)).collect::<Vec<_>>();
            return Ok(node!({
                "type": self.envelope.kind, "data": rows, "pages": {"type": "pages", "per_page": per_page, "next": next},
            }));
        }
        let walk = Walk { order, descending, after: None, keys: i64::MIN..i64::MAX };
        let indexes: Vec<u32> = register
            .walk(&walk)
            .map(|(_, index)| index)
            .filter(|&index| matches(&workspace, index))
            .collect();
        page_of(call, self.envelope, self.paging, indexes.len(), |rows| {
            indexes[rows].iter().filter_map(|&index| print(index)).collect()
        })
    }

    fn after(&self, call: &Call<'_>, workspace: &Workspace) -> Result<Option<(i64, u32)>, Problem> {
        let Some(cursor) = call.cursor()? else { return Ok(None) };
        let index = workspace.record_index_ever(self.resource, &cursor.id);
        let refused = || Problem::bad_request("client_error", "Invalid starting_after param");
        index.map(|index| Some((cursor.key_s, index))).ok_or_else(refused)
    }
}

/// A list of what hangs on one record, which is generated as a whole.
pub(super) struct Nested {
    /// Whose id is in the path.
    pub(super) parent: Resource,
    pub(super) children: Children,
    pub(super) envelope: Envelope,
    pub(super) paging: Paging,
    /// What rows of the list lack.
    pub(super) without: &'static [&'static str],
}

impl Nested {
    /// Answers with a page of it.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Node, Problem> {
        let mut children = self.children_of(call)?;
        for child in &mut children {
            if let Node::Object(members) = child {
                self.without.iter().for_each(|name| members.remove(name));
            }
        }
        page_of(call, self.envelope, self.paging, children.len(), |rows| children[rows].to_vec())
    }

    /// Answers with the one whose id is the second in the path.
    pub(super) fn one(&self, call: &Call<'_>) -> Result<Node, Problem> {
        let child =
            self.children_of(call)?.into_iter().find(|child| child["id"].as_text() == Some(call.inner_id));
        child.ok_or_else(no_such_resource)
    }

    fn children_of(&self, call: &Call<'_>) -> Result<Vec<Node>, Problem> {
        let workspace = call.shared.workspace();
        let parent = index_of(&workspace, self.parent, call.id).ok_or_else(no_such_resource)?;
        Ok((self.children)(&workspace, parent))
    }
}

/// One record by its id; what to say if there is none.
pub(super) struct One {
    pub(super) resource: Resource,
    pub(super) code: &'static str,
}

impl One {
    /// Answers with it.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Node, Problem> {
        self.by_id(call, call.id)
    }

    /// Answers with the record that has this id.
    pub(super) fn by_id(&self, call: &Call<'_>, id: &str) -> Result<Node, Problem> {
        let workspace = call.shared.workspace();
        let document = workspace.record_index(self.resource, id).and_then(|index| {
            let entry = workspace.records(self.resource)?.get(index)?;
            Some(workspace.record(self.resource, index, entry))
        });
        let document = document.map(|document| call.version.record(self.resource, document));
        document.ok_or_else(|| Problem::not_found(self.code, "Resource Not Found"))
    }
}

/// The living record of a collection with this id.
fn index_of(workspace: &Workspace, resource: Resource, id: &str) -> Option<u32> {
    match resource {
        Resource::Conversations => workspace.conversation_index(id),
        _ => workspace.record_index(resource, id),
    }
}

/// A page of a list of `total` rows.
pub(super) fn page_of(
    call: &Call<'_>,
    envelope: Envelope,
    paging: Paging,
    total: usize,
    rows: impl FnOnce(std::ops::Range<usize>) -> Vec<Node>,
) -> Result<Node, Problem> {
    let mut answer = Members::with_capacity(6);
    if let Some(kind) = envelope.kind {
        answer.push("type", kind);
    }
    let (default, most) = match paging {
        Paging::Whole => {
            answer.push(envelope.key, rows(0..total));
            return Ok(Node::Object(answer));
        }
        Paging::Linked(default, most)
        | Paging::LinkedOpen(default, most)
        | Paging::LinkedUncounted(default, most)
        | Paging::Flat(default, most)
        | Paging::Unlinked(default, most)
        | Paging::Cursor(default, most) => (default, most),
    };
    let number = call.page_number(default, most)?;
    let page = Numbered::new(number, total);
    answer.push(envelope.key, rows(page.rows.clone()));
    if !matches!(paging, Paging::LinkedUncounted(..)) {
        answer.push("total_count", total);
    }
    let PageNumber { page: present, per_page } = number;
    let total_pages = (total as u64).div_ceil(per_page);
    match paging {
        Paging::Flat(..) => {
            answer.extend(node!({"page": present, "per_page": per_page, "total_pages": total_pages}));
        }
        Paging::Unlinked(..) => {
            answer.push(
                "pages",
                node!({"type": "pages", "page": present, "per_page": per_page, "total_pages": total_pages}),
            );
        }
        _ => {
            let mut pages = page.pages(&call.page_address());
            if let (Paging::LinkedOpen(..), Node::Object(members)) = (paging, &mut pages)
                && page.rows.end == total
            {
                members.remove("next");
            }
            answer.push("pages", pages);
        }
    }
    Ok(Node::Object(answer))
}

/// 404 for what has no words of its own.
pub(super) fn no_such_resource() -> Problem {
    Problem::not_found("not_found", "Resource Not Found")
}
