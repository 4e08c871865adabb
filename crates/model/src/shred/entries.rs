//! The entries of a map: a row for each member that is not null.

use super::Shredder;
use super::frame::{Frame, FrameKind, MapFrame, Target};
use crate::json::Want;
use crate::plan::EntryMember;
use std::collections::HashSet;

impl Shredder {
    /// Opens the map at `place`.
    pub(super) fn begin_map(&mut self, place: Target) -> Frame {
        let Some((table, element)) = self.plan.list_table(place.node) else {
            return Frame::new(FrameKind::Nothing, place);
        };
        self.match_plan();
        let map = MapFrame { table, element, names: HashSet::new(), name: String::new() };
        Frame::new(FrameKind::Map(Box::new(map)), place)
    }

    /// Begins the entry of a map of `map_row` whose value begins with `first`, and says where the value goes and how it
    /// should be delivered.
    pub(super) fn begin_entry(
        &mut self,
        map: &mut MapFrame,
        map_row: u32,
        first: u8,
    ) -> Option<(Target, Want)> {
        let member = match first {
            b'n' => return None,
            b'"' => EntryMember::Text,
            b't' | b'f' => EntryMember::Boolean,
            b'{' | b'[' => EntryMember::Json,
            _ => EntryMember::Number,
        };
        let name = std::mem::take(&mut map.name);
        let row = self.tables[map.table].push_row(map_row, None);
        if let Some(column) = self.plan.nodes[EntryMember::Key.node(map.element)].scalar() {
            self.builders[column].push_string(row, &name);
        }
        let want = if member == EntryMember::Json { Want::Raw } else { Want::Events };
        Some((Target::new(member.node(map.element), row), want))
    }
}
