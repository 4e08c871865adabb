//! What a load carries: tables as they must be afterwards, changes in order, issues, and the checkpoint.

use arrow_array::RecordBatch;
use relatable_model::issue::Issue;
use relatable_model::schema::Table;
use std::collections::BTreeMap;

/// How far a destination is: stored in `_relatable_checkpoint`, one row, in the transaction of the load it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The workspace the tables belong to; one workspace per schema, for ever.
    pub workspace: String,
    /// The journal whose entries up to `seq` are loaded, as the pipeline names it.
    pub journal: String,
    /// Highest entry of that journal that is loaded; 0 for none.
    pub seq: i64,
    /// Per feed, the moment (seconds since the epoch, the server's clock) up to which everything that was discovered is
    /// loaded: where a new journal starts reading.
    pub low_water: BTreeMap<String, i64>,
}

/// Rows whose children were listed completely: what is stored in their scope and not among the new rows goes.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The columns, of the table changed, that name the scope: a prefix of ancestors' identities, and at least one.
    pub columns: Vec<String>,
    /// One row per scope, with exactly those columns.
    pub keys: RecordBatch,
}

/// A change of one table. Changes of a package are applied in the order given.
#[derive(Debug, Clone)]
pub struct TableChange {
    /// Name of the table, one of [`Package::tables`].
    pub table: String,
    /// Rows to insert or update by the table's key; no key twice in one change. Each column travels as the Arrow type of
    /// its logical type; the key and the columns that link to the parent are always there. A column of the table that
    /// all batches lack is left as it is in rows that exist and null in new ones: another answer owns it. A batch that
    /// lacks a column of another batch of the change has null there.
    pub rows: Vec<RecordBatch>,
    /// Scopes that these rows describe completely.
    pub replaced: Vec<Scope>,
    /// Keys of rows found to be gone, with the table's key columns and `_deleted_at`: marks rows that exist and are not
    /// marked. Comes after the rows of the same change.
    pub deleted: Option<RecordBatch>,
}

/// What a load brings while it runs.
#[derive(Debug, Clone)]
pub enum Change {
    /// A change of one table.
    Table(TableChange),
    /// The same, where no other change of the load has a key or a scope of it, and every row's parent comes before it
    /// in the load: in a table without rows before the load, nothing has to be looked for.
    Distinct(TableChange),
    /// More rows for `_relatable_issues`, as [`Package::issues`]: those that only show while the load runs.
    Issues(Vec<Issue>),
}

impl From<TableChange> for Change {
    fn from(change: TableChange) -> Change {
        Change::Table(change)
    }
}

/// The rules that the tables of a resource are made by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The resource.
    pub resource: String,
    /// The release that made them.
    pub version: String,
    /// The rules, as a text that whoever loads understands.
    pub rules: String,
}

/// Tables that make way before anything else of a load.
#[derive(Debug, Clone, Copy)]
pub struct Retirement<'a> {
    /// The resources whose tables go; the load makes them anew.
    pub resources: &'a [String],
    /// What the tables' names end in afterwards; `None` where they are dropped.
    pub kept_as: Option<&'a str>,
}

/// Everything about a load but its rows.
#[derive(Debug)]
pub struct Package<'a> {
    /// Models to remember, in the place of those remembered for the same resources.
    pub models: &'a [Model],
    /// Tables that make way first.
    pub retired: Option<Retirement<'a>>,
    /// Every table the changes name, and every table whose declaration changed, parents before children.
    pub tables: &'a [Table],
    /// Rows for `_relatable_issues` that are known from the start. The same issue (all fields equal) is stored once, with its count and last time.
    pub issues: &'a [Issue],
    /// The position after this load.
    pub checkpoint: &'a Checkpoint,
    /// The moment of the load, microseconds since the epoch, for `_relatable_loads`, first-seen and issue times.
    pub loaded_at_us: i64,
}

/// Rows that name people, by a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The table.
    pub table: String,
    /// The column that holds the id of one of them.
    pub column: String,
    /// Where rows are not deleted: the path below which what was split from them is.
    pub split_below: Option<String>,
}

/// A person who is not to come back: a hash of their id, and the salt it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The hash.
    pub digest: String,
    /// The salt.
    pub salt: String,
}

/// What is to be gone for good. What tables lack of it is passed over.
pub struct Erasure<'a> {
    /// The ids of the people.
    pub ids: &'a [String],
    /// Rows that name people: where they name nobody else, the row they were split from goes with all that was.
    pub alone: &'a [Named],
    /// Rows that go where they name one of the people, with all that was split from them.
    pub rows: &'a [Named],
    /// Rows of which these columns become null where they name one of the people.
    pub blanked: &'a [(Named, Vec<String>)],
    /// Texts that are looked for in all columns of these tables.
    pub texts: &'a [String],
    /// Which tables are searched for them.
    pub is_searched: &'a dyn Fn(&Table) -> bool,
    /// A text as it is to be; nothing where it may stay.
    pub rewrite: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a text of the bookkeeping tables may not stay.
    pub is_named: &'a dyn Fn(&str) -> bool,
    /// Who is not to come back.
    pub remembered: &'a [Remembered],
    /// The moment, microseconds since the epoch.
    pub erased_at_us: i64,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows that went.
    pub rows: u64,
    /// Rows of which values went; one may be counted for several.
    pub changed: u64,
    /// The records that went, by resource and key.
    pub records: Vec<(String, String)>,
}

/// What a load did to one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that existed and differed in a column other than `_synced_at`.
    pub updated: u64,
    /// Rows that went because their list no longer has them or the row they were split from went, or that were newly
    /// marked as deleted.
    pub deleted: u64,
}

/// What a load did.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// Per table, rows inserted, updated and deleted; tables with no change are left out.
    pub tables: BTreeMap<String, RowCounts>,
    /// Child rows left out because their parent is in neither the table nor the load; `_relatable_issues` has one issue
    /// of kind `orphan` per table, with their number as its count.
    pub orphans: u64,
    /// Tables in which values got no column of their own, for want of room, that had one until then;
    /// `_relatable_issues` has one issue of kind `wide_table` per table.
    pub widened: u64,
}

/// A column as the destination remembers it in `_relatable_columns`: names and types once assigned stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedColumn {
    /// The table.
    pub table: String,
    /// The resource the table belongs to.
    pub resource: String,
    /// Path of the list or object the table was split from; empty for a resource's own table.
    pub table_path: String,
    /// The column, as it was stored; for a path whose values stand in the column `_more`, that column with this path.
    pub column: relatable_model::schema::Column,
}

/// A text table answered by [`crate::Destination::query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows of cells as the database prints them; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}
