//! Documents to rows, in one pass from bytes to Arrow record batches.
//!
//! A [`Shredder`] takes the documents of one resource that come from one kind of answer, keeps its columns in typed
//! builders without a tree in between, and settles names, keys and undeclared types when it is [finished]
//! (`Shredder::finish`). Its memory is what it was given, in columns; who feeds it decides how much that is.

mod batch;
mod builder;
mod column;
mod entries;
mod envelope;
mod events;
mod frame;
mod key;
mod kinds;
mod layout;
mod list_column;
mod more;
mod naming;
mod repeats;
mod rows;
mod scope;
mod settle;
mod sizes;
mod survey;
mod tally;
mod values;
mod whole;

pub(crate) use envelope::{envelope_list, list_member};
pub(crate) use list_column::{kept_elements, split_delimited, wrap_all};
pub use repeats::{Identity, Repeats};
pub use survey::{Survey, Surveyed};

use crate::issue::Issue;
use crate::json::{Json, JsonError, parse};
use crate::logical::LogicalType;
use crate::plan::{
    ColumnId, ListFacet, Memory, NO_MEMBER, NodeId, Plan, PlanError, ROOT_NODE, ROOT_TABLE, TableId,
    Treatment,
};
use crate::reshape::Reshaper;
use crate::rules::ResourceRules;
use crate::rules::path::{Path, Segment};
use crate::schema::Table;
use arrow_array::RecordBatch;
use builder::{Builder, Coercion};
use column::Column;
use frame::Target;
use sizes::{Mark, TableRows};
use std::collections::HashMap;
use std::sync::Arc;
use thiserror::Error;

/// How many bytes of documents one shredder takes: a column's texts are addressed by 31 bits, and a value's text in a
/// column is at most nine times as long as in the document.
pub const HELD_BYTES_MAX: usize = i32::MAX as usize / 9;

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
    /// What identifies it is no value of the column for it.
    #[error("the document's `{path}`, which identifies it, is no {logical} value")]
    KeyMisfit {
        /// The path of that part of its key.
        path: String,
        /// The word for the column's type.
        logical: &'static str,
    },
    /// A fragment is for a path that leads through a list, or through something kept whole.
    #[error("the model has no place for a value of its own at `{path}`")]
    NoList {
        /// The path.
        path: String,
    },
    /// A fragment came to a shredder of documents, or a document to one of fragments.
    #[error("documents and fragments of them do not go through one shredder")]
    Mixed,
    /// The shredder holds as much as it can; finish it and begin another.
    #[error("the shredder is full: it holds {HELD_BYTES_MAX} bytes of documents at most")]
    Full,
}

/// What the issue of a name that comes twice says.
const REPEATED: &str = "a name comes twice in one object; the last counts";

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
    /// Its rows, no key twice; lacks the columns that another answer owns. None where another owns the table.
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
    /// Keys of the records that came again, one for each document that a later one took the place of.
    pub repeated: Vec<String>,
}

/// Something to be told as an issue, once the record's key is known.
#[derive(Debug)]
struct Note {
    kind: &'static str,
    node: NodeId,
    root_row: u32,
    detail: &'static str,
}

/// Shreds the documents of one resource.
pub struct Shredder {
    plan: Plan,
    /// The answer the documents come from, for columns that only one answer owns.
    answer: Option<String>,
    tables: Vec<TableRows>,
    builders: Vec<Builder>,
    /// What the builders collected, once finishing has begun.
    columns: Vec<Column>,
    /// For each row of the resource's table, when its answer was asked for.
    synced_at_us: Vec<i64>,
    /// Nodes of the fragments taken; the rows of the resource's table then stand for records written elsewhere.
    fragments: Vec<NodeId>,
    /// Where the document or fragment at hand goes.
    start: Target,
    /// The member that holds the list of the undeclared envelope about to be opened.
    detected: Option<Box<str>>,
    /// Whether a name came twice in one object of the document at hand.
    repeats: bool,
    /// Whether something in the document at hand has another shape than the rules speak of.
    is_older: bool,
    /// Whether the document at hand was reshaped already.
    is_reshaped: bool,
    notes: Vec<Note>,
    /// Room for decoding strings.
    scratch: String,
    /// Bytes of the documents held.
    held_bytes: usize,
    /// Documents without a key of their own, by the hash of their content, with how often each came.
    contents: HashMap<String, u64>,
    /// The content keys of documents, where the resource has no key.
    content_keys: Vec<String>,
    /// The content key that the document at hand has already.
    known_key: Option<String>,
    /// What other shredders of the same load have met.
    load: Option<Arc<Repeats>>,
    /// Whether each document is the whole of its record.
    replaces: bool,
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
        let mut shredder = Shredder {
            plan: Plan::compile(resource, rules, memory)?,
            answer: answer.map(str::to_owned),
            tables: Vec::new(),
            builders: Vec::new(),
            columns: Vec::new(),
            synced_at_us: Vec::new(),
            fragments: Vec::new(),
            start: Target::new(ROOT_NODE, 0),
            detected: None,
            repeats: false,
            is_older: false,
            is_reshaped: false,
            notes: Vec::new(),
            scratch: String::new(),
            held_bytes: 0,
            contents: HashMap::new(),
            content_keys: Vec::new(),
            known_key: None,
            load: None,
            replaces: false,
        };
        shredder.match_plan();
        Ok(shredder)
    }

    /// The same shredder for a part of a load, whose other parts go through others: `repeats` are the identities that
    /// several documents of the load have, and every shredder of it is given the same. Of such, the last is the whole record.
    #[must_use]
    pub fn sharing(self, repeats: Arc<Repeats>) -> Shredder {
        Shredder { load: Some(repeats), ..self }
    }

    /// How many documents and fragments are held.
    pub fn document_count(&self) -> usize {
        self.synced_at_us.len()
    }

    /// How many bytes of documents and fragments are held; at most [`HELD_BYTES_MAX`].
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Shreds one document. Of a name that comes twice in one object the last counts. Of documents with the same key the
    /// last makes the row; a list that it lacks stays as an earlier one showed it.
    ///
    /// # Errors
    /// [`DocumentError`]; the shredder is then as before the call.
    pub fn document(&mut self, document: &[u8], context: Context) -> Result<(), DocumentError> {
        if !self.fragments.is_empty() {
            return Err(DocumentError::Mixed);
        }
        let mark = self.mark();
        let outcome = self.take("", document, context, &mark, |shredder, row| {
            shredder.start = Target::new(ROOT_NODE, row);
        });
        let outcome = outcome.and_then(|row| self.check_record(document, row));
        self.settle_outcome(outcome, &mark)
    }

    /// [`document`](Self::document) for one that was put together from tables: where the resource has no key, `key` is the
    /// one it got from its text, which is not the text it has now.
    ///
    /// # Errors
    /// [`DocumentError`]; the shredder is then as before the call.
    pub fn known_document(
        &mut self,
        document: &[u8],
        key: &str,
        context: Context,
    ) -> Result<(), DocumentError> {
        self.known_key = self.plan.key_columns.is_empty().then(|| key.to_owned());
        let outcome = self.document(document, context);
        self.known_key = None;
        outcome
    }

    /// Shreds a value that belongs to a record written elsewhere: what stands at `path` of the record whose key is `key`.
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
        if self.fragments.is_empty() && self.document_count() > 0 {
            return Err(DocumentError::Mixed);
        }
        let mark = self.mark();
        let columns = self.plan.key_columns.clone();
        let outcome = match self.plan.fragment_node(path) {
            None => Err(DocumentError::NoList { path: path.to_owned() }),
            Some(_) if columns.is_empty() || columns.len() != key.len() => {
                Err(DocumentError::NoKey { path: self.plan.rules.key.iter().flatten().cloned().collect() })
            }
            Some(node) => self
                .take(path, value, context, &mark, |shredder, row| {
                    for (&column, part) in columns.iter().zip(key) {
                        shredder.builders[column].push_key(row, part);
                    }
                    shredder.start = Target::new(node, row);
                })
                .map(|_| self.fragments.push(node)),
        };
        self.settle_outcome(outcome, &mark)
    }

    /// Takes a document, or the fragment at `path` of one, into a new row; `aim` prepares that row and says where the value
    /// goes.
    fn take(
        &mut self,
        path: &str,
        source: &[u8],
        context: Context,
        mark: &Mark,
        aim: impl Fn(&mut Shredder, u32),
    ) -> Result<u32, DocumentError> {
        if self.held_bytes.saturating_add(source.len()) > HELD_BYTES_MAX {
            return Err(DocumentError::Full);
        }
        self.match_plan();
        let row = self.begin_row(context);
        aim(self, row);
        parse(source, self)?;
        if self.repeats || self.is_older {
            // The columns hold both values of a name now; the tree holds the last.
            let mut single = Json::parse(source)?;
            if self.is_older {
                single = self.reshaper().reshaped(single, path);
            }
            let repeats = self.repeats;
            self.roll_back(mark);
            self.match_plan();
            let row = self.begin_row(context);
            aim(self, row);
            self.is_reshaped = true;
            let parsed = parse(single.to_string().as_bytes(), self);
            self.is_reshaped = false;
            parsed?;
            if repeats {
                self.note("member_repeated", ROOT_NODE, row, REPEATED);
            }
        }
        self.held_bytes += source.len();
        Ok(row)
    }

    /// What brings documents into the shape that the rules speak of.
    fn reshaper(&self) -> Reshaper<'_> {
        Reshaper { lookup: &self.plan.lookup, unwraps: self.plan.rules.unwrap_envelopes == Some(true) }
    }

    /// Takes everything back since `mark` if the outcome is an error.
    fn settle_outcome(
        &mut self,
        outcome: Result<(), DocumentError>,
        mark: &Mark,
    ) -> Result<(), DocumentError> {
        if outcome.is_err() {
            self.roll_back(mark);
        }
        outcome
    }

    /// Begins a row of the resource's table.
    fn begin_row(&mut self, context: Context) -> u32 {
        self.repeats = false;
        self.is_older = false;
        self.synced_at_us.push(context.synced_at_us);
        self.tables[ROOT_TABLE].begin_row()
    }

    /// Checks that the document just shredded is a record with a key.
    fn check_record(&mut self, document: &[u8], row: u32) -> Result<(), DocumentError> {
        if document.trim_ascii_start().first() != Some(&b'{') {
            return Err(DocumentError::NotAnObject);
        }
        for &column in &self.plan.key_columns {
            if !self.builders[column].has(row) {
                return Err(self.missing_key(column, row));
            }
        }
        if let Some(key) = self.known_key.take() {
            self.content_keys.push(key);
        } else if self.plan.key_columns.is_empty() {
            let hash = key::content_hash(document);
            let ordinal = match &self.load {
                Some(load) => load.meet(Identity::of_content(&hash)),
                None => {
                    let count = self.contents.entry(hash.clone()).or_default();
                    *count += 1;
                    *count
                }
            };
            self.content_keys.push(key::content_key(hash, ordinal));
        }
        Ok(())
    }

    /// Why `row` has nothing in a column of the record's key.
    fn missing_key(&self, column: ColumnId, row: u32) -> DocumentError {
        let plan = &self.plan.columns[column];
        let place = &self.plan.nodes[plan.node].place;
        let path = place.path.clone();
        let is_beside = |variant: &ColumnId| self.builders[*variant].has(row);
        match plan.logical {
            Some(logical) if place.variant_text.iter().chain(&place.variant_json).any(is_beside) => {
                DocumentError::KeyMisfit { path, logical: logical.name() }
            }
            _ => DocumentError::NoKey { path },
        }
    }

    /// Gives every planned table and column its rows and builder.
    #[inline]
    fn match_plan(&mut self) {
        if self.builders.len() != self.plan.columns.len() || self.tables.len() != self.plan.tables.len() {
            self.grow_to_plan();
        }
    }

    /// [`match_plan`](Self::match_plan) where the plan has grown.
    #[cold]
    fn grow_to_plan(&mut self) {
        self.tables.resize_with(self.plan.tables.len(), TableRows::default);
        for column in self.builders.len()..self.plan.columns.len() {
            let plan = &self.plan.columns[column];
            let coercion = match plan.logical {
                _ if plan.declared => Coercion::Numbers,
                Some(LogicalType::Text) if self.plan.is_remembered_key_part(column) => Coercion::Scalars,
                _ => Coercion::Strings,
            };
            self.builders.push(Builder::new(plan.logical, coercion));
        }
    }

    /// Notes that the record in `root_row` of the resource's table has an issue.
    fn note(&mut self, kind: &'static str, node: NodeId, root_row: u32, detail: &'static str) {
        self.notes.push(Note { kind, node, root_row, detail });
    }

    /// The issue that a note becomes.
    fn issue(&self, note: &Note) -> Issue {
        Issue {
            resource: self.plan.resource.clone(),
            kind: note.kind.to_owned(),
            path: self.plan.nodes[note.node].place.path.clone(),
            record: self.record_key(note.root_row),
            detail: note.detail.to_owned(),
        }
    }

    /// The key of the record in `row` of the resource's table, for people.
    fn record_key(&self, row: u32) -> String {
        if let Some(key) = self.content_keys.get(row as usize) {
            return key.clone();
        }
        let parts: Vec<String> =
            self.plan.key_columns.iter().filter_map(|&column| self.columns[column].text_at(row)).collect();
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
    /// The node of a fragment's path, which must lead through flattened objects only.
    fn fragment_node(&mut self, path: &str) -> Option<NodeId> {
        let mut node = ROOT_NODE;
        for step in Path::parse(path).ok()?.segments {
            let Segment::Member(name) = step else { return None };
            let above = &self.nodes[node];
            if above.treatment != Treatment::ByKind || above.list != ListFacet::Open || above.is_split() {
                return None;
            }
            node = self.member(node, &name, NO_MEMBER);
        }
        Some(node)
    }
}
