//! From rules and memory to a plan: everything declared or remembered has its node, table and column before the first
//! document comes.

use super::lookup::RuleLookup;
use super::places::mentioned;
use super::{
    Keys, ListFacet, Memory, NO_MEMBER, Node, NodeId, ObjectFacet, Place, Plan, ROOT_NODE, ROOT_TABLE,
    TablePlan, Treatment,
};
use crate::rules::names::claims;
use crate::rules::path::{Path, Segment};
use crate::rules::{ResourceRules, Strategy};
use thiserror::Error;

/// A model that does not fit the tables that exist, or itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the model of `{resource}` does not fit the table `{table}`: {difference}")]
pub struct PlanError {
    /// The resource.
    pub resource: String,
    /// The table.
    pub table: String,
    /// What the rules ask for and what is there.
    pub difference: String,
    /// Where in the rules of the resource that is asked for: a path, or `key`; empty where no one rule asks.
    pub place: String,
}

impl PlanError {
    /// The same, asked for at `place`.
    pub(crate) fn at(self, place: &str) -> PlanError {
        PlanError { place: place.to_owned(), ..self }
    }
}

impl Plan {
    /// Compiles the rules of `resource`, keeping every name and type in `memory`.
    ///
    /// # Errors
    /// [`PlanError`] when the rules ask for another place, type or name than a remembered table or column has, for a name
    /// that is taken, or for a key that no record can have.
    pub(crate) fn compile(resource: &str, rules: &ResourceRules, memory: Memory) -> Result<Plan, PlanError> {
        let table = rules.table.clone().unwrap_or_else(|| resource.to_owned());
        let root_table = TablePlan {
            parent: None,
            node: ROOT_NODE,
            path: String::new(),
            remembered: memory.table(""),
            wanted: table,
            is_list: false,
            is_map: false,
            asked_position: None,
            kinds: String::new(),
            key: None,
            description: rules.description.clone().unwrap_or_default(),
        };
        let root = Place::new(ROOT_NODE, String::new(), String::new(), String::new());
        let mut plan = Plan {
            resource: resource.to_owned(),
            lookup: RuleLookup::new(rules),
            rules: ResourceRules {
                table: None,
                table_prefix: rules.table_prefix.clone(),
                singular: rules.singular.clone(),
                key: rules.key.clone(),
                version: None,
                description: None,
                unwrap_envelopes: rules.unwrap_envelopes,
                contract: None,
                mode: rules.mode,
                deletions: rules.deletions,
                ignore: rules.ignore.clone(),
                views: rules.views.clone(),
                paths: Default::default(),
            },
            nodes: vec![Node::new(ROOT_TABLE, false, false, root)],
            keys: Keys::root(),
            tables: vec![root_table],
            columns: Vec::new(),
            key_columns: Vec::new(),
            memory,
            mentioned: mentioned(rules),
        };
        plan.nodes[ROOT_NODE].object = ObjectFacet::Flatten;
        plan.check_table_names(&claims(resource, rules))?;
        plan.plan_keys()?;
        plan.plan_declared(ROOT_NODE);
        plan.plan_remembered()?;
        plan.check_types()?;
        plan.check_more()?;
        plan.check_column_names()?;
        plan.place_declared();
        Ok(plan)
    }

    /// Plans the columns that identify a record, first of all.
    fn plan_keys(&mut self) -> Result<(), PlanError> {
        for text in self.rules.key.clone().unwrap_or_default() {
            let steps = Path::parse(&text).map(|path| path.segments).unwrap_or_default();
            let members: Option<Vec<&str>> = steps
                .iter()
                .map(|step| match step {
                    Segment::Member(name) => Some(name.as_str()),
                    Segment::Any | Segment::Element | Segment::Kind(_) => None,
                })
                .collect();
            let mut node = ROOT_NODE;
            for name in members.iter().flatten() {
                node = self.member(node, name, NO_MEMBER);
            }
            if node == ROOT_NODE || self.nodes[node].treatment != Treatment::ByKind {
                return Err(PlanError {
                    resource: self.resource.clone(),
                    table: self.tables[ROOT_TABLE].wanted.clone(),
                    difference: format!(
                        "its key names `{text}`, which is no path of a value kept in a column"
                    ),
                    place: "key".to_owned(),
                });
            }
            let column = self.scalar_column(node);
            self.key_columns.push(column);
        }
        Ok(())
    }

    /// Plans every path that has a rule of its own below `context`, which is the root, an element or an object with a
    /// table of its own.
    pub(super) fn plan_declared(&mut self, context: NodeId) {
        match self.nodes[context].treatment {
            Treatment::Entries => {
                self.list_table(context);
                return;
            }
            Treatment::ByKind => {}
            _ => return,
        }
        let base = self.nodes[context].place.member_path.clone();
        let depth =
            if base.is_empty() { 0 } else { Path::parse(&base).map_or(0, |path| path.segments.len()) };
        for path in self.lookup.exact_below(&base) {
            let rest = &path.segments[depth..];
            if rest.first() != Some(&Segment::Element) {
                self.walk_declared(context, rest);
            }
        }
    }

    /// Plans the nodes at `steps` below `context`, as far as the rules say what stands there: beyond something whose
    /// shape only data can settle, and below something kept whole, nothing is planned.
    fn walk_declared(&mut self, context: NodeId, steps: &[Segment]) {
        let mut node = context;
        for (index, step) in steps.iter().enumerate() {
            match step {
                Segment::Any | Segment::Kind(_) => return,
                Segment::Member(name) => node = self.member(node, name, NO_MEMBER),
                Segment::Element => match self.list_table(node) {
                    Some((_, element)) => node = element,
                    None => return,
                },
            }
            let next = steps.get(index + 1);
            if self.nodes[node].treatment == Treatment::Entries {
                self.list_table(node);
            }
            if self.nodes[node].treatment != Treatment::ByKind {
                return;
            }
            if self.declares_list(node) {
                if let Some((_, element)) = self.list_table(node)
                    && next != Some(&Segment::Element)
                {
                    node = element;
                }
            } else if matches!(next, Some(Segment::Member(_))) && self.nodes[node].object == ObjectFacet::Open
            {
                return;
            }
        }
    }

    /// Whether the rules say that a list stands at `node` and gets a table.
    pub(super) fn declares_list(&self, node: NodeId) -> bool {
        let Node { list, place, .. } = &self.nodes[node];
        let rule = &place.rule;
        rule.strategy == Some(Strategy::Table)
            && (rule.key.is_some()
                || rule.position.is_some()
                || rule.split_by.is_some()
                || rule.names.is_some()
                || rule.envelope.is_some()
                || *list != ListFacet::Open)
    }
}
