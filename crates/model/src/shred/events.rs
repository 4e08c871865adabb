//! The shredder as a sink: each event finds its place in the plan and goes straight into a column.

use super::Shredder;
use super::envelope::{Cut, EXPECTED_MEMBERS, Envelope, Slot, list_member};
use super::frame::{Frame, FrameKind, Target};
use crate::json::{Sink, Want};
use crate::plan::{ListFacet, NO_COLUMN, ObjectFacet, Treatment, Wrapping};
use crate::schema::ColumnRole;

/// What the issue of a name with a lone surrogate says.
const BROKEN_NAME: &str = "a member's name is no Unicode text; what is not is U+FFFD in the name it has here";

impl Shredder {
    /// How a value that needs a second look should be delivered.
    fn want_with_care(&mut self, open: &mut Frame, first: u8, text: &str, start: usize) -> Want {
        match &mut open.kind {
            FrameKind::Document | FrameKind::Object { .. } => {}
            FrameKind::Nothing => return Want::Nothing,
            FrameKind::Map(map) => {
                let Some((target, want)) = self.begin_entry(map, open.row, first) else {
                    return Want::Nothing;
                };
                open.target = target;
                return want;
            }
            FrameKind::List { table, element, count } => {
                let (mut table, mut element, position) = (*table, *element, *count);
                *count += 1;
                if first == b'{' && self.plan.nodes[open.node].is_split_by_kind {
                    (table, element) = self.kind_of(open.node, &text[start..]).unwrap_or((table, element));
                }
                let row = self.tables[table].push_row(open.row, Some(position));
                open.target = Target::new(element, row);
            }
            FrameKind::Envelope(envelope) => match envelope.slot {
                Slot::List if matches!(first, b'[' | b'n') => {}
                Slot::List => return Want::Raw,
                Slot::HasMore | Slot::TotalCount if !matches!(first, b'[' | b'{') => return Want::Events,
                _ => return Want::Nothing,
            },
        }
        let node = &self.plan.nodes[open.target.node];
        if node.older.is_in(first) && !self.is_reshaped {
            self.is_older = true;
            return Want::Nothing;
        }
        match node.treatment {
            Treatment::ByKind => {}
            Treatment::Omit | Treatment::Moved => return Want::Nothing,
            Treatment::Json => return Want::Raw,
            Treatment::ListColumn | Treatment::Entries if first == b'[' => return Want::Raw,
            Treatment::ListColumn | Treatment::Entries => {}
        }
        if first == b'{' && node.wrapping == Wrapping::Detected {
            self.detected = list_member(&text[start..]);
        }
        Want::Events
    }

    /// Opens an object that is a map, a list wrapper or a row of its own, or from which tables were split.
    fn begin_object_with_care(&mut self, place: Target) -> Frame {
        let node = &self.plan.nodes[place.node];
        if node.treatment == Treatment::Entries {
            return self.begin_map(place);
        }
        if node.wrapping == Wrapping::Declared || self.detected.is_some() {
            let member = self.detected.take();
            let envelope = Envelope { slot: Slot::Nothing, member, cut: Cut::default() };
            return Frame::new(FrameKind::Envelope(envelope), place);
        }
        if node.splits() {
            self.vacate_list(place);
        }
        let mut row = place.row;
        if self.plan.nodes[place.node].object != ObjectFacet::Flatten {
            let facet = self.plan.settle_object(place.node);
            self.match_plan();
            if let ObjectFacet::Table(table) = facet {
                self.tables[table].present(row, true);
                row = self.tables[table].push_row(row, None);
            }
        }
        Frame::object(place.node, row, self.plan.keys.first(place.node))
    }
}

impl Sink for Shredder {
    type Open = Frame;

    fn document(&mut self) -> Frame {
        Frame::new(FrameKind::Document, self.start)
    }

    #[inline(always)]
    fn want(&mut self, open: &mut Frame, first: u8, text: &str, start: usize) -> Want {
        if open.target.plain_column != NO_COLUMN && !matches!(first, b'{' | b'[') {
            return Want::Events;
        }
        self.want_with_care(open, first, text, start)
    }

    fn raw(&mut self, open: &mut Frame, source: &str) {
        self.push_source(open.target, source);
        if let FrameKind::Envelope(envelope) = &mut open.kind {
            envelope.cut.listed = Some(0);
        }
    }

    #[inline(always)]
    fn null(&mut self, open: &mut Frame) {
        if open.target.plain_column == NO_COLUMN {
            self.null_with_care(open);
        }
    }

    #[inline(always)]
    fn boolean(&mut self, open: &mut Frame, value: bool) {
        let Target { plain_column: column, row, .. } = open.target;
        if column == NO_COLUMN || !self.builders[column].push_boolean(row, value) {
            self.boolean_with_care(open, value);
        }
    }

    #[inline(always)]
    fn number(&mut self, open: &mut Frame, text: &str) {
        let Target { plain_column: column, row, .. } = open.target;
        if column == NO_COLUMN || !self.builders[column].push_number(row, text) {
            self.number_with_care(open, text);
        }
    }

    #[inline(always)]
    fn string(&mut self, open: &mut Frame, text: &str) {
        let Target { plain_column: column, row, .. } = open.target;
        if column == NO_COLUMN || !self.builders[column].push_string(row, text) {
            self.string_with_care(open, text);
        }
    }

    fn broken_string(&mut self, open: &mut Frame, source: &str) {
        if !open.is_envelope() {
            self.push_variant(open.target, ColumnRole::VariantJson, source);
        }
    }

    #[inline(always)]
    fn begin_object(&mut self, above: &mut Frame) -> Frame {
        let place = above.target;
        if self.plan.nodes[place.node].opens_plainly() {
            return Frame::object(place.node, place.row, self.plan.keys.first(place.node));
        }
        self.begin_object_with_care(place)
    }

    fn scratch(&mut self) -> String {
        std::mem::take(&mut self.scratch)
    }

    fn keep_scratch(&mut self, scratch: String) {
        self.scratch = scratch;
    }

    #[inline(always)]
    fn guessed_key(&mut self, open: &mut Frame, rest: &[u8]) -> Option<usize> {
        match &mut open.kind {
            FrameKind::Object { latest, expected } => {
                let (met, length) = self.plan.keys.guess(*expected, open.row, rest)?;
                (*latest, *expected) = (met.node, met.next);
                self.repeats |= !met.is_first;
                open.target = Target::of_member(&met, open.row);
                Some(length)
            }
            FrameKind::Envelope(envelope) => {
                let (written, slot) = EXPECTED_MEMBERS.iter().find(|(name, _)| rest.starts_with(name))?;
                envelope.slot = *slot;
                Some(written.len())
            }
            _ => None,
        }
    }

    fn key(&mut self, open: &mut Frame, name: &str) {
        match &mut open.kind {
            FrameKind::Object { latest, expected } => {
                let member = self.plan.member(open.node, name, *latest);
                let met = self.plan.keys.meet(member, open.row);
                (*latest, *expected) = (met.node, met.next);
                self.repeats |= !met.is_first;
                open.target = Target::of_member(&met, open.row);
                self.match_plan();
            }
            FrameKind::Envelope(envelope) => {
                envelope.slot = self.envelope_slot(envelope, open.node, open.row, name);
            }
            FrameKind::Map(map) => {
                self.repeats |= !map.names.insert(name.to_owned());
                name.clone_into(&mut map.name);
            }
            FrameKind::Document | FrameKind::List { .. } | FrameKind::Nothing => {}
        }
    }

    fn broken_key(&mut self, open: &mut Frame, name: &str) {
        self.key(open, name);
        let root_row = self.root_row(self.plan.nodes[open.node].table, open.row);
        self.note("name_not_representable", open.node, root_row, BROKEN_NAME);
    }

    #[inline(always)]
    fn end_object(&mut self, object: Frame, _above: &mut Frame) {
        let Frame { node, row, kind, .. } = object;
        let cut = match kind {
            FrameKind::Envelope(envelope) => envelope.cut,
            FrameKind::Map(_) => return self.present_list(node, row, true),
            _ => return,
        };
        match (cut.listed, self.plan.nodes[node].list) {
            (Some(_), ListFacet::Table(..)) => self.present_list(node, row, cut.is_complete()),
            (None, _) if self.plan.nodes[node].is_element => {
                self.push_beside(Target::new(node, row), ColumnRole::VariantJson, "null");
            }
            _ => {}
        }
    }

    fn begin_array(&mut self, above: &mut Frame) -> Frame {
        let place = above.target;
        if self.plan.nodes[place.node].splits() {
            self.vacate_object(place);
        }
        let (table, element) = match self.plan.nodes[place.node].list {
            ListFacet::Table(table, element) => (table, element),
            _ => match self.plan.list_table(place.node) {
                Some(planned) => {
                    self.match_plan();
                    planned
                }
                None => return Frame::new(FrameKind::Nothing, place),
            },
        };
        Frame::new(FrameKind::List { table, element, count: 0 }, place)
    }

    fn end_array(&mut self, list: Frame, above: &mut Frame) {
        let Frame { node, row, kind: FrameKind::List { count, .. }, .. } = list else { return };
        if count == 0 && self.plan.nodes[node].is_element {
            self.push_beside(Target::new(node, row), ColumnRole::VariantJson, "[]");
        }
        match &mut above.kind {
            FrameKind::Envelope(envelope) => envelope.cut.listed = Some(count),
            _ => self.present_list(node, row, true),
        }
    }
}
