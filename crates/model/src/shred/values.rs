//! Values that need a second look: words that mean nothing, values that their column cannot hold, what took another's
//! place.

use super::Shredder;
use super::envelope::Slot;
use super::frame::{Frame, FrameKind, Target};
use super::list_column::list_column;
use crate::convert::{canonical_number, is_canonical_integer};
use crate::json::Json;
use crate::plan::{ColumnId, ObjectFacet, Treatment};
use crate::schema::ColumnRole;

/// What the issue of a value in a variant column says.
pub(super) const VARIANT: &str =
    "a value that its column cannot hold exactly went to a column beside it, `__text` or `__json`";

impl Shredder {
    /// Whether the scalar in `target` is one that the rules count as nothing; an element that is nothing is null.
    #[inline]
    fn is_nothing(&mut self, target: Target, text: &str, is_number: bool) -> bool {
        self.plan.nodes[target.node].has_null_words && self.drop_null_word(target, text, is_number)
    }

    /// [`is_nothing`](Self::is_nothing) where the rule has words for it.
    fn drop_null_word(&mut self, target: Target, text: &str, is_number: bool) -> bool {
        let node = &self.plan.nodes[target.node];
        let is_element = node.is_element;
        let mut words = node.place.rule.null_if.iter().flatten();
        let found = match is_number {
            true if is_canonical_integer(text) => words.any(|word| word == text),
            true => words.any(|word| *word == canonical_number(text)),
            false => words.any(|word| word == text),
        };
        if found && is_element {
            self.push_beside(target, ColumnRole::VariantJson, "null");
        }
        found
    }

    /// The column for scalars in `target`. What had been split from there is gone: a scalar took its place.
    #[inline]
    fn column(&mut self, target: Target) -> ColumnId {
        let node = &self.plan.nodes[target.node];
        if let (Some(column), false) = (node.scalar(), node.splits()) {
            return column;
        }
        self.vacate(target);
        let column = self.plan.scalar_column(target.node);
        self.match_plan();
        column
    }

    /// Puts what the typed column cannot hold into the column beside it, and says so.
    #[cold]
    pub(super) fn push_variant(&mut self, target: Target, role: ColumnRole, text: &str) {
        self.vacate(target);
        self.push_beside(target, role, text);
        let root_row = self.root_row(self.plan.nodes[target.node].table, target.row);
        self.note("value_not_representable", target.node, root_row, VARIANT);
    }

    /// Puts a text into the variant column of `target`.
    pub(super) fn push_beside(&mut self, target: Target, role: ColumnRole, text: &str) {
        let column = self.plan.variant_column(target.node, role);
        self.match_plan();
        self.builders[column].push_string(target.row, text);
    }

    /// Notes that every list and one-to-one object at or below `target` is gone.
    pub(super) fn vacate(&mut self, target: Target) {
        self.vacate_list(target);
        self.vacate_object(target);
    }

    /// Notes that the list at `target` is gone.
    pub(super) fn vacate_list(&mut self, target: Target) {
        self.present_list(target.node, target.row, true);
    }

    /// Notes that the one-to-one object at `target` is gone, or what was split from a flattened one.
    pub(super) fn vacate_object(&mut self, target: Target) {
        let node = &self.plan.nodes[target.node];
        if let ObjectFacet::Table(table) = node.object {
            self.tables[table].present(target.row, true);
            return;
        }
        if node.members.is_empty() {
            return;
        }
        for place in 0..node.members.nodes().len() {
            let member = self.plan.nodes[target.node].members.nodes()[place];
            if self.plan.nodes[member].splits() {
                self.vacate(Target::new(member, target.row));
            }
        }
    }

    /// Puts the list in `source` into the one column of `target`.
    fn push_list(&mut self, target: Target, source: &str) {
        let node = &self.plan.nodes[target.node];
        let is_element = node.is_element;
        match list_column(source, &node.place.rule) {
            Some(list) => {
                let column = self.column(target);
                self.builders[column].push_string(target.row, &list);
            }
            None if Json::parse(source.as_bytes()).is_ok_and(|json| json.is_empty()) => {
                self.vacate(target);
                if is_element {
                    self.push_beside(target, ColumnRole::VariantJson, source);
                }
            }
            None => self.push_variant(target, ColumnRole::VariantJson, source),
        }
    }

    /// Puts a value, given as its source, where the rule for its place wants it.
    pub(super) fn push_source(&mut self, target: Target, source: &str) {
        let node = &self.plan.nodes[target.node];
        let (treatment, is_element) = (node.treatment, node.is_element);
        match treatment {
            Treatment::Json if source == "null" && !is_element => self.vacate(target),
            Treatment::Json => {
                let column = self.column(target);
                self.builders[column].push_string(target.row, source);
            }
            Treatment::ListColumn => self.push_list(target, source),
            Treatment::Entries if Json::parse(source.as_bytes()).is_ok_and(|list| list.is_empty()) => {
                self.vacate(target);
                if is_element {
                    self.push_beside(target, ColumnRole::VariantJson, source);
                }
            }
            _ => self.push_variant(target, ColumnRole::VariantJson, source),
        }
    }

    /// A null that needs a second look.
    pub(super) fn null_with_care(&mut self, open: &mut Frame) {
        let target = open.target;
        if let FrameKind::Envelope(envelope) = &mut open.kind {
            if envelope.slot != Slot::List {
                return;
            }
            envelope.cut.listed = Some(0);
        }
        let node = &self.plan.nodes[target.node];
        if node.is_element {
            self.push_beside(target, ColumnRole::VariantJson, "null");
        } else if node.splits() && !open.is_envelope() {
            self.vacate(target);
        }
    }

    /// A truth value that needs a second look.
    pub(super) fn boolean_with_care(&mut self, open: &mut Frame, value: bool) {
        let target = open.target;
        if let FrameKind::Envelope(envelope) = &mut open.kind {
            if envelope.slot == Slot::HasMore {
                envelope.cut.has_more = Some(value);
            }
            return;
        }
        let column = self.column(target);
        if self.holds_lists(target) || !self.builders[column].push_boolean(target.row, value) {
            self.push_variant(target, ColumnRole::VariantJson, if value { "true" } else { "false" });
        }
    }

    /// A number that needs a second look.
    pub(super) fn number_with_care(&mut self, open: &mut Frame, text: &str) {
        let target = open.target;
        if let FrameKind::Envelope(envelope) = &mut open.kind {
            if envelope.slot == Slot::TotalCount {
                envelope.cut.total_count = text.parse().ok();
            }
            return;
        }
        if self.is_nothing(target, text, true) {
            return;
        }
        let column = self.column(target);
        if self.holds_lists(target) || !self.builders[column].push_number(target.row, text) {
            self.push_variant(target, ColumnRole::VariantJson, text);
        }
    }

    /// A string that needs a second look.
    pub(super) fn string_with_care(&mut self, open: &mut Frame, text: &str) {
        let target = open.target;
        if open.is_envelope() || self.is_nothing(target, text, false) {
            return;
        }
        let rule = self.plan.nodes[target.node]
            .has_synonyms
            .then(|| self.plan.nodes[target.node].place.rule.clone());
        let text = rule.as_ref().map_or(text, |rule| rule.stored_word(text));
        let column = self.column(target);
        if self.holds_lists(target) || !self.builders[column].push_string(target.row, text) {
            self.push_variant(target, ColumnRole::VariantText, text);
        }
    }

    /// Whether a scalar in `target` must go beside its column, which holds lists.
    #[inline]
    fn holds_lists(&self, target: Target) -> bool {
        self.plan.nodes[target.node].treatment == Treatment::ListColumn
    }
}
