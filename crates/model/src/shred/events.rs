//! The shredder as a sink: each event finds its place in the plan and goes straight into a column.

use super::envelope::{ENVELOPE_MEMBERS, list_members};
use super::{Presence, Shredder, delimited};
use crate::json::{Json, Sink, Want};
use crate::plan::{ListFacet, NodeId, ObjectFacet, TableId};
use crate::rules::Strategy;
use crate::schema::ColumnRole;

/// Where the next value goes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Target {
    /// Its node.
    pub(super) node: NodeId,
    /// Its row, in the node's table.
    pub(super) row: u32,
}

/// What the next member of an envelope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// The list itself.
    List,
    /// Whether there is more than the list shows.
    HasMore,
    /// How long the list is in truth.
    TotalCount,
    /// Nothing to keep.
    Nothing,
}

/// An object, envelope or list that is open.
#[derive(Debug)]
pub(super) struct Frame {
    kind: FrameKind,
    node: NodeId,
    /// The row its members go to; for a list, the row it belongs to.
    row: u32,
}

#[derive(Debug)]
enum FrameKind {
    /// An object, and the place in its member order to look at first.
    Object { hint: usize },
    /// A list wrapper.
    Envelope { slot: Slot, has_more: Option<bool>, total_count: Option<u64>, listed: Option<u32> },
    /// A list, and how many elements it has had.
    List { table: TableId, element: NodeId, count: u32 },
}

impl Shredder {
    /// The innermost open frame's envelope slot, if it is an envelope.
    #[inline]
    fn slot(&self) -> Option<Slot> {
        match self.frames.last()?.kind {
            FrameKind::Envelope { slot, .. } => Some(slot),
            _ => None,
        }
    }

    /// Whether the value in `target` is one that the rules count as nothing.
    #[inline]
    fn is_null(&self, text: &str) -> bool {
        match &self.plan.nodes[self.target.node].rule.null_if {
            Some(words) => words.iter().any(|word| word == text),
            None => false,
        }
    }

    /// The column for scalars in `target`.
    #[inline]
    fn column(&mut self) -> usize {
        if let Some(column) = self.plan.nodes[self.target.node].scalar {
            return column;
        }
        let column = self.plan.scalar_column(self.target.node);
        self.match_plan();
        column
    }

    /// Puts what the typed column cannot hold into the column beside it.
    fn push_variant(&mut self, role: ColumnRole, text: &str) {
        let column = self.plan.variant_column(self.target.node, role);
        self.match_plan();
        self.builders[column].push_string(self.target.row, text);
        if let Some(typed) = self.plan.nodes[self.target.node].scalar {
            self.builders[typed].clear(self.target.row);
            let root_row = self.root_row(self.plan.nodes[self.target.node].table, self.target.row);
            let name = if role == ColumnRole::VariantText { "text" } else { "json" };
            let detail =
                format!("a value its column cannot hold exactly went to the column ending in `__{name}`");
            self.note("value_not_representable", self.target.node, root_row, &detail);
        }
    }

    /// Puts JSON source into the column beside the typed one; a `null` element is a value too.
    fn push_null_element(&mut self) {
        let column = self.plan.variant_column(self.target.node, ColumnRole::VariantJson);
        self.match_plan();
        self.builders[column].push_string(self.target.row, "null");
    }

    /// Notes that a list or one-to-one object of `table` was there.
    fn present(&mut self, table: TableId, parent_row: u32, complete: bool) {
        self.tables[table].presences.push(Presence { parent_row, complete });
    }

    /// What the member `name` of the envelope at `node` is.
    fn envelope_slot(&mut self, node: NodeId, row: u32, name: &str) -> Slot {
        let members = self.plan.nodes[node].envelope.as_deref().unwrap_or_default();
        if members.iter().any(|member| member == name) {
            return Slot::List;
        }
        match name {
            "has_more" => Slot::HasMore,
            "total_count" => Slot::TotalCount,
            _ => {
                if !ENVELOPE_MEMBERS.contains(&name) {
                    let root_row = self.root_row(self.plan.nodes[node].table, row);
                    self.note(
                        "envelope_member_dropped",
                        node,
                        root_row,
                        "a list wrapper has a member nobody knows",
                    );
                }
                Slot::Nothing
            }
        }
    }

    /// Settles whether the object at the start of `rest` is an envelope nobody declared.
    fn settle_envelope(&mut self, node: NodeId, rest: &str) {
        if self.plan.rules.unwrap_envelopes != Some(true) {
            self.plan.nodes[node].envelope_settled = true;
            return;
        }
        let empty = rest[1..].trim_start().starts_with('}');
        if !empty {
            self.plan.nodes[node].envelope_settled = true;
            self.plan.nodes[node].envelope = list_members(rest);
        }
    }

    /// Joins the elements of the list in `source` into the one column of `target`.
    fn push_delimited(&mut self, source: &str) {
        let rule = &self.plan.nodes[self.target.node].rule;
        match delimited::join(source, rule.of.as_deref(), rule.delimiter.as_deref().unwrap_or(",")) {
            Some(joined) => {
                let column = self.column();
                self.builders[column].push_string(self.target.row, &joined);
            }
            None if Json::parse(source.as_bytes()).is_ok_and(|json| json.is_empty()) => {}
            None => self.push_variant(ColumnRole::VariantJson, source),
        }
    }
}

impl Sink for Shredder {
    #[inline]
    fn want(&mut self, rest: &str) -> Want {
        let first = rest.as_bytes().first().copied().unwrap_or(b' ');
        match self.frames.last_mut() {
            Some(Frame { kind: FrameKind::List { table, element, count }, row, .. }) => {
                let (table, element, parent_row, position) = (*table, *element, *row, *count);
                *count += 1;
                let row = self.push_row(table, parent_row, Some(position));
                self.target = Target { node: element, row };
            }
            Some(Frame { kind: FrameKind::Envelope { slot, .. }, node, row }) => match slot {
                Slot::List if matches!(first, b'[' | b'n') => self.target = Target { node: *node, row: *row },
                Slot::List => {
                    self.target = Target { node: *node, row: *row };
                    return Want::Raw;
                }
                Slot::HasMore | Slot::TotalCount if !matches!(first, b'[' | b'{') => return Want::Events,
                _ => return Want::Nothing,
            },
            _ => {}
        }
        let node = &self.plan.nodes[self.target.node];
        match (node.rule.strategy, first) {
            (Some(Strategy::Omit), _) => return Want::Nothing,
            (Some(Strategy::Json), _) => return Want::Raw,
            (Some(Strategy::Delimited), b'[') => return Want::Raw,
            _ => {}
        }
        if first == b'{' && !node.envelope_settled {
            self.settle_envelope(self.target.node, rest);
        }
        Want::Events
    }

    fn raw(&mut self, source: &str) {
        match self.plan.nodes[self.target.node].rule.strategy {
            Some(Strategy::Json) if source == "null" => {}
            Some(Strategy::Json) => {
                let column = self.column();
                self.builders[column].push_string(self.target.row, source);
            }
            Some(Strategy::Delimited) => self.push_delimited(source),
            _ => self.push_variant(ColumnRole::VariantJson, source),
        }
    }

    fn null(&mut self) {
        match self.frames.last_mut() {
            Some(Frame { kind: FrameKind::List { .. }, .. }) => return self.push_null_element(),
            Some(Frame { kind: FrameKind::Envelope { slot, listed, .. }, .. }) => {
                if *slot == Slot::List {
                    *listed = Some(0);
                }
                return;
            }
            _ => {}
        }
        let node = &self.plan.nodes[self.target.node];
        if let ListFacet::Table(table, _) = node.list {
            self.present(table, self.target.row, true);
        } else if let ObjectFacet::Table(table) = node.object {
            self.present(table, self.target.row, true);
        }
    }

    #[inline]
    fn boolean(&mut self, value: bool) {
        if let Some(Frame { kind: FrameKind::Envelope { slot, has_more, .. }, .. }) = self.frames.last_mut() {
            if *slot == Slot::HasMore {
                *has_more = Some(value);
            }
            return;
        }
        let column = self.column();
        if !self.builders[column].push_boolean(self.target.row, value) {
            self.push_variant(ColumnRole::VariantJson, if value { "true" } else { "false" });
        }
    }

    #[inline]
    fn number(&mut self, text: &str) {
        if let Some(Frame { kind: FrameKind::Envelope { slot, total_count, .. }, .. }) =
            self.frames.last_mut()
        {
            if *slot == Slot::TotalCount {
                *total_count = text.parse().ok();
            }
            return;
        }
        if self.is_null(text) {
            return;
        }
        let column = self.column();
        if !self.builders[column].push_number(self.target.row, text) {
            self.push_variant(ColumnRole::VariantJson, text);
        }
    }

    #[inline]
    fn string(&mut self, text: &str) {
        if self.slot().is_some() || self.is_null(text) {
            return;
        }
        let column = self.column();
        if !self.builders[column].push_string(self.target.row, text) {
            self.push_variant(ColumnRole::VariantText, text);
        }
    }

    fn broken_string(&mut self, source: &str) {
        if self.slot().is_none() {
            self.column();
            self.push_variant(ColumnRole::VariantJson, source);
        }
    }

    #[inline]
    fn begin_object(&mut self) {
        let Target { node, row } = self.target;
        let (kind, row) = if self.plan.nodes[node].envelope.is_some() {
            let kind =
                FrameKind::Envelope { slot: Slot::Nothing, has_more: None, total_count: None, listed: None };
            (kind, row)
        } else if self.plan.nodes[node].object == ObjectFacet::Flatten {
            (FrameKind::Object { hint: 0 }, row)
        } else {
            let facet = self.plan.settle_object(node);
            self.match_plan();
            let ObjectFacet::Table(table) = facet else {
                self.frames.push(Frame { kind: FrameKind::Object { hint: 0 }, node, row });
                return;
            };
            self.present(table, row, true);
            (FrameKind::Object { hint: 0 }, self.push_row(table, row, None))
        };
        self.frames.push(Frame { kind, node, row });
    }

    #[inline]
    fn key(&mut self, name: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, row) = (frame.node, frame.row);
        if let FrameKind::Object { hint } = &mut frame.kind {
            let (member, place) = self.plan.member(node, name, *hint);
            *hint = place + 1;
            self.target = Target { node: member, row };
            self.match_plan();
            return;
        }
        let slot_now = self.envelope_slot(node, row, name);
        if let Some(Frame { kind: FrameKind::Envelope { slot, .. }, .. }) = self.frames.last_mut() {
            *slot = slot_now;
        }
    }

    #[inline]
    fn end_object(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let FrameKind::Envelope { has_more, total_count, listed: Some(listed), .. } = frame.kind else {
            return;
        };
        if let ListFacet::Table(table, _) = self.plan.nodes[frame.node].list {
            let cut = has_more.unwrap_or(total_count.is_some_and(|total| total > u64::from(listed)));
            self.present(table, frame.row, !cut);
        }
    }

    fn begin_array(&mut self) {
        let Target { node, row } = self.target;
        if let Some((table, element)) = self.plan.list_table(node) {
            self.match_plan();
            self.frames.push(Frame { kind: FrameKind::List { table, element, count: 0 }, node, row });
        }
    }

    fn end_array(&mut self) {
        let Some(Frame { kind: FrameKind::List { table, count, .. }, row, .. }) = self.frames.pop() else {
            return;
        };
        match self.frames.last_mut() {
            Some(Frame { kind: FrameKind::Envelope { listed, .. }, .. }) => *listed = Some(count),
            _ => self.present(table, row, true),
        }
    }
}
