//! The entries of a map: a row for each member that is not null.

use super::Shredder;
use super::frame::{Frame, FrameKind, MapFrame, Target};
use crate::json::Want;
use crate::plan::EntryMember;
use std::collections::HashSet;

impl Shredder {
    /// Opens the map in `target`.
    pub(super) fn begin_map(&mut self) {
        let Target { node, row, .. } = self.target;
        if let Some((table, element)) = self.plan.list_table(node) {
            self.match_plan();
            let map = MapFrame { table, element, names: HashSet::new(), name: String::new() };
            self.frames.push(Frame { kind: FrameKind::Map(Box::new(map)), node, row });
        }
    }

    /// Begins the entry of the innermost map, whose value begins with `first`.
    pub(super) fn begin_entry(&mut self, first: u8) -> Want {
        let member = match first {
            b'n' => return Want::Nothing,
            b'"' => EntryMember::Text,
            b't' | b'f' => EntryMember::Boolean,
            b'{' | b'[' => EntryMember::Json,
            _ => EntryMember::Number,
        };
        let Some(Frame { kind: FrameKind::Map(map), row, .. }) = self.frames.last_mut() else {
            return Want::Nothing;
        };
        let (element, name) = (map.element, std::mem::take(&mut map.name));
        let row = self.tables[map.table].push_row(*row, None);
        if let Some(column) = self.plan.nodes[EntryMember::Key.node(element)].scalar() {
            self.builders[column].push_string(row, &name);
        }
        self.target = Target::new(member.node(element), row);
        if member == EntryMember::Json { Want::Raw } else { Want::Events }
    }
}
