//! The shredder as a sink: each event finds its place in the plan and goes straight into a column.

use super::Shredder;
use super::envelope::{Cut, EXPECTED_MEMBERS, Slot, list_member};
use super::frame::{Frame, FrameKind, Target};
use super::list_column::list_column;
use crate::convert::{canonical_number, is_canonical_integer};
use crate::json::{Json, Sink, Want};
use crate::plan::{ListFacet, NO_COLUMN, NO_MEMBER, ObjectFacet, Treatment, Wrapping};
use crate::schema::ColumnRole;

impl Shredder {
    /// Whether the scalar in `target` is one that the rules count as nothing; an element that is nothing is null.
    #[inline]
    fn is_nothing(&mut self, text: &str, is_number: bool) -> bool {
        self.plan.nodes[self.target.node].has_null_words && self.drop_null_word(text, is_number)
    }

    /// [`is_nothing`](Self::is_nothing) where the rule has words for it.
    fn drop_null_word(&mut self, text: &str, is_number: bool) -> bool {
        let node = &self.plan.nodes[self.target.node];
        let is_element = node.is_element;
        let mut words = node.place.rule.null_if.iter().flatten();
        let found = match is_number {
            true if is_canonical_integer(text) => words.any(|word| word == text),
            true => words.any(|word| *word == canonical_number(text)),
            false => words.any(|word| word == text),
        };
        if found && is_element {
            self.push_beside(ColumnRole::VariantJson, "null");
        }
        found
    }

    /// The column for scalars in `target`. What had been split from there is gone: a scalar took its place.
    #[inline]
    fn column(&mut self) -> usize {
        let node = &self.plan.nodes[self.target.node];
        if let (Some(column), false) = (node.scalar(), node.splits()) {
            return column;
        }
        self.vacate(self.target);
        let column = self.plan.scalar_column(self.target.node);
        self.match_plan();
        column
    }

    /// Puts what the typed column cannot hold into the column beside it, and says so.
    #[cold]
    fn push_variant(&mut self, role: ColumnRole, text: &str) {
        self.vacate(self.target);
        self.push_beside(role, text);
        let root_row = self.root_row(self.plan.nodes[self.target.node].table, self.target.row);
        self.note("value_not_representable", self.target.node, root_row, VARIANT);
    }

    /// Puts a text into the variant column of `target`.
    fn push_beside(&mut self, role: ColumnRole, text: &str) {
        let column = self.plan.variant_column(self.target.node, role);
        self.match_plan();
        self.builders[column].push_string(self.target.row, text);
    }

    /// Notes that every list and one-to-one object at or below `target` is gone.
    fn vacate(&mut self, target: Target) {
        self.vacate_list(target);
        self.vacate_object(target);
    }

    /// Notes that the list at `target` is gone.
    fn vacate_list(&mut self, target: Target) {
        self.present_list(target.node, target.row, true);
    }

    /// Notes that the one-to-one object at `target` is gone, or what was split from a flattened one.
    fn vacate_object(&mut self, target: Target) {
        let node = &self.plan.nodes[target.node];
        if let ObjectFacet::Table(table) = node.object {
            self.tables[table].present(target.row, true);
            return;
        }
        if node.members.is_empty() {
            return;
        }
        for member in node.members.nodes().collect::<Vec<_>>() {
            if self.plan.nodes[member].splits() {
                self.vacate(Target::new(member, target.row));
            }
        }
    }

    /// Puts the list in `source` into the one column of `target`.
    fn push_list(&mut self, source: &str) {
        let node = &self.plan.nodes[self.target.node];
        let is_element = node.is_element;
        match list_column(source, &node.place.rule) {
            Some(list) => {
                let column = self.column();
                self.builders[column].push_string(self.target.row, &list);
            }
            None if Json::parse(source.as_bytes()).is_ok_and(|json| json.is_empty()) => {
                self.vacate(self.target);
                if is_element {
                    self.push_beside(ColumnRole::VariantJson, source);
                }
            }
            None => self.push_variant(ColumnRole::VariantJson, source),
        }
    }

    /// How a value that needs a second look should be delivered.
    fn want_with_care(&mut self, first: u8, text: &str, start: usize) -> Want {
        match self.frames.last_mut() {
            Some(Frame { kind: FrameKind::Object { .. }, .. }) | None => {}
            Some(Frame { kind: FrameKind::Map(_), .. }) => return self.begin_entry(first),
            Some(Frame { kind: FrameKind::List { table, element, count }, node, row }) => {
                let (mut table, mut element, list, row, position) = (*table, *element, *node, *row, *count);
                *count += 1;
                if first == b'{' && self.plan.nodes[list].is_split_by_kind {
                    (table, element) = self.kind_of(list, &text[start..]).unwrap_or((table, element));
                }
                let row = self.tables[table].push_row(row, Some(position));
                self.target = Target::new(element, row);
            }
            Some(Frame { kind: FrameKind::Envelope { slot, .. }, node, row }) => match slot {
                Slot::List => {
                    self.target = Target::new(*node, *row);
                    if !matches!(first, b'[' | b'n') {
                        return Want::Raw;
                    }
                }
                Slot::HasMore | Slot::TotalCount if !matches!(first, b'[' | b'{') => return Want::Events,
                _ => return Want::Nothing,
            },
        }
        let node = &self.plan.nodes[self.target.node];
        match node.treatment {
            Treatment::ByKind => {}
            Treatment::Omit => return Want::Nothing,
            Treatment::Json => return Want::Raw,
            Treatment::ListColumn | Treatment::Entries if first == b'[' => return Want::Raw,
            Treatment::ListColumn | Treatment::Entries => {}
        }
        if first == b'{' && node.wrapping == Wrapping::Detected {
            self.detected = list_member(&text[start..]);
        }
        Want::Events
    }

    /// A truth value that needs a second look.
    fn boolean_with_care(&mut self, value: bool) {
        if let Some(Frame { kind: FrameKind::Envelope { slot, cut, .. }, .. }) = self.frames.last_mut() {
            if *slot == Slot::HasMore {
                cut.has_more = Some(value);
            }
            return;
        }
        let column = self.column();
        if self.holds_lists() || !self.builders[column].push_boolean(self.target.row, value) {
            self.push_variant(ColumnRole::VariantJson, if value { "true" } else { "false" });
        }
    }

    /// A number that needs a second look.
    fn number_with_care(&mut self, text: &str) {
        if let Some(Frame { kind: FrameKind::Envelope { slot, cut, .. }, .. }) = self.frames.last_mut() {
            if *slot == Slot::TotalCount {
                cut.total_count = text.parse().ok();
            }
            return;
        }
        if self.is_nothing(text, true) {
            return;
        }
        let column = self.column();
        if self.holds_lists() || !self.builders[column].push_number(self.target.row, text) {
            self.push_variant(ColumnRole::VariantJson, text);
        }
    }

    /// A string that needs a second look.
    fn string_with_care(&mut self, text: &str) {
        if self.in_envelope() || self.is_nothing(text, false) {
            return;
        }
        let column = self.column();
        if self.holds_lists() || !self.builders[column].push_string(self.target.row, text) {
            self.push_variant(ColumnRole::VariantText, text);
        }
    }

    /// Whether a scalar in `target` must go beside its column, which holds lists.
    #[inline]
    fn holds_lists(&self) -> bool {
        self.plan.nodes[self.target.node].treatment == Treatment::ListColumn
    }
}

/// What the issue of a value in a variant column says.
pub(super) const VARIANT: &str =
    "a value that its column cannot hold exactly went to a column beside it, `__text` or `__json`";

/// What the issue of a name with a lone surrogate says.
const BROKEN_NAME: &str = "a member's name is no Unicode text; what is not is U+FFFD in the name it has here";

impl Sink for Shredder {
    #[inline(always)]
    fn want(&mut self, first: u8, text: &str, start: usize) -> Want {
        if self.target.plain_column != NO_COLUMN && !matches!(first, b'{' | b'[') {
            return Want::Events;
        }
        self.want_with_care(first, text, start)
    }

    fn raw(&mut self, source: &str) {
        let node = &self.plan.nodes[self.target.node];
        let (treatment, is_element) = (node.treatment, node.is_element);
        match treatment {
            Treatment::Json if source == "null" && !is_element => self.vacate(self.target),
            Treatment::Json => {
                let column = self.column();
                self.builders[column].push_string(self.target.row, source);
            }
            Treatment::ListColumn => self.push_list(source),
            Treatment::Entries if Json::parse(source.as_bytes()).is_ok_and(|list| list.is_empty()) => {
                self.vacate(self.target);
                if is_element {
                    self.push_beside(ColumnRole::VariantJson, source);
                }
            }
            _ => self.push_variant(ColumnRole::VariantJson, source),
        }
        self.listed(0);
    }

    #[inline]
    fn null(&mut self) {
        if self.target.plain_column != NO_COLUMN {
            return;
        }
        if self.in_envelope() {
            if !self.slot_is(Slot::List) {
                return;
            }
            self.listed(0);
        }
        let node = &self.plan.nodes[self.target.node];
        if node.is_element {
            self.push_beside(ColumnRole::VariantJson, "null");
        } else if node.splits() && !self.in_envelope() {
            self.vacate(self.target);
        }
    }

    #[inline]
    fn boolean(&mut self, value: bool) {
        let column = self.target.plain_column;
        if column == NO_COLUMN || !self.builders[column].push_boolean(self.target.row, value) {
            self.boolean_with_care(value);
        }
    }

    #[inline]
    fn number(&mut self, text: &str) {
        let column = self.target.plain_column;
        if column == NO_COLUMN || !self.builders[column].push_number(self.target.row, text) {
            self.number_with_care(text);
        }
    }

    #[inline]
    fn string(&mut self, text: &str) {
        let column = self.target.plain_column;
        if column == NO_COLUMN || !self.builders[column].push_string(self.target.row, text) {
            self.string_with_care(text);
        }
    }

    fn broken_string(&mut self, source: &str) {
        if !self.in_envelope() {
            self.push_variant(ColumnRole::VariantJson, source);
        }
    }

    #[inline]
    fn begin_object(&mut self) {
        let target = self.target;
        let node = &self.plan.nodes[target.node];
        let splits = node.splits();
        if node.treatment == Treatment::Entries {
            return self.begin_map();
        }
        if node.wrapping == Wrapping::Declared || self.detected.is_some() {
            let member = self.detected.take();
            let kind = FrameKind::Envelope { slot: Slot::Nothing, member, cut: Cut::default() };
            self.frames.push(Frame { kind, node: target.node, row: target.row });
            return;
        }
        if splits {
            self.vacate_list(target);
        }
        let mut row = target.row;
        if self.plan.nodes[target.node].object != ObjectFacet::Flatten {
            let facet = self.plan.settle_object(target.node);
            self.match_plan();
            if let ObjectFacet::Table(table) = facet {
                self.tables[table].present(row, true);
                row = self.tables[table].push_row(row, None);
            }
        }
        self.frames.push(Frame { kind: FrameKind::Object { latest: NO_MEMBER }, node: target.node, row });
    }

    fn scratch(&mut self) -> String {
        std::mem::take(&mut self.scratch)
    }

    fn keep_scratch(&mut self, scratch: String) {
        self.scratch = scratch;
    }

    #[inline(always)]
    fn predicted_key(&mut self, rest: &[u8]) -> Option<usize> {
        let Frame { kind, node, row } = self.frames.last_mut()?;
        match kind {
            FrameKind::Object { latest } => {
                let (met, length) = self.plan.nodes[*node].members.predict(*latest, *row, rest)?;
                *latest = met.place;
                self.repeats |= !met.is_first;
                self.target = Target::of_member(&met, *row);
                Some(length)
            }
            FrameKind::Envelope { slot, .. } => {
                let (written, expected) = EXPECTED_MEMBERS.iter().find(|(name, _)| rest.starts_with(name))?;
                *slot = *expected;
                self.target.plain_column = NO_COLUMN;
                Some(written.len())
            }
            FrameKind::List { .. } | FrameKind::Map(_) => None,
        }
    }

    fn key(&mut self, name: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        if let FrameKind::Object { latest } = &mut frame.kind {
            let (_, place) = self.plan.member(frame.node, name, *latest);
            *latest = place;
            let met = self.plan.nodes[frame.node].members.meet(place, frame.row);
            self.repeats |= !met.is_first;
            self.target = Target::of_member(&met, frame.row);
            self.match_plan();
            return;
        }
        if let FrameKind::Map(map) = &mut frame.kind {
            self.repeats |= !map.names.insert(name.to_owned());
            name.clone_into(&mut map.name);
            return;
        }
        self.target.plain_column = NO_COLUMN;
        let slot_now = self.envelope_slot(name);
        if let Some(Frame { kind: FrameKind::Envelope { slot, .. }, .. }) = self.frames.last_mut() {
            *slot = slot_now;
        }
    }

    fn broken_key(&mut self, name: &str) {
        self.key(name);
        if let Some(Frame { node, row, .. }) = self.frames.last() {
            let (node, row) = (*node, *row);
            let root_row = self.root_row(self.plan.nodes[node].table, row);
            self.note("name_not_representable", node, root_row, BROKEN_NAME);
        }
    }

    #[inline]
    fn end_object(&mut self) {
        self.target.plain_column = NO_COLUMN;
        let Some(frame) = self.frames.pop() else { return };
        let cut = match frame.kind {
            FrameKind::Envelope { cut, .. } => cut,
            FrameKind::Map(_) => return self.present_list(frame.node, frame.row, true),
            FrameKind::Object { .. } | FrameKind::List { .. } => return,
        };
        self.target = Target::new(frame.node, frame.row);
        let node = &self.plan.nodes[frame.node];
        match (cut.listed, node.list) {
            (Some(_), ListFacet::Table(..)) => self.present_list(frame.node, frame.row, cut.is_complete()),
            (None, _) if node.is_element => self.push_beside(ColumnRole::VariantJson, "null"),
            _ => {}
        }
    }

    fn begin_array(&mut self) {
        self.target.plain_column = NO_COLUMN;
        let Target { node, row, .. } = self.target;
        if self.plan.nodes[node].splits() {
            self.vacate_object(self.target);
        }
        if let Some((table, element)) = self.plan.list_table(node) {
            self.match_plan();
            self.frames.push(Frame { kind: FrameKind::List { table, element, count: 0 }, node, row });
        }
    }

    fn end_array(&mut self) {
        self.target.plain_column = NO_COLUMN;
        let Some(Frame { kind: FrameKind::List { count, .. }, node, row }) = self.frames.pop() else {
            return;
        };
        if count == 0 && self.plan.nodes[node].is_element {
            self.target = Target::new(node, row);
            self.push_beside(ColumnRole::VariantJson, "[]");
        }
        if self.in_envelope() {
            self.listed(count);
        } else {
            self.present_list(node, row, true);
        }
    }
}
