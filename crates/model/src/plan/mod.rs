//! Rules compiled into a tree of paths: what the shredder looks up, and extends as it discovers.
//!
//! A [`Node`] is a place in the documents. It has up to three facets, because the same path may hold a scalar in one
//! document, an object in the next and a list in a third: a scalar's column, an object's members, a list's table. What
//! the rules leave open is settled by what arrives; nothing that arrives is refused a place.

mod compile;
mod entries;
mod keys;
mod lookup;
mod memory;
mod names;
mod node;
mod places;
mod remembered;

pub use compile::PlanError;
pub use memory::{Memory, RememberedColumn};

use crate::logical::LogicalType;
use crate::rules::path::{element_of, kind_of, member_of};
use crate::rules::{PathRule, ResourceRules, Strategy};
use crate::schema::ColumnRole;
pub(crate) use entries::{EntryMember, entry_key_path, is_entry_member};
pub(crate) use keys::{Keys, Met, NO_MEMBER};
pub(crate) use lookup::RuleLookup;
pub(crate) use names::rule_path;
pub(crate) use node::{ListFacet, NO_COLUMN, Node, ObjectFacet, Place, Treatment, Wrapping};
pub(crate) use places::Group;
use std::collections::HashSet;
use std::sync::Arc;

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
/// Name of the column with an element's place in its list.
pub(crate) const POSITION: &str = "position";

/// A table as far as the plan knows it; its key and the columns' final names come when rows are finished.
#[derive(Debug)]
pub(crate) struct TablePlan {
    /// The table it was split from.
    pub(crate) parent: Option<TableId>,
    /// The node of the list or object it was split from.
    pub(crate) node: NodeId,
    /// Full path of what a row is, as in [`crate::schema::Table::path`].
    pub(crate) path: String,
    /// The name asked for: declared, or derived from the parent's.
    pub(crate) wanted: String,
    /// The name it has had before.
    pub(crate) remembered: Option<String>,
    /// Whether a row is an element of a list, so that it has a position.
    pub(crate) is_list: bool,
    /// Whether a row is an entry of a map, which its name identifies beside its parent.
    pub(crate) is_map: bool,
    /// The name that a rule gives the column with the place in the list.
    pub(crate) asked_position: Option<String>,
    /// What the kinds of elements that it is for add to its name; empty where it is for all.
    pub(crate) kinds: String,
    /// The declared key, by final column names.
    pub(crate) key: Option<Vec<String>>,
    /// What a row is.
    pub(crate) description: String,
}

impl TablePlan {
    /// Name of the column with the place in the list.
    pub(crate) fn position(&self) -> &str {
        self.asked_position.as_deref().unwrap_or(POSITION)
    }

    /// Whether there is a column with the place in the list.
    pub(crate) fn is_positioned(&self) -> bool {
        self.is_list
            && !self.is_map
            && (self.asked_position.is_some()
                || self.key.as_ref().is_none_or(|key| key.iter().any(|part| part == self.position())))
    }
}

/// What the rows of a table stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows<'k> {
    /// Objects, one for each row of the parent.
    Objects,
    /// Elements of lists.
    Elements,
    /// Elements of this kind.
    Kind(&'k str),
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
    /// Whether its values are members of [`MORE`](crate::schema::MORE), and the table has no such column.
    pub(crate) in_more: bool,
}

/// How much has been planned, to go back to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlanMark {
    nodes: usize,
    pub(crate) tables: usize,
    pub(crate) columns: usize,
}

/// A compiled plan of one resource.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The resource's name.
    pub(crate) resource: String,
    /// The rules it was compiled from; those of paths are in the lookup.
    pub(crate) rules: ResourceRules,
    /// Rules by path and pattern.
    pub(crate) lookup: RuleLookup,
    /// What the destination remembers.
    pub(crate) memory: Memory,
    /// Nodes; the first is the documents' root.
    pub(crate) nodes: Vec<Node>,
    /// The names of the nodes, as members.
    pub(crate) keys: Keys,
    /// Tables; the first is the resource's own, a parent before its children.
    pub(crate) tables: Vec<TablePlan>,
    /// Columns, in the order they were planned.
    pub(crate) columns: Vec<ColumnPlan>,
    /// Columns that identify a record.
    pub(crate) key_columns: Vec<ColumnId>,
    /// Paths that rules speak of elsewhere than in a rule of their own: their columns always have a place.
    mentioned: HashSet<String>,
}

impl Plan {
    /// The member `name` of `node`, planned now if it is new; `previous` is the one before it in the document.
    pub(crate) fn member(&mut self, node: NodeId, name: &str, previous: NodeId) -> NodeId {
        match self.keys.find(node, &self.nodes[node].members, name, previous) {
            Some(found) => found,
            None => self.plan_member(node, name, previous),
        }
    }

    /// Plans a member nobody has seen.
    fn plan_member(&mut self, node: NodeId, name: &str, previous: NodeId) -> NodeId {
        let rule = self.lookup.rule(&member_of(&self.nodes[node].place.member_path, name));
        self.plan_member_with(node, name, previous, rule)
    }

    /// Plans a member that has this rule.
    fn plan_member_with(
        &mut self,
        node: NodeId,
        name: &str,
        previous: NodeId,
        rule: Arc<PathRule>,
    ) -> NodeId {
        let parent = &self.nodes[node];
        let path = member_of(&parent.place.member_path, name);
        let full_path = member_of(&parent.place.full_path, name);
        let (table, prefix) = match parent.object {
            ObjectFacet::Table(table) => (table, ""),
            ObjectFacet::Open | ObjectFacet::Flatten => (parent.table, parent.place.prefix.as_str()),
        };
        let mut place = Place::new(node, path.clone(), path, full_path);
        place.rule = rule;
        let automatic = || format!("{prefix}{}", crate::naming::snake_case(name));
        place.wanted = place.rule.column.clone().unwrap_or_else(automatic);
        place.prefix = place.rule.prefix.clone().unwrap_or_else(|| format!("{}_", place.wanted));
        let id = self.add_node(name, Node::new(table, false, self.detects(), place));
        self.nodes[node].members.add(id, &self.keys);
        self.keys.expect(node, &self.nodes[node].members, id, previous);
        id
    }

    /// Whether objects that look like list wrappers are unwrapped where no rule says so.
    fn detects(&self) -> bool {
        self.rules.unwrap_envelopes == Some(true)
    }

    /// Adds a node that is called `name` as a member, and its column where the rule asks for one.
    fn add_node(&mut self, name: &str, node: Node) -> NodeId {
        let rule = &node.place.rule;
        let has_column = !matches!(node.treatment, Treatment::Omit | Treatment::Moved)
            && (rule.logical.is_some()
                || rule.column.is_some()
                || rule.references.is_some()
                || matches!(node.treatment, Treatment::Json | Treatment::ListColumn));
        let id = self.nodes.len();
        self.nodes.push(node);
        self.keys.add(name);
        if has_column {
            self.scalar_column(id);
        }
        id
    }

    /// The column for scalars of `node` (or its JSON, or its list in one column), planned now if there is none.
    pub(crate) fn scalar_column(&mut self, node: NodeId) -> ColumnId {
        if let Some(column) = self.nodes[node].scalar() {
            return column;
        }
        let logical = self.nodes[node].place.rule.column_type();
        let column = self.add_column(node, ColumnRole::Value, logical);
        self.nodes[node].set_scalar(column);
        self.share_plain_column(node);
        column
    }

    /// Keeps the column of the plain scalars of `node` with its name, where every member passes.
    fn share_plain_column(&mut self, node: NodeId) {
        self.keys.set_plain_column(node, self.nodes[node].plain_column());
    }

    /// The column for values of `node` that its own column cannot hold, planned now if there is none.
    pub(crate) fn variant_column(&mut self, node: NodeId, role: ColumnRole) -> ColumnId {
        let is_text = role == ColumnRole::VariantText;
        let place = &self.nodes[node].place;
        if let Some(column) = if is_text { place.variant_text } else { place.variant_json } {
            return column;
        }
        let logical = if is_text { LogicalType::Text } else { LogicalType::Json };
        let column = self.add_column(node, role, Some(logical));
        let place = &mut self.nodes[node].place;
        *(if is_text { &mut place.variant_text } else { &mut place.variant_json }) = Some(column);
        column
    }

    /// Adds a column; a remembered one has its name and type from before.
    fn add_column(&mut self, node: NodeId, role: ColumnRole, logical: Option<LogicalType>) -> ColumnId {
        let Node { table, place, .. } = &self.nodes[node];
        let table_path = &self.tables[*table].path;
        let remembered = self.memory.column(table_path, &place.path, role);
        let in_more = remembered.is_none() && self.memory.is_in_more(table_path, &place.path);
        // There a value is kept as it came, whatever its type is.
        let logical = logical.filter(|_| !in_more || role != ColumnRole::Value);
        let plan = ColumnPlan {
            table: *table,
            node,
            role,
            logical: remembered.map(|column| column.logical).or(logical),
            declared: logical.is_some() && role == ColumnRole::Value,
            remembered: remembered.map(|column| column.name.clone()),
            in_more,
        };
        self.columns.push(plan);
        self.columns.len() - 1
    }

    /// The table and element node for lists at `node`, planned now if there are none. `None` for a list in one column.
    pub(crate) fn list_table(&mut self, node: NodeId) -> Option<(TableId, NodeId)> {
        match self.nodes[node].list {
            ListFacet::Table(table, element) => return Some((table, element)),
            ListFacet::Column => return None,
            ListFacet::Open => {}
        }
        let table = self.add_table(node, Rows::Elements);
        let element = self.add_element(node, table);
        self.nodes[node].list = ListFacet::Table(table, element);
        if self.tables[table].is_map {
            self.plan_entries(element);
        } else {
            self.plan_declared(element);
        }
        Some((table, element))
    }

    /// The table and element node for elements of that kind in lists at `node`, planned now if there are none. `None` for
    /// a list in one column.
    pub(crate) fn kind_table(&mut self, node: NodeId, kind: &str) -> Option<(TableId, NodeId)> {
        self.list_table(node)?;
        let known = self.nodes[node].place.kinds.iter().find(|(known, ..)| known == kind);
        if let Some(&(_, table, element)) = known {
            return Some((table, element));
        }
        let table = self.add_table(node, Rows::Kind(kind));
        let element = self.add_element(node, table);
        self.nodes[node].place.kinds.push((kind.to_owned(), table, element));
        self.plan_declared(element);
        Some((table, element))
    }

    /// Adds the node of the elements of lists at `node` that are rows of `table`.
    fn add_element(&mut self, node: NodeId, table: TableId) -> NodeId {
        let TablePlan { is_map, path, .. } = &self.tables[table];
        let is_map = *is_map;
        let list = &self.nodes[node].place;
        let member_path = if is_map { element_of(&list.path) } else { list.path.clone() };
        let mut place = Place::new(node, element_of(&list.path), member_path, path.clone());
        if !is_map {
            place.rule = self.lookup.rule(&place.path);
        }
        place.wanted = place.rule.column.clone().unwrap_or_else(|| "value".to_owned());
        place.prefix = place.rule.prefix.clone().unwrap_or_default();
        self.add_node("", Node::new(table, true, self.detects(), place))
    }

    /// Settles what objects at `node` become, where nobody had said.
    pub(crate) fn settle_object(&mut self, node: NodeId) -> ObjectFacet {
        if self.nodes[node].object == ObjectFacet::Open {
            self.nodes[node].object = if self.nodes[node].wants_object_table() {
                ObjectFacet::Table(self.add_table(node, Rows::Objects))
            } else {
                ObjectFacet::Flatten
            };
            self.plan_declared(node);
        }
        self.nodes[node].object
    }

    /// Adds the table that lists or objects at `node` are split into.
    fn add_table(&mut self, node: NodeId, rows: Rows<'_>) -> TableId {
        let Node { table: parent, place, .. } = &self.nodes[node];
        let rule = &place.rule;
        let is_declared = rule.strategy.is_some_and(Strategy::makes_table);
        let is_list = rows != Rows::Objects;
        let mut kinds = self.tables[*parent].kinds.clone();
        let path = match rows {
            Rows::Objects => place.full_path.clone(),
            Rows::Elements => element_of(&place.full_path),
            Rows::Kind(kind) => {
                kinds = format!("{kinds}_{}", crate::naming::snake_case(kind));
                kind_of(&place.full_path, kind)
            }
        };
        let declared = || Some(format!("{}{kinds}", rule.table.as_ref().filter(|_| is_declared)?));
        let automatic = || {
            let of_path = format!("{}_{}{kinds}", self.singular(*parent), place.wanted.trim_end_matches('_'));
            self.rules.table_prefix.before(&of_path)
        };
        let plan = TablePlan {
            parent: Some(*parent),
            node,
            wanted: declared().unwrap_or_else(automatic),
            remembered: self.memory.table(&path),
            path,
            is_list,
            asked_position: rule.position.clone().filter(|_| is_list && is_declared),
            is_map: is_list && rule.strategy == Some(Strategy::Entries),
            key: rule.key.clone().filter(|_| is_list && is_declared),
            description: rule.description.clone().unwrap_or_default(),
            kinds,
        };
        let home = plan.parent;
        self.tables.push(plan);
        let mut above = node;
        loop {
            self.nodes[above].set_splits();
            self.share_plain_column(above);
            if above == ROOT_NODE || self.nodes[above].is_element || Some(self.nodes[above].table) != home {
                break;
            }
            above = self.nodes[above].place.parent;
        }
        self.tables.len() - 1
    }

    /// What one row of a table is called.
    pub(crate) fn singular(&self, table: TableId) -> String {
        let plan = &self.tables[table];
        self.singular_of(table, plan.remembered.as_ref().unwrap_or(&plan.wanted))
    }

    /// What one row of a table that is named `name` is called.
    pub(crate) fn singular_of(&self, table: TableId, name: &str) -> String {
        let plan = &self.tables[table];
        // A row of one kind is called as those of the other kinds are.
        let base = plan.wanted.strip_suffix(plan.kinds.as_str()).filter(|_| !plan.kinds.is_empty());
        let name = base.unwrap_or(name);
        match (&self.rules.singular, plan.parent) {
            (Some(singular), None) => singular.clone(),
            _ => crate::naming::singular(name.strip_prefix(self.rules.table_prefix.as_str()).unwrap_or(name)),
        }
    }

    /// Whether a column that existed before is a part of its table's key.
    pub(crate) fn is_remembered_key_part(&self, column: ColumnId) -> bool {
        let plan = &self.columns[column];
        let is_in = |key: &Vec<String>| plan.remembered.as_ref().is_some_and(|name| key.contains(name));
        plan.role == ColumnRole::Value
            && (self.key_columns.contains(&column) || self.tables[plan.table].key.as_ref().is_some_and(is_in))
    }

    /// How much is planned now.
    pub(crate) fn mark(&self) -> PlanMark {
        PlanMark { nodes: self.nodes.len(), tables: self.tables.len(), columns: self.columns.len() }
    }

    /// Forgets what was planned since `mark`, and the rows in which nodes were met.
    pub(crate) fn forget_since(&mut self, mark: PlanMark) {
        self.nodes.truncate(mark.nodes);
        self.keys.forget_from(mark.nodes);
        self.tables.truncate(mark.tables);
        self.columns.truncate(mark.columns);
        for node in &mut self.nodes {
            node.forget_from(mark.nodes, mark.tables, mark.columns);
        }
        (0..self.nodes.len()).for_each(|node| self.share_plain_column(node));
        self.nodes[ROOT_NODE].object = ObjectFacet::Flatten;
    }
}
