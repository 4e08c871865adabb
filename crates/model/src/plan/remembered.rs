//! What the destination has and no rule mentions: planned again, so that names, types and shapes stay.

use super::memory::{Memory, RememberedColumn};
use super::names::STAYS;
use super::{
    ColumnId, NO_MEMBER, NodeId, ObjectFacet, Plan, PlanError, ROOT_NODE, ROOT_TABLE, TableId, Treatment,
};
use crate::logical::LogicalType;
use crate::rules::path::{Path, Segment};
use crate::schema::{ColumnRole, MORE};

/// What became of a remembered place.
enum Found<T> {
    /// It is where it was.
    Here(T),
    /// The rules omit it now.
    Omitted,
    /// The rules treat it otherwise now.
    Elsewhere,
}

impl Plan {
    /// Plans every remembered table and column.
    pub(super) fn plan_remembered(&mut self) -> Result<(), PlanError> {
        let memory: Memory = self.memory.clone();
        for (path, name, columns) in memory.tables() {
            let steps = Path::parse(path).map(|path| path.segments).unwrap_or_default();
            let (table, context) = match self.find_table(&steps) {
                Found::Here(found) => found,
                Found::Omitted => continue,
                Found::Elsewhere => {
                    return Err(self.misfit(
                        name,
                        "it was split from a list or object that the rules now treat otherwise; `relatable remodel` \
                         makes the tables anew; or take the rule back",
                    ));
                }
            };
            let was_positioned = columns.iter().any(|column| column.role == ColumnRole::Position);
            if was_positioned != self.tables[table].is_positioned() {
                return Err(self.misfit(
                    name,
                    "the rules now identify its rows otherwise; `relatable remodel` makes the tables anew; or take the key back",
                ));
            }
            let position = columns.iter().find(|column| column.role == ColumnRole::Position);
            if let Some(known) = position.filter(|known| known.name != self.tables[table].position()) {
                let difference = format!(
                    "column `{}` holds the place in the list, and the rules now call it `{}`; {STAYS}",
                    known.name,
                    self.tables[table].position()
                );
                return Err(self.misfit(name, &difference));
            }
            for column in columns.iter().filter(|column| !column.path.is_empty()) {
                self.plan_column(name, table, context, column)?;
            }
            for path in memory.more(path) {
                self.plan_member_of_more(name, (table, context), path)?;
            }
        }
        Ok(())
    }

    /// The table whose rows stand at `path`, planned as documents plan it, and the node whose members are its columns.
    pub(crate) fn table_at(&mut self, path: &str) -> Option<(TableId, NodeId)> {
        let steps = Path::parse(path).map(|path| path.segments).unwrap_or_default();
        match self.find_table(&steps) {
            Found::Here(found) => Some(found),
            Found::Omitted | Found::Elsewhere => None,
        }
    }

    /// The column for the values at `path`, planned as documents plan it, in the table whose columns are the members of
    /// `context`.
    pub(crate) fn column_at(&mut self, context: NodeId, path: &str, role: ColumnRole) -> Option<ColumnId> {
        let Found::Here(node) = self.find_column(context, path) else { return None };
        Some(self.column_for(node, role))
    }

    /// The column of a node that is for values of that role.
    pub(crate) fn column_for(&mut self, node: NodeId, role: ColumnRole) -> ColumnId {
        match role {
            ColumnRole::VariantText | ColumnRole::VariantJson => self.variant_column(node, role),
            _ => self.scalar_column(node),
        }
    }

    /// The error for the table `name`.
    pub(super) fn misfit(&self, name: &str, difference: &str) -> PlanError {
        PlanError {
            resource: self.resource.clone(),
            table: name.to_owned(),
            difference: difference.to_owned(),
            place: String::new(),
        }
    }

    /// The table whose rows stand at `steps`, and the node whose members are its columns.
    fn find_table(&mut self, steps: &[Segment]) -> Found<(TableId, NodeId)> {
        let mut node = ROOT_NODE;
        for (index, step) in steps.iter().enumerate() {
            match step {
                Segment::Any => return Found::Elsewhere,
                Segment::Member(name) => node = self.member(node, name, NO_MEMBER),
                Segment::Element => match self.list_table(node) {
                    Some((_, element)) => node = element,
                    None => return Found::Elsewhere,
                },
                Segment::Kind(kind) if self.nodes[node].is_split_by_kind => match self.kind_table(node, kind)
                {
                    Some((_, element)) => node = element,
                    None => return Found::Elsewhere,
                },
                Segment::Kind(_) => return Found::Elsewhere,
            }
            let next = steps.get(index + 1);
            match self.nodes[node].treatment {
                Treatment::Omit => return Found::Omitted,
                Treatment::Json if next.is_some() => return Found::Elsewhere,
                Treatment::Entries if matches!(next, Some(Segment::Member(_))) => return Found::Elsewhere,
                _ => {}
            }
            if matches!(next, Some(Segment::Member(_))) {
                self.settle_object(node);
            }
        }
        match steps.last() {
            None => Found::Here((ROOT_TABLE, ROOT_NODE)),
            Some(Segment::Element | Segment::Kind(_)) => Found::Here((self.nodes[node].table, node)),
            Some(_) => match self.settle_object(node) {
                ObjectFacet::Table(table) => Found::Here((table, node)),
                _ => Found::Elsewhere,
            },
        }
    }

    /// Plans a remembered column of `table`, whose columns are the members of `context`.
    fn plan_column(
        &mut self,
        table_name: &str,
        table: TableId,
        context: NodeId,
        column: &RememberedColumn,
    ) -> Result<(), PlanError> {
        if let Some(node) = self.node_of_column(table_name, (table, context), &column.name, &column.path)? {
            self.column_for(node, column.role);
        }
        Ok(())
    }

    /// Plans a remembered path whose values stand in [`MORE`], in a table whose columns are the members of a context.
    fn plan_member_of_more(
        &mut self,
        table_name: &str,
        place: (TableId, NodeId),
        path: &str,
    ) -> Result<(), PlanError> {
        if let Some(node) = self.node_of_column(table_name, place, MORE, path)? {
            self.scalar_column(node);
        }
        Ok(())
    }

    /// The node of what a remembered column holds of `path`, in a table whose columns are the members of a context; `None`
    /// where the rules omit it.
    fn node_of_column(
        &mut self,
        table_name: &str,
        (table, context): (TableId, NodeId),
        column: &str,
        path: &str,
    ) -> Result<Option<NodeId>, PlanError> {
        match self.find_column(context, path) {
            Found::Here(node) if self.nodes[node].table == table => Ok(Some(node)),
            Found::Omitted => Ok(None),
            Found::Here(_) | Found::Elsewhere => {
                let difference = format!(
                    "column `{column}` holds `{path}`, which the rules now put elsewhere; `relatable remodel` makes the \
                     tables anew; or take the rule back"
                );
                Err(self.misfit(table_name, &difference))
            }
        }
    }

    /// The node of a column, given by its path as in rules, in the table whose columns are the members of `context`.
    fn find_column(&mut self, context: NodeId, path: &str) -> Found<NodeId> {
        let place = &self.nodes[context].place;
        if place.path == path {
            return Found::Here(context);
        }
        let depth = Path::parse(&place.member_path).map_or(0, |path| path.segments.len());
        let Ok(Path { segments }) = Path::parse(path) else { return Found::Elsewhere };
        let Some(rest) = segments.get(depth..) else { return Found::Elsewhere };
        let mut node = context;
        for (index, step) in rest.iter().enumerate() {
            let Segment::Member(name) = step else { return Found::Elsewhere };
            node = self.member(node, name, NO_MEMBER);
            let is_last = index + 1 == rest.len();
            match self.nodes[node].treatment {
                Treatment::Omit => return Found::Omitted,
                Treatment::Json | Treatment::Entries if !is_last => return Found::Elsewhere,
                _ if !is_last => drop(self.settle_object(node)),
                _ => {}
            }
        }
        Found::Here(node)
    }

    /// Checks that no rule asks for another type than its column has.
    pub(super) fn check_types(&self) -> Result<(), PlanError> {
        for column in self.columns.iter().filter(|column| column.role == ColumnRole::Value) {
            let node = &self.nodes[column.node];
            let asked = node.place.rule.column_type();
            let (Some(name), Some(stored)) = (&column.remembered, column.logical) else { continue };
            // A column of JSON holds sources of values, and one of lists no scalars, so these take a rule that says so.
            let takes_rule = matches!(stored, LogicalType::Json | LogicalType::List);
            if asked.map_or(takes_rule, |asked| asked != stored) {
                let asked = asked.map_or("a column for scalars", LogicalType::name);
                let difference = format!(
                    "column `{name}` is {}, and the rule for `{}` asks for {asked}",
                    stored.name(),
                    node.place.path
                );
                let table = &self.tables[column.table];
                return Err(self.misfit(table.remembered.as_ref().unwrap_or(&table.wanted), &difference));
            }
        }
        Ok(())
    }
}
