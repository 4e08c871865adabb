//! Lists that are split by kind: which kind an element is of, and what it means for all that one list was there.

use super::Shredder;
use crate::json::{decoded, members};
use crate::plan::{ListFacet, NodeId, TableId};

/// The kind that the member `discriminator` of the object at the start of `source` tells: a text that is not empty, or a
/// number. `None` for an element without one.
fn kind_of_element(source: &str, discriminator: &str) -> Option<String> {
    for member in members(source) {
        let (name, value) = member.ok()?;
        if name == discriminator {
            let kind = match value.strip_prefix('"') {
                Some(rest) => decoded(rest.strip_suffix('"')?).into_owned(),
                None if value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                    value.to_owned()
                }
                None => return None,
            };
            return Some(kind).filter(|kind| !kind.is_empty());
        }
    }
    None
}

impl Shredder {
    /// The table and node for the object at the start of `source`, an element of a list at `list`; `None` where the
    /// list's own are right.
    pub(super) fn kind_of(&mut self, list: NodeId, source: &str) -> Option<(TableId, NodeId)> {
        let discriminator = self.plan.nodes[list].place.rule.split_by.as_deref()?;
        let kind = kind_of_element(source, discriminator)?;
        let found = self.plan.kind_table(list, &kind);
        self.match_plan();
        found
    }

    /// Notes that the list at `node` was there for `row`, with all its kinds.
    pub(super) fn present_list(&mut self, node: NodeId, row: u32, complete: bool) {
        let node = &self.plan.nodes[node];
        if let ListFacet::Table(table, _) = node.list {
            self.tables[table].present(row, complete);
            for &(_, table, _) in &node.place.kinds {
                self.tables[table].present(row, complete);
            }
        }
    }
}
