//! Documents to rows, in one pass from bytes to Arrow record batches.
//!
//! A [`Shredder`] takes the documents of one resource that come from one kind of answer, keeps its columns in typed
//! builders without a tree in between, and settles names, keys and undeclared types when it is [finished]
//! (`Shredder::finish`). Its memory is what it was given, in columns; who feeds it decides how much that is.

mod column;
mod delimited;
mod envelope;
mod events;
mod finish;
mod key;
mod rows;
mod scope;
mod settle;

pub(crate) use delimited::{delimited_elements, split_delimited};
pub(crate) use envelope::envelope_list;

use crate::issue::Issue;
use crate::json::{JsonError, parse};
use crate::plan::{ColumnId, Memory, NodeId, Plan, PlanError, ROOT_NODE, ROOT_TABLE, TableId};
use crate::rules::ResourceRules;
use crate::rules::path::{Path, Segment};
use crate::schema::Table;
use arrow_array::RecordBatch;
use column::Builder;
use events::Frame;
use std::collections::HashMap;
use thiserror::Error;

/// Why a document was not shredded; nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// It is no JSON.
    #[error("the document is not JSON")]
    Json(#[from] JsonError),
    /// It is JSON, but no object.
    #[error("the document is not an object")]
    NotAnObject,
    /// It lacks what identifies it.
    #[error("the document has no `{path}`, which identifies it")]
    NoKey {
        /// The path of the missing part of its key.
        path: String,
    },
    /// Nobody declared a list at the path a fragment is for.
    #[error("the model has no list at `{path}`")]
    NoList {
        /// The path.
        path: String,
    },
}

/// What the shredder is told about a document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    /// When the answer it came in was asked for, microseconds since the epoch, for `_synced_at`.
    pub synced_at_us: i64,
}

/// A scope whose rows are described completely: what a destination has there beyond the rows given is gone.
#[derive(Debug, Clone)]
pub struct ReplacedScope {
    /// Columns of the table, identities of ancestors.
    pub columns: Vec<String>,
    /// One row per scope.
    pub keys: RecordBatch,
}

/// The rows of one table.
#[derive(Debug, Clone)]
pub struct ShreddedTable {
    /// The table as it must be.
    pub table: Table,
    /// Its rows; lacks the columns that another answer owns.
    pub rows: RecordBatch,
    /// Scopes replaced.
    pub replaced: Vec<ReplacedScope>,
}

/// Everything a shredder made: tables, parents before children, and what could not be done as asked.
#[derive(Debug, Clone)]
pub struct Shredded {
    /// The tables.
    pub tables: Vec<ShreddedTable>,
    /// Issues, one per occurrence.
    pub issues: Vec<Issue>,
}

/// A list (or one-to-one object) that was present in a document.
#[derive(Debug, Clone, Copy)]
struct Presence {
    /// The row it belongs to, in the parent table.
    parent_row: u32,
    /// Whether it was there in full.
    complete: bool,
}

/// The rows of one table while they grow.
#[derive(Debug, Default)]
struct TableRows {
    /// How many rows there are.
    count: u32,
    /// For each row the row it belongs to in the parent table; empty for the resource's own table.
    parent_rows: Vec<u32>,
    /// For each row its place in the list; empty unless the table is a list's.
    positions: Vec<u32>,
    /// Lists that were present.
    presences: Vec<Presence>,
}

/// Sizes to go back to when a document turns out to be broken.
#[derive(Debug, Default)]
struct Mark {
    tables: Vec<(u32, usize)>,
    issue_count: usize,
}

/// Shreds the documents of one resource.
pub struct Shredder {
    plan: Plan,
    /// The answer the documents come from, for columns that only one answer owns.
    answer: Option<String>,
    tables: Vec<TableRows>,
    builders: Vec<Builder>,
    /// For each row of the resource's table, when its answer was asked for.
    synced_at_us: Vec<i64>,
    /// Rows of the resource's table that stand for a record written elsewhere, whose children are here.
    ghosts: Vec<u32>,
    /// Columns of the record's key.
    key_columns: Vec<ColumnId>,
    frames: Vec<Frame>,
    target: events::Target,
    issues: Vec<Issue>,
    /// Documents without a key of their own, by the hash of their content, with how often each came.
    contents: HashMap<String, u64>,
    /// The content keys of documents, where the resource has no key.
    content_keys: Vec<String>,
}

impl Shredder {
    /// A shredder for `resource`; `answer` names the kind of answer the documents come from, where the rules tell
    /// answers apart.
    ///
    /// # Errors
    /// [`PlanError`] when the rules do not fit what the destination remembers.
    pub fn new(
        resource: &str,
        rules: &ResourceRules,
        memory: Memory,
        answer: Option<&str>,
    ) -> Result<Shredder, PlanError> {
        let mut plan = Plan::compile(resource, rules, memory)?;
        let mut key_columns = Vec::new();
        for path in rules.key.iter().flatten() {
            if let Some(node) = plan.node_at(path) {
                key_columns.push(plan.scalar_column(node));
            }
        }
        let mut shredder = Shredder {
            plan,
            answer: answer.map(str::to_owned),
            tables: Vec::new(),
            builders: Vec::new(),
            synced_at_us: Vec::new(),
            ghosts: Vec::new(),
            key_columns,
            frames: Vec::new(),
            target: events::Target::default(),
            issues: Vec::new(),
            contents: HashMap::new(),
            content_keys: Vec::new(),
        };
        shredder.match_plan();
        Ok(shredder)
    }

    /// How many documents and fragments are held.
    pub fn document_count(&self) -> usize {
        self.synced_at_us.len()
    }

    /// Shreds one document.
    ///
    /// # Errors
    /// [`DocumentError`]; the shredder is then as before the call.
    pub fn document(&mut self, document: &[u8], context: Context) -> Result<(), DocumentError> {
        let mark = self.mark();
        let row = self.begin_row(context);
        self.target = events::Target { node: ROOT_NODE, row };
        let outcome = parse(document, self)
            .map_err(DocumentError::from)
            .and_then(|()| self.check_record(document, row));
        if outcome.is_err() {
            self.roll_back(&mark);
        }
        outcome
    }

    /// Shreds a list that belongs to a record written elsewhere: the value at `path` of the record whose key is `key`.
    ///
    /// # Errors
    /// [`DocumentError`]; the shredder is then as before the call.
    pub fn fragment(
        &mut self,
        path: &str,
        key: &[String],
        value: &[u8],
        context: Context,
    ) -> Result<(), DocumentError> {
        let Some(node) = self.plan.node_at(path) else {
            return Err(DocumentError::NoList { path: path.to_owned() });
        };
        let mark = self.mark();
        let row = self.begin_row(context);
        self.ghosts.push(row);
        for (column, part) in self.key_columns.clone().into_iter().zip(key) {
            self.builders[column].push_string(row, part);
        }
        self.target = events::Target { node, row };
        let outcome = parse(value, self).map_err(DocumentError::from);
        if outcome.is_err() {
            self.roll_back(&mark);
        }
        outcome
    }

    /// Begins a row of the resource's table.
    fn begin_row(&mut self, context: Context) -> u32 {
        self.frames.clear();
        let row = self.tables[ROOT_TABLE].count;
        self.tables[ROOT_TABLE].count += 1;
        self.synced_at_us.push(context.synced_at_us);
        row
    }

    /// Checks that the document just shredded is a record with a key.
    fn check_record(&mut self, document: &[u8], row: u32) -> Result<(), DocumentError> {
        let first = document.iter().find(|byte| !byte.is_ascii_whitespace());
        if first != Some(&b'{') {
            return Err(DocumentError::NotAnObject);
        }
        for &column in &self.key_columns {
            if !self.builders[column].has(row) {
                let path = self.plan.nodes[self.plan.columns[column].node].path.clone();
                return Err(DocumentError::NoKey { path });
            }
        }
        if self.key_columns.is_empty() {
            let key = key::content_key(document, &mut self.contents);
            self.content_keys.push(key);
        }
        Ok(())
    }

    /// Sizes as they are now.
    fn mark(&self) -> Mark {
        Mark {
            tables: self.tables.iter().map(|table| (table.count, table.presences.len())).collect(),
            issue_count: self.issues.len(),
        }
    }

    /// Forgets everything since `mark`. Paths discovered since stay planned; without a value they become no column.
    fn roll_back(&mut self, mark: &Mark) {
        for (index, table) in self.tables.iter_mut().enumerate() {
            let (count, presences) = mark.tables.get(index).copied().unwrap_or((0, 0));
            table.count = count;
            table.parent_rows.truncate(count as usize);
            table.positions.truncate(count as usize);
            table.presences.truncate(presences);
        }
        for (column, builder) in self.plan.columns.iter().zip(&mut self.builders) {
            builder.truncate(self.tables[column.table].count);
        }
        let count = self.tables[ROOT_TABLE].count;
        self.synced_at_us.truncate(count as usize);
        self.ghosts.retain(|&row| row < count);
        self.issues.truncate(mark.issue_count);
        self.frames.clear();
    }

    /// Gives every planned table and column its rows and builder.
    #[inline]
    fn match_plan(&mut self) {
        while self.tables.len() < self.plan.tables.len() {
            self.tables.push(TableRows::default());
        }
        while self.builders.len() < self.plan.columns.len() {
            let column = &self.plan.columns[self.builders.len()];
            self.builders.push(Builder::new(column.logical, column.declared));
        }
    }

    /// Adds a row to a child table.
    fn push_row(&mut self, table: TableId, parent_row: u32, position: Option<u32>) -> u32 {
        let rows = &mut self.tables[table];
        let row = rows.count;
        rows.count += 1;
        rows.parent_rows.push(parent_row);
        rows.positions.extend(position);
        row
    }

    /// Notes that the record in `row` of the resource's table has an issue.
    fn note(&mut self, kind: &str, node: NodeId, row: u32, detail: &str) {
        let record = self.record_key(row);
        self.issues.push(Issue {
            resource: self.plan.resource.clone(),
            kind: kind.to_owned(),
            path: self.plan.nodes[node].path.clone(),
            record,
            detail: detail.to_owned(),
        });
    }

    /// The key of the record in `row` of the resource's table, for people.
    fn record_key(&self, row: u32) -> String {
        let parts: Vec<String> =
            self.key_columns.iter().filter_map(|&column| self.builders[column].text_at(row)).collect();
        parts.join("/")
    }

    /// The row of the resource's table that `row` of `table` belongs to.
    fn root_row(&self, mut table: TableId, mut row: u32) -> u32 {
        while let Some(parent) = self.plan.tables[table].parent {
            row = self.tables[table].parent_rows[row as usize];
            table = parent;
        }
        row
    }
}

impl Plan {
    /// The node at a path that leads through objects and declared lists.
    pub(crate) fn node_at(&mut self, path: &str) -> Option<NodeId> {
        let mut node = ROOT_NODE;
        for step in Path::parse(path).ok()?.segments {
            let Segment::Member(name) = step else { return None };
            (node, _) = self.member(node, &name, 0);
        }
        Some(node)
    }
}
