//! From rules and memory to a plan: everything declared or remembered has its node, table and column before the first
//! document comes.

use super::lookup::RuleLookup;
use super::{ListFacet, Memory, NodeId, ObjectFacet, Plan, ROOT_NODE, ROOT_TABLE, TablePlan};
use crate::rules::path::{Path, Segment};
use crate::rules::{ResourceRules, Strategy};
use crate::schema::ColumnRole;
use thiserror::Error;

/// A model that does not fit the tables that exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the model of `{resource}` no longer fits the table `{table}`: {difference}")]
pub struct PlanError {
    /// The resource.
    pub resource: String,
    /// The table that exists.
    pub table: String,
    /// What the rules ask for and what is there.
    pub difference: String,
}

impl Plan {
    /// Compiles the rules of `resource`, keeping every name and type in `memory`.
    ///
    /// # Errors
    /// [`PlanError`] when the rules ask for another place or type than a remembered column has.
    pub(crate) fn compile(resource: &str, rules: &ResourceRules, memory: Memory) -> Result<Plan, PlanError> {
        let table = rules.table.clone().unwrap_or_else(|| resource.to_owned());
        let mut plan = Plan {
            resource: resource.to_owned(),
            lookup: RuleLookup::new(rules),
            rules: rules.clone(),
            nodes: Vec::new(),
            tables: vec![TablePlan {
                parent: None,
                path: String::new(),
                remembered: memory.table("", false),
                wanted: table,
                is_list: false,
                key: None,
                description: rules.description.clone().unwrap_or_default(),
            }],
            columns: Vec::new(),
            memory,
        };
        plan.add_node(String::new(), String::new(), ROOT_TABLE, String::new());
        plan.nodes[ROOT_NODE].object = ObjectFacet::Flatten;
        plan.nodes[ROOT_NODE].envelope_settled = true;
        plan.plan_keys();
        plan.plan_declared(ROOT_NODE);
        plan.plan_remembered()?;
        plan.check_types()?;
        Ok(plan)
    }

    /// Plans the columns that identify a record, first of all.
    fn plan_keys(&mut self) {
        for path in self.rules.key.clone().unwrap_or_default() {
            if let Ok(path) = Path::parse(&path)
                && let Some(node) = self.walk(ROOT_NODE, &path.segments)
            {
                self.scalar_column(node);
            }
        }
    }

    /// Plans every path that has a rule of its own below `context`, which is the root, an element or an object with a
    /// table of its own.
    pub(super) fn plan_declared(&mut self, context: NodeId) {
        let base = self.nodes[context].member_path.clone();
        let depth =
            if base.is_empty() { 0 } else { Path::parse(&base).map_or(0, |path| path.segments.len()) };
        for path in self.lookup.exact_below(&base) {
            let rest = &path.segments[depth..];
            if rest.first() != Some(&Segment::Element) {
                self.walk(context, rest);
            }
        }
    }

    /// The node at `steps` below `context`, planning what is missing; `None` where the way leads through something whose
    /// shape only data can settle, or through something kept whole.
    fn walk(&mut self, context: NodeId, steps: &[Segment]) -> Option<NodeId> {
        let mut node = context;
        for (index, step) in steps.iter().enumerate() {
            let name = match step {
                Segment::Any => return None,
                Segment::Element => {
                    node = self.list_table(node)?.1;
                    continue;
                }
                Segment::Member(name) => name,
            };
            (node, _) = self.member(node, name, 0);
            let rule = &self.nodes[node].rule;
            let declares_list = rule.strategy == Some(Strategy::Table)
                && (rule.key.is_some()
                    || rule.envelope.is_some()
                    || self.nodes[node].list != ListFacet::Open);
            let last = index + 1 == steps.len();
            match rule.strategy {
                Some(Strategy::Json | Strategy::Omit | Strategy::Delimited) if !last => return None,
                Some(Strategy::Table) if declares_list => {
                    let (_, element) = self.list_table(node)?;
                    if !last && steps[index + 1] != Segment::Element {
                        node = element;
                    }
                }
                Some(Strategy::Table) if !last && self.nodes[node].object == ObjectFacet::Open => {
                    return None;
                }
                _ => {}
            }
        }
        Some(node)
    }

    /// Plans what the destination has and no rule mentions, so that names, types and shapes stay.
    fn plan_remembered(&mut self) -> Result<(), PlanError> {
        let tables: Vec<(String, String, bool)> = self
            .memory
            .tables()
            .map(|(path, name, positioned)| (path.to_owned(), name.to_owned(), positioned))
            .collect();
        let mut contexts = vec![(Vec::new(), ROOT_NODE)];
        for (path, name, positioned) in &tables {
            let resource = self.resource.clone();
            let misfit = |difference: &str| PlanError {
                resource: resource.clone(),
                table: name.clone(),
                difference: difference.to_owned(),
            };
            let steps = if path.is_empty() {
                Vec::new()
            } else {
                Path::parse(path).map_err(|reason| misfit(&reason))?.segments
            };
            if !steps.is_empty() {
                let gone = misfit(
                    "it was split from a list or object that the rules now treat otherwise; load into a fresh \
                     destination, or take the rule back",
                );
                let context = self.remembered_table(&contexts, &steps, *positioned).ok_or(gone)?;
                contexts.push((steps.clone(), context));
            }
            self.remembered_columns(path, name, contexts[contexts.len() - 1].1, steps.len())?;
        }
        Ok(())
    }

    /// The node whose members are the columns of the table that was split from `steps`.
    fn remembered_table(
        &mut self,
        contexts: &[(Vec<Segment>, NodeId)],
        steps: &[Segment],
        positioned: bool,
    ) -> Option<NodeId> {
        let (prefix, context) = contexts
            .iter()
            .filter(|(prefix, _)| steps.starts_with(prefix) && prefix.len() < steps.len())
            .max_by_key(|(prefix, _)| prefix.len())?;
        let node = self.walk(*context, &steps[prefix.len()..])?;
        let rule = &self.nodes[node].rule;
        if matches!(rule.strategy, Some(Strategy::Json | Strategy::Omit | Strategy::Delimited)) {
            return None;
        }
        if positioned || self.nodes[node].list != ListFacet::Open {
            return self.list_table(node).map(|(_, element)| element);
        }
        if rule.strategy != Some(Strategy::Table) {
            return None;
        }
        self.settle_object(node);
        Some(node)
    }

    /// Plans the remembered value columns of one table, below its `context`.
    fn remembered_columns(
        &mut self,
        table_path: &str,
        table_name: &str,
        context: NodeId,
        depth: usize,
    ) -> Result<(), PlanError> {
        let table = match self.nodes[context].object {
            ObjectFacet::Table(table) if !table_path.is_empty() => table,
            _ => self.nodes[context].table,
        };
        for column in self.memory.columns(table_path).to_vec() {
            if column.path.is_empty() {
                continue;
            }
            let resource = self.resource.clone();
            let misfit = || PlanError {
                resource: resource.clone(),
                table: table_name.to_owned(),
                difference: format!(
                    "column `{}` holds `{}`, which the rules now put elsewhere; load into a fresh destination, or \
                     take the rule back",
                    column.name, column.path
                ),
            };
            let steps = Path::parse(&column.path).map_err(|_| misfit())?.segments;
            let rest = steps.get(depth..).ok_or_else(misfit)?;
            let node = if rest == [Segment::Element] { Some(context) } else { self.walk(context, rest) };
            let Some(node) = node.filter(|&node| self.nodes[node].table == table) else {
                return Err(misfit());
            };
            match column.role {
                ColumnRole::Value => {
                    if self.nodes[node].rule.strategy == Some(Strategy::Omit) {
                        continue;
                    }
                    self.scalar_column(node)
                }
                role => self.variant_column(node, role),
            };
        }
        Ok(())
    }

    /// Checks that no rule asks for another type than its column has.
    fn check_types(&self) -> Result<(), PlanError> {
        for column in self.columns.iter().filter(|column| column.role == ColumnRole::Value) {
            let node = &self.nodes[column.node];
            let asked = match node.rule.strategy {
                Some(Strategy::Json) => Some(crate::logical::LogicalType::Json),
                _ => node.rule.logical,
            };
            if let (Some(name), Some(asked), Some(stored)) = (&column.remembered, asked, column.logical)
                && asked != stored
            {
                return Err(PlanError {
                    resource: self.resource.clone(),
                    table: self.tables[column.table].wanted.clone(),
                    difference: format!(
                        "column `{name}` is {}, and the rule for `{}` asks for {}",
                        stored.name(),
                        node.path,
                        asked.name()
                    ),
                });
            }
        }
        Ok(())
    }
}
