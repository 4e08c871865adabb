//! Which tables there are after a load, and what identifies their rows.

use super::Shredder;
use super::key::CONTENT_KEY;
use crate::logical::LogicalType;
use crate::plan::{ColumnId, EntryMember, PlanError, ROOT_TABLE, TableId};
use crate::rules::Strategy;
use crate::schema::{ColumnRole, ParentLink};
use std::collections::HashMap;

/// How many kinds of elements a list has at most.
const KINDS_MAX: usize = 100;

/// Where a part of an identity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A column of its table.
    Column(ColumnId),
    /// The place in the list.
    Position,
    /// The hash of the document.
    Content,
}

/// A column that repeats an ancestor's identity.
#[derive(Debug, Clone)]
pub(super) struct Inherited {
    pub(super) name: String,
    pub(super) table: TableId,
    pub(super) part: Part,
}

/// A table with its names and key.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) id: TableId,
    pub(super) name: String,
    pub(super) inherited: Vec<Inherited>,
    /// Own columns and their names, in order.
    pub(super) own: Vec<(ColumnId, String)>,
    /// Parts of the row's own identity, beside what is inherited.
    pub(super) identity: Vec<(Part, String)>,
    pub(super) key: Vec<String>,
    /// The column with the place in the list, where that is no part of what identifies the row.
    pub(super) position: Option<String>,
    /// The paths whose values have no column of their own.
    pub(super) more: Vec<String>,
    pub(super) parent: Option<ParentLink>,
}

impl Layout {
    /// Whether the key names the parent row, so that no two parents have a row of the same key.
    pub(super) fn key_names_parent(&self) -> bool {
        self.parent.iter().flat_map(|link| &link.columns).all(|(here, _)| self.key.contains(here))
    }
}

impl Shredder {
    /// The tables that exist after this load, parents before children; none as long as the type of the record's key is
    /// open.
    pub(super) fn layouts(&self) -> Result<Vec<Layout>, PlanError> {
        self.layouts_noting(&mut Vec::new())
    }

    /// What tables that the rules declare still lack, so that they cannot be made before documents bring it: a column that
    /// their key names.
    ///
    /// # Errors
    /// [`PlanError`] where the rules cannot be followed whatever documents bring.
    pub fn lacking(mut self) -> Result<Vec<PlanError>, PlanError> {
        self.complete_columns();
        let mut lacking = Vec::new();
        self.layouts_noting(&mut lacking)?;
        // Names clash also where the type of the record's key, and so every table, is open.
        for (id, table) in self.plan.tables.iter().enumerate() {
            self.check_asked_columns(id, &table.wanted, None)?;
        }
        Ok(lacking)
    }

    /// [`layouts`](Self::layouts); `lacking` gets what keeps other tables from being made.
    fn layouts_noting(&self, lacking: &mut Vec<PlanError>) -> Result<Vec<Layout>, PlanError> {
        let mut layouts: Vec<Layout> = Vec::new();
        if !self.plan.key_columns.iter().all(|&column| self.column_exists(column)) {
            return Ok(layouts);
        }
        self.check_kinds()?;
        let names = self.table_names();
        for id in (0..self.plan.tables.len()).filter(|table| names.contains_key(table)) {
            let plan = &self.plan.tables[id];
            let parent = match plan.parent {
                None => None,
                Some(parent) => match layouts.iter().find(|layout| layout.id == parent) {
                    Some(layout) => Some(layout),
                    None => continue,
                },
            };
            if self.document_count() == 0 {
                // A rule's name for a column that is another's is refused before there are documents; they are taken.
                self.check_asked_columns(id, &names[&id], parent)?;
            }
            match self.layout(id, &names[&id], parent) {
                Ok(layout) => layouts.push(layout),
                // A table without rows may wait for the column its key needs.
                Err(error) if self.tables[id].count == 0 && plan.remembered.is_none() => lacking.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(layouts)
    }

    /// Refuses a list that is split by what tells its elements apart rather than their kinds.
    fn check_kinds(&self) -> Result<(), PlanError> {
        let of_many = self.plan.nodes.iter().find(|node| node.place.kinds.len() > KINDS_MAX);
        let Some(place) = of_many.map(|node| &node.place) else { return Ok(()) };
        Err(PlanError {
            resource: self.plan.resource.clone(),
            table: self.plan.tables[place.kinds[0].1].wanted.clone(),
            difference: format!(
                "`split_by = \"{}\"` for `{}` would make {} tables; at most {KINDS_MAX} can be made so, name a member \
                 with few values",
                place.rule.split_by.as_deref().unwrap_or_default(),
                place.path,
                place.kinds.len()
            ),
            place: place.path.clone(),
        })
    }

    /// The names of the tables that are declared, remembered, or have rows. Declared ones have the first choice; what
    /// other resources and views are called is not to be had.
    fn table_names(&self) -> HashMap<TableId, String> {
        let mut names = crate::naming::Names::default();
        let others = self.plan.memory.reserved().iter().chain(self.plan.rules.views.keys());
        for name in self.plan.memory.table_names().chain(others.map(String::as_str)) {
            names.take(name);
        }
        let declared = |table: TableId| {
            let node = &self.plan.nodes[self.plan.tables[table].node];
            table == ROOT_TABLE || node.place.rule.strategy.is_some_and(Strategy::makes_table)
        };
        let exists = |table: &TableId| {
            (declared(*table) && self.plan.tables[*table].kinds.is_empty())
                || self.tables[*table].count > 0
                || self.plan.tables[*table].remembered.is_some()
        };
        let mut order: Vec<TableId> = (0..self.plan.tables.len()).filter(exists).collect();
        order.sort_by_key(|&table| {
            (table != ROOT_TABLE, !declared(table), self.plan.tables[table].path.as_str())
        });
        order
            .into_iter()
            .map(|table| {
                let plan = &self.plan.tables[table];
                let remembered = plan.remembered.clone();
                (table, remembered.unwrap_or_else(|| names.assign(&plan.wanted, &plan.path)))
            })
            .collect()
    }

    /// Names and key of one table.
    fn layout(&self, id: TableId, name: &str, parent: Option<&Layout>) -> Result<Layout, PlanError> {
        let inherited = parent.map(|parent| self.inherited(parent)).unwrap_or_default();
        let own = self.own_columns(id, &inherited);
        let link = parent.map(|parent| ParentLink {
            table: parent.name.clone(),
            columns: parent
                .key
                .iter()
                .map(|column| {
                    let own_part = parent.identity.iter().position(|(_, name)| name == column);
                    let here = own_part.map(|part| inherited[parent.inherited.len() + part].name.clone());
                    (here.unwrap_or_else(|| column.clone()), column.clone())
                })
                .collect(),
        });
        let parent_key = link.iter().flat_map(|link| link.columns.iter().map(|(here, _)| here.clone()));
        let plan = &self.plan.tables[id];
        let mut identity: Vec<(Part, String)> = Vec::new();
        let key: Vec<String> = if let Some(declared) = &plan.key {
            for part in declared.iter().filter(|part| inherited.iter().all(|known| known.name != **part)) {
                identity.push((self.key_part(part, id, &own, name)?, part.clone()));
            }
            declared.clone()
        } else if plan.is_map {
            let named = own.iter().filter(|(column, _)| self.is_entry_key(*column));
            identity.extend(named.map(|(column, name)| (Part::Column(*column), name.clone())));
            parent_key.chain(identity.iter().map(|(_, name)| name.clone())).collect()
        } else if parent.is_some() && plan.is_list {
            identity.push((Part::Position, plan.position().to_owned()));
            parent_key.chain([plan.position().to_owned()]).collect()
        } else if parent.is_some() {
            parent_key.collect()
        } else if self.plan.key_columns.is_empty() {
            identity.push((Part::Content, CONTENT_KEY.to_owned()));
            vec![CONTENT_KEY.to_owned()]
        } else {
            for key_column in &self.plan.key_columns {
                let names = own.iter().filter(|(column, _)| column == key_column);
                identity.extend(names.map(|(column, name)| (Part::Column(*column), name.clone())));
            }
            identity.iter().map(|(_, name)| name.clone()).collect()
        };
        let is_identity = identity.iter().any(|(part, _)| *part == Part::Position);
        let position = (plan.is_positioned() && !is_identity).then(|| plan.position().to_owned());
        let more = self.paths_in_more(id);
        Ok(Layout { id, name: name.to_owned(), inherited, own, identity, key, position, more, parent: link })
    }

    /// Whether a column holds the names of a map's entries.
    fn is_entry_key(&self, column: ColumnId) -> bool {
        let plan = &self.plan.columns[column];
        let element = self.plan.nodes[plan.node].place.parent;
        plan.role == ColumnRole::Value && plan.node == EntryMember::Key.node(element)
    }

    /// The part of a declared key that is called `name`.
    fn key_part(
        &self,
        name: &str,
        id: TableId,
        own: &[(ColumnId, String)],
        table: &str,
    ) -> Result<Part, PlanError> {
        let plan = &self.plan.tables[id];
        if plan.is_positioned() && name == plan.position() {
            return Ok(Part::Position);
        }
        match own.iter().find(|(_, own)| own == name) {
            Some((column, _)) => Ok(Part::Column(*column)),
            None => Err(PlanError {
                resource: self.plan.resource.clone(),
                table: table.to_owned(),
                difference: format!(
                    "its key names `{name}`, which is no column of it; columns are {}",
                    own.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
                place: self.plan.nodes[plan.node].place.path.clone(),
            }),
        }
    }

    /// The type of an identity part.
    pub(super) fn part_type(&self, part: Part) -> LogicalType {
        match part {
            Part::Column(column) => self.plan.columns[column].logical.unwrap_or(LogicalType::Text),
            Part::Position => LogicalType::Integer,
            Part::Content => LogicalType::Text,
        }
    }
}
