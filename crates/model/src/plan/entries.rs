//! Maps: objects whose members' names are data. Each member is a row, and the columns do not depend on the data.
//!
//! The rows of the map at `attributes` stand at `attributes.[]`, as the elements of a list do; their columns have paths
//! below that, such as `attributes.[].key`, which no member of the map itself has.

use super::{NO_MEMBER, NodeId, Plan};
use crate::logical::LogicalType;
use crate::rules::path::{Segment, element_of, member_of};
use crate::rules::{PathRule, Strategy};

/// What an entry has in columns, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryMember {
    /// The member's name.
    Key,
    /// Its value, if that is a string.
    Text,
    /// If it is a number.
    Number,
    /// If it is true or false.
    Boolean,
    /// If it is an object or a list.
    Json,
}

/// All of them.
const ENTRY_MEMBERS: [EntryMember; 5] =
    [EntryMember::Key, EntryMember::Text, EntryMember::Number, EntryMember::Boolean, EntryMember::Json];

impl EntryMember {
    /// The last step of its path, which is also its column's name unless a rule gives another.
    pub(crate) fn name(self) -> &'static str {
        match self {
            EntryMember::Key => "key",
            EntryMember::Text => "value_text",
            EntryMember::Number => "value_number",
            EntryMember::Boolean => "value_boolean",
            EntryMember::Json => "value_json",
        }
    }

    /// The type of its column.
    fn logical(self) -> LogicalType {
        match self {
            EntryMember::Key | EntryMember::Text => LogicalType::Text,
            EntryMember::Number => LogicalType::Decimal,
            EntryMember::Boolean => LogicalType::Boolean,
            EntryMember::Json => LogicalType::Json,
        }
    }

    /// What its column means, where no rule says.
    fn description(self) -> &'static str {
        match self {
            EntryMember::Key => "Name of the entry",
            EntryMember::Text => "Its value, where that is a text",
            EntryMember::Number => "Its value, where that is a number",
            EntryMember::Boolean => "Its value, where that is true or false",
            EntryMember::Json => "Its value, where that is an object or a list",
        }
    }

    /// The node of this member of the entries at `element`: [`Plan::plan_entries`] plans them right after it.
    pub(crate) fn node(self, element: NodeId) -> NodeId {
        element + 1 + self as usize
    }

    /// The rule in force, of which `given` can decide the names only.
    fn rule(self, given: &PathRule) -> PathRule {
        PathRule {
            strategy: (self == EntryMember::Json).then_some(Strategy::Json),
            logical: Some(self.logical()),
            column: given.column.clone(),
            references: given.references.clone(),
            description: given.description.clone().or_else(|| Some(self.description().to_owned())),
            ..PathRule::default()
        }
    }
}

/// Whether `steps`, from a map on, lead to a column of its entries.
pub(crate) fn is_entry_member(steps: &[Segment]) -> bool {
    match steps {
        [Segment::Element, Segment::Member(name)] => ENTRY_MEMBERS.iter().any(|member| member.name() == name),
        _ => false,
    }
}

/// The path of the column with the names of the entries of the map at `path`.
pub(crate) fn entry_key_path(path: &str) -> String {
    member_of(&element_of(path), EntryMember::Key.name())
}

impl Plan {
    /// Plans the columns of the entries at `element`.
    pub(super) fn plan_entries(&mut self, element: NodeId) {
        for member in ENTRY_MEMBERS {
            let path = member_of(&self.nodes[element].place.member_path, member.name());
            let rule = member.rule(&self.lookup.rule(&path));
            self.plan_member_with(element, member.name(), NO_MEMBER, rule.into());
        }
    }
}
