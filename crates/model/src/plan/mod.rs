//! Rules compiled into a tree of paths: what the shredder looks up, and extends as it discovers.
//!
//! A [`Node`] is a place in the documents. It has up to three facets, because the same path may hold a scalar in one
//! document, an object in the next and a list in a third: a scalar's column, an object's members, a list's table. What
//! the rules leave open is settled by what arrives; nothing that arrives is refused a place.

mod compile;
mod lookup;
mod memory;

pub use compile::PlanError;
pub use memory::{Memory, RememberedColumn};

use crate::logical::LogicalType;
use crate::rules::path::{element_of, member_of};
use crate::rules::{PathRule, ResourceRules, Strategy};
use crate::schema::ColumnRole;
pub(crate) use lookup::RuleLookup;
use std::collections::HashMap;

/// Index of a node in its plan.
pub(crate) type NodeId = usize;
/// Index of a table in its plan.
pub(crate) type TableId = usize;
/// Index of a column in its plan.
pub(crate) type ColumnId = usize;

/// The resource's own table.
pub(crate) const ROOT_TABLE: TableId = 0;
/// The documents' root.
pub(crate) const ROOT_NODE: NodeId = 0;
/// From this many members on, a member is found by hashing instead of by comparing.
const HASH_FROM: usize = 16;

/// What an object at a node becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectFacet {
    /// Nobody has said, and none has come.
    Open,
    /// Columns of the table the node stands in.
    Flatten,
    /// A row of this one-to-one table.
    Table(TableId),
}

/// What a list at a node becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListFacet {
    /// Nobody has said, and none has come.
    Open,
    /// Rows of this table; the second is the node of an element.
    Table(TableId, NodeId),
    /// One text column.
    Delimited,
}

/// A place in the documents.
#[derive(Debug)]
pub(crate) struct Node {
    /// The path, as in rules.
    pub(crate) path: String,
    /// What members' paths begin with: the path, without the element step.
    pub(crate) member_path: String,
    /// The table in which scalars of this node land.
    pub(crate) table: TableId,
    /// The column name a scalar here asks for.
    pub(crate) wanted: String,
    /// What the columns of a flattened object's members begin with.
    pub(crate) prefix: String,
    /// The rule in force; empty where nobody described the path.
    pub(crate) rule: PathRule,
    /// The scalar's column.
    pub(crate) scalar: Option<ColumnId>,
    /// The column of text the scalar's column cannot hold.
    pub(crate) variant_text: Option<ColumnId>,
    /// The column of other values the scalar's column cannot hold.
    pub(crate) variant_json: Option<ColumnId>,
    /// What an object here becomes.
    pub(crate) object: ObjectFacet,
    /// What a list here becomes.
    pub(crate) list: ListFacet,
    /// The members under which an envelope holds its list; `None` where objects here are no envelopes.
    pub(crate) envelope: Option<Vec<String>>,
    /// Whether objects here have been looked at for being envelopes.
    pub(crate) envelope_settled: bool,
    /// Members in the order they were first seen.
    members: Vec<(Box<str>, NodeId)>,
    /// Members by name, once there are many.
    member_index: HashMap<Box<str>, usize>,
}

/// A table as far as the plan knows it; its key and the columns' final names come when rows are finished.
#[derive(Debug)]
pub(crate) struct TablePlan {
    /// The table it was split from.
    pub(crate) parent: Option<TableId>,
    /// Path of the list or object it was split from.
    pub(crate) path: String,
    /// The name asked for: declared, or derived from the parent's.
    pub(crate) wanted: String,
    /// The name it has had before.
    pub(crate) remembered: Option<String>,
    /// Whether a row is an element of a list, so that it has a position.
    pub(crate) is_list: bool,
    /// The declared key, by final column names.
    pub(crate) key: Option<Vec<String>>,
    /// What a row is.
    pub(crate) description: String,
}

/// A column as far as the plan knows it.
#[derive(Debug)]
pub(crate) struct ColumnPlan {
    /// The table it stands in.
    pub(crate) table: TableId,
    /// The node whose values it holds.
    pub(crate) node: NodeId,
    /// What it is for: a value or a variant.
    pub(crate) role: ColumnRole,
    /// The declared, remembered or settled type.
    pub(crate) logical: Option<LogicalType>,
    /// Whether the type was declared, so that numbers become text in a text column.
    pub(crate) declared: bool,
    /// The name it has had before.
    pub(crate) remembered: Option<String>,
}

/// A compiled plan of one resource.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The resource's name.
    pub(crate) resource: String,
    /// The rules it was compiled from.
    pub(crate) rules: ResourceRules,
    /// Rules by path and pattern.
    lookup: RuleLookup,
    /// What the destination remembers.
    pub(crate) memory: Memory,
    /// Nodes; the first is the documents' root.
    pub(crate) nodes: Vec<Node>,
    /// Tables; the first is the resource's own, a parent before its children.
    pub(crate) tables: Vec<TablePlan>,
    /// Columns, in the order they were planned.
    pub(crate) columns: Vec<ColumnPlan>,
}

impl Plan {
    /// The member `name` of `node`, planned now if it is new; `hint` is the place in the member order to try first.
    /// Returns the node and its place.
    #[inline]
    pub(crate) fn member(&mut self, node: NodeId, name: &str, hint: usize) -> (NodeId, usize) {
        let members = &self.nodes[node].members;
        if let Some((known, id)) = members.get(hint)
            && **known == *name
        {
            return (*id, hint);
        }
        self.find_member(node, name)
    }

    /// The member `name` of `node` where the guess was wrong.
    fn find_member(&mut self, node: NodeId, name: &str) -> (NodeId, usize) {
        let Node { members, member_index, .. } = &self.nodes[node];
        let found = if members.len() < HASH_FROM {
            members.iter().position(|(known, _)| **known == *name)
        } else {
            member_index.get(name).copied()
        };
        if let Some(place) = found {
            return (self.nodes[node].members[place].1, place);
        }
        self.plan_member(node, name)
    }

    /// Plans a member nobody has seen.
    fn plan_member(&mut self, node: NodeId, name: &str) -> (NodeId, usize) {
        let parent = &self.nodes[node];
        let path = member_of(&parent.member_path, name);
        let (table, prefix) = match parent.object {
            ObjectFacet::Table(table) => (table, ""),
            ObjectFacet::Open | ObjectFacet::Flatten => (parent.table, parent.prefix.as_str()),
        };
        let wanted = format!("{prefix}{}", crate::naming::snake_case(name));
        let id = self.add_node(path.clone(), path, table, wanted);
        let parent = &mut self.nodes[node];
        let place = parent.members.len();
        parent.members.push((name.into(), id));
        if parent.members.len() == HASH_FROM {
            parent.member_index =
                parent.members.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        } else if parent.members.len() > HASH_FROM {
            parent.member_index.insert(name.into(), place);
        }
        (id, place)
    }

    /// Adds a node with the rule that holds for its path.
    fn add_node(&mut self, path: String, member_path: String, table: TableId, wanted: String) -> NodeId {
        let is_context = path != member_path || path.is_empty();
        let rule = self.lookup.rule(&path);
        let wanted = rule.column.clone().unwrap_or(wanted);
        let prefix = match (&rule.prefix, is_context) {
            (Some(prefix), _) => prefix.clone(),
            (None, true) => String::new(),
            (None, false) => format!("{wanted}_"),
        };
        let id = self.nodes.len();
        let node = Node {
            member_path,
            table,
            wanted,
            prefix,
            scalar: None,
            variant_text: None,
            variant_json: None,
            object: if rule.strategy == Some(Strategy::Flatten) {
                ObjectFacet::Flatten
            } else {
                ObjectFacet::Open
            },
            list: if rule.strategy == Some(Strategy::Delimited) {
                ListFacet::Delimited
            } else {
                ListFacet::Open
            },
            envelope: rule.envelope.clone(),
            envelope_settled: rule.envelope.is_some() || rule.strategy.is_some(),
            members: Vec::new(),
            member_index: HashMap::new(),
            path,
            rule,
        };
        let has_column = node.rule.logical.is_some()
            || node.rule.column.is_some()
            || node.rule.references.is_some()
            || matches!(node.rule.strategy, Some(Strategy::Json | Strategy::Delimited));
        self.nodes.push(node);
        if has_column {
            self.scalar_column(id);
        }
        id
    }

    /// The column for scalars of `node` (or its JSON, or its delimited list), planned now if there is none.
    pub(crate) fn scalar_column(&mut self, node: NodeId) -> ColumnId {
        if let Some(column) = self.nodes[node].scalar {
            return column;
        }
        let rule = &self.nodes[node].rule;
        let logical = match rule.strategy {
            Some(Strategy::Json) => Some(LogicalType::Json),
            Some(Strategy::Delimited) => Some(LogicalType::Text),
            _ => rule.logical,
        };
        let column = self.add_column(node, ColumnRole::Value, logical);
        self.nodes[node].scalar = Some(column);
        column
    }

    /// The column for values of `node` that its own column cannot hold, planned now if there is none.
    pub(crate) fn variant_column(&mut self, node: NodeId, role: ColumnRole) -> ColumnId {
        let known = match role {
            ColumnRole::VariantText => self.nodes[node].variant_text,
            _ => self.nodes[node].variant_json,
        };
        if let Some(column) = known {
            return column;
        }
        let logical = if role == ColumnRole::VariantText { LogicalType::Text } else { LogicalType::Json };
        let column = self.add_column(node, role, Some(logical));
        match role {
            ColumnRole::VariantText => self.nodes[node].variant_text = Some(column),
            _ => self.nodes[node].variant_json = Some(column),
        }
        column
    }

    /// Adds a column; a remembered one has its name and type from before.
    fn add_column(&mut self, node: NodeId, role: ColumnRole, logical: Option<LogicalType>) -> ColumnId {
        let Node { table, path, .. } = &self.nodes[node];
        let remembered = self.memory.column(&self.tables[*table].path, path, role);
        let plan = ColumnPlan {
            table: *table,
            node,
            role,
            logical: remembered.map(|column| column.logical).or(logical),
            declared: logical.is_some() && role == ColumnRole::Value,
            remembered: remembered.map(|column| column.name.clone()),
        };
        self.columns.push(plan);
        self.columns.len() - 1
    }

    /// The table and element node for lists at `node`, planned now if there are none. `None` for a delimited list.
    pub(crate) fn list_table(&mut self, node: NodeId) -> Option<(TableId, NodeId)> {
        match self.nodes[node].list {
            ListFacet::Table(table, element) => return Some((table, element)),
            ListFacet::Delimited => return None,
            ListFacet::Open => {}
        }
        let table = self.add_table(node, true);
        let path = element_of(&self.nodes[node].path);
        let member_path = self.nodes[node].path.clone();
        let element = self.add_node(path, member_path, table, "value".to_owned());
        self.nodes[node].list = ListFacet::Table(table, element);
        self.plan_declared(element);
        Some((table, element))
    }

    /// Settles what objects at `node` become, where nobody had said.
    pub(crate) fn settle_object(&mut self, node: NodeId) -> ObjectFacet {
        if self.nodes[node].object == ObjectFacet::Open {
            let rule = &self.nodes[node].rule;
            let own_table =
                rule.strategy == Some(Strategy::Table) && rule.key.is_none() && rule.envelope.is_none();
            self.nodes[node].object = if own_table {
                ObjectFacet::Table(self.add_table(node, false))
            } else {
                ObjectFacet::Flatten
            };
            self.plan_declared(node);
        }
        self.nodes[node].object
    }

    /// Adds the table that lists or objects at `node` are split into.
    fn add_table(&mut self, node: NodeId, is_list: bool) -> TableId {
        let Node { path, table: parent, wanted, rule, .. } = &self.nodes[node];
        let own = |value: &Option<String>| match rule.strategy {
            Some(Strategy::Table) => value.clone(),
            _ => None,
        };
        let remembered = self.memory.table(path, is_list);
        let wanted = own(&rule.table)
            .unwrap_or_else(|| format!("{}_{}", self.singular(*parent), wanted.trim_end_matches('_')));
        let plan = TablePlan {
            parent: Some(*parent),
            path: path.clone(),
            wanted,
            remembered,
            is_list,
            key: if is_list && rule.strategy == Some(Strategy::Table) { rule.key.clone() } else { None },
            description: rule.description.clone().unwrap_or_default(),
        };
        self.tables.push(plan);
        self.tables.len() - 1
    }

    /// What one row of a table is called.
    pub(crate) fn singular(&self, table: TableId) -> String {
        let plan = &self.tables[table];
        match (&self.rules.singular, plan.parent) {
            (Some(singular), None) => singular.clone(),
            _ => crate::naming::singular(plan.remembered.as_ref().unwrap_or(&plan.wanted)),
        }
    }
}
