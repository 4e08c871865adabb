//! The seam between the pipeline and a database, and what both sides may rely on.

use crate::error::DestinationError;
use crate::package::{
    Answer, Change, Checkpoint, Erased, Erasure, Model, Package, Receipt, Remembered, RememberedColumn,
};
use crate::references::References;
use arrow_array::RecordBatch;
use relatable_model::schema::{Reference, Table};
use relatable_model::width::Width;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Changes of a load, produced while it runs, so that no more of it than one change is ever in memory; an error of the producer aborts the load and nothing is written.
pub type Changes<'a> = dyn Iterator<Item = Result<Change, Box<dyn std::error::Error + Send + Sync>>> + 'a;

/// Which records [`Destination::read`] hands over.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The resource whose tables are read.
    pub resource: &'a str,
    /// Whether records marked with `_deleted_at` are among them.
    pub with_deleted: bool,
    /// The records to hand over, where not all are meant.
    pub only: Option<Only<'a>>,
}

/// Records whose own table has these values; values are compared as text.
#[derive(Debug, Clone, Copy)]
pub struct Only<'a> {
    /// The columns, at least one.
    pub columns: &'a [String],
    /// For each record meant, or each group of them, the values of these columns.
    pub values: &'a [Vec<String>],
}

/// Live rows of a table: those without a mark in `_deleted_at`, and of several versions of a row the one that is current or
/// newest. Whoever asks for rows of a table gets such everywhere, or such with those marked.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The table.
    pub table: &'a str,
    /// The rows meant, where not all are.
    pub within: Option<Within<'a>>,
}

/// Rows whose moment lies within bounds.
#[derive(Debug, Clone, Copy)]
pub struct Within<'a> {
    /// The timestamp column.
    pub column: &'a str,
    /// The earliest moment, in microseconds since the epoch; without one, rows that have no moment are meant, too.
    pub from_us: Option<i64>,
    /// The moment before which they lie.
    pub until_us: Option<i64>,
}

/// A column by which rows refer to those of another table.
#[derive(Debug, Clone, Copy)]
pub struct Referring<'a> {
    /// The table of the rows.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// What it refers to.
    pub reference: &'a Reference,
}

/// A value that refers to a row that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The value.
    pub value: String,
    /// How many live rows have it.
    pub rows: u64,
    /// The key of one of them, its parts joined by `/`.
    pub example: String,
}

/// A row that has other than as many rows split from it as it says, or says nothing of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uneven {
    /// Its key, as text.
    pub key: Vec<String>,
    /// How many it says there are, if it does.
    pub stated: Option<i64>,
    /// How many there are.
    pub stored: i64,
}

/// Which rows [`Destination::live`] names.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    /// A resource's own table.
    pub table: &'a str,
    /// Its key, one text column.
    pub key: &'a str,
    /// Keys after this one, in the order of their bytes; empty for all.
    pub after: &'a str,
    /// How many at most.
    pub count: usize,
    /// Only rows whose text column has one of these values.
    pub among: Option<(&'a str, &'a [String])>,
    /// Only rows whose timestamp column is at or after a moment, in microseconds since the epoch.
    pub since: Option<(&'a str, i64)>,
}

/// Takes a group of records: the rows of the resource's own table and then of those split from it, parents before
/// children, each row's parent in the same group. Every column travels as the Arrow type of its logical type. A break
/// ends the reading.
pub type Records<'a> = dyn FnMut(&[(&Table, RecordBatch)]) -> ControlFlow<()> + 'a;

/// A database that holds the tables of one workspace.
///
/// Who calls: one thread at a time; [`check`](Self::check) at any time, [`load`](Self::load) only after
/// [`claim`](Self::claim). Every method
/// blocks until it is done. After an error the destination is as it was before the call, and any method may be called
/// again. Dropping it at any moment leaves the database as after the last finished load.
/// Where a database's transactions end with what makes tables, one whose process or connection ended in a load may have
/// empty tables and columns of it, and tables that make way under other names, until the next [`claim`](Self::claim).
///
/// Nothing outside [`load`](Self::load), [`claim`](Self::claim) and [`erase`](Self::erase) writes.
pub trait Destination: Send {
    /// The destination in words for messages, with its file or host but never a password.
    fn describe(&self) -> String;

    /// The one name of the place, however it was written: as [`describe`](Self::describe), a file with its links resolved.
    fn place(&self) -> String;

    /// What a table has room for, whatever values come. A table whose columns fit can always be loaded; one with more columns
    /// may be refused by [`load`](Self::load), or a row of it by the database. Who declares tables gives values no column of
    /// their own where there is no room.
    fn width(&self) -> Width;

    /// Makes this process the only run at these tables until the handle is dropped or the process dies, or says at once who
    /// is: what a run asks before all else. It is a courtesy between runs, which need not wait for one another to fail;
    /// that none writes what another has is by the fence token of [`claim`](Self::claim), which does not depend on it. Asked
    /// again by the same handle it changes nothing. Writes nothing to the database, but takes back
    /// what a load that was broken off left outside of its transaction. `now_us` is the present in microseconds
    /// since 1970 UTC, told to others.
    ///
    /// # Errors
    /// [`DestinationError::Locked`] with the holder, without waiting; [`DestinationError::ReadOnly`] where the folder of a
    /// file cannot be written; [`DestinationError::Open`] where a server cannot be reached.
    fn hold(&mut self, now_us: i64) -> Result<(), DestinationError>;

    /// Lets what a call opens stay open for the next one, which saves much where a call is short, and keeps others out of a
    /// file that only one process can have open. Without it each call opens and closes anew.
    fn keep_open(&mut self);

    /// Closes what stays open between calls; the next call opens it again. A caller that asked for
    /// [`keep_open`](Self::keep_open) says so before it waits for anything else.
    fn rest(&mut self);

    /// What becomes of references between resources from the next [`load`](Self::load) on; unless this says it, what was
    /// said when the tables were made. Of tables that are there it can be no other: those have to be made anew.
    fn ask_references(&mut self, references: References);

    /// What becomes of references between resources in the tables that are there.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn references(&mut self) -> Result<References, DestinationError>;

    /// The checkpoint stored, or `None` where nothing was ever claimed. After a claim and before the first load it is
    /// the one that [`claim`](Self::claim) made, with `seq` 0. Creates nothing.
    ///
    /// # Errors
    /// When the database cannot be opened or its bookkeeping tables cannot be read.
    fn checkpoint(&mut self) -> Result<Option<Checkpoint>, DestinationError>;

    /// Whether a [`claim`](Self::claim) and then a [`load`](Self::load) of `tables` could go ahead, as far as that can be
    /// told without writing: what a caller asks before it does anything else. Answers the checkpoint stored, as
    /// [`checkpoint`](Self::checkpoint) does. Changes nothing and leaves nothing behind.
    ///
    /// # Errors
    /// [`DestinationError::ReadOnly`] when the database, or the folder its file is to be in, cannot be written;
    /// [`DestinationError::Foreign`], [`DestinationError::Owned`], [`DestinationError::ReservedName`],
    /// [`DestinationError::TooManyColumns`], [`DestinationError::OtherReferences`], [`DestinationError::Unenforceable`],
    /// [`DestinationError::Drifted`] and [`DestinationError::Mismatch`] as in
    /// [`load`](Self::load);
    /// [`DestinationError::NewerFormat`] and [`DestinationError::Locked`] as in [`claim`](Self::claim).
    fn check(&mut self, tables: &[Table]) -> Result<Option<Checkpoint>, DestinationError>;

    /// Makes this handle the one writer: creates the database and the bookkeeping tables where they are missing, and puts
    /// a new fence token into the checkpoint, so that a handle that claimed earlier can no longer commit. Sets no
    /// position: with no checkpoint yet, a row with the given workspace and journal and `seq` 0 is made; with one of another journal
    /// the stored journal and seq stay until the first load.
    ///
    /// # Errors
    /// [`DestinationError::OtherWorkspace`] when the checkpoint is of another workspace;
    /// [`DestinationError::NewerFormat`] when the bookkeeping tables come from a newer release;
    /// [`DestinationError::Foreign`] when something of a bookkeeping table's name is not ours. Nothing is written then.
    /// [`DestinationError::Locked`] when another process holds the database longer than is waited for;
    /// [`DestinationError::ReadOnly`] and [`DestinationError::Full`] when it cannot be written.
    fn claim(&mut self, workspace: &str, journal: &str) -> Result<Checkpoint, DestinationError>;

    /// The rules that tables were made by; empty where none were stored.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn models(&mut self) -> Result<Vec<Model>, DestinationError>;

    /// Every column ever assigned, in table and creation order, then every path of which the values stand in the column
    /// [`MORE`](relatable_model::schema::MORE) of their table; empty where nothing was loaded.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn remembered(&mut self) -> Result<Vec<RememberedColumn>, DestinationError>;

    /// The moment that the rows with these keys are known up to: their version column, or `_deleted_at` where that is
    /// later. How the pipeline keeps an answer from the search index, which may lag behind, from replacing a newer row or
    /// reviving one found to be gone. Of a record that was deleted with its row it is when that was found to be gone. Keys
    /// without a row otherwise, rows with a null version and tables that do not exist yet are
    /// left out; a key may be asked for twice. `key` is one text column, `version` a timestamp column; versions come in microseconds
    /// since the epoch.
    ///
    /// # Errors
    /// When the table cannot be read.
    fn versions(
        &mut self,
        table: &str,
        key: &str,
        version: &str,
        keys: &[String],
    ) -> Result<HashMap<String, i64>, DestinationError>;

    /// The keys of rows that are not marked as deleted, in the order of their bytes: how the pipeline finds what a
    /// complete reading did not show. Nothing where the table does not exist yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    fn live(&mut self, live: &Live<'_>) -> Result<Vec<String>, DestinationError>;

    /// Applies a load: all or nothing, in one transaction, in this order: the tables of retired resources go, or get other
    /// names, and are forgotten; check that no table or view of a name we
    /// need exists without being ours; create tables, add columns, (re)create views; record them in
    /// `_relatable_columns`, `_relatable_more` and `_relatable_keys`; then each change in the order it is produced; what tables and columns
    /// were added, with the first record that has a value there, in `_relatable_changes`; issues; a row of
    /// `_relatable_loads`; and, as the last statement, the checkpoint, which must hit exactly one row carrying the
    /// fence token of [`claim`](Self::claim).
    ///
    /// For each change, in this order: a child row whose parent exists neither in the database nor earlier in the load
    /// is left out and counted as an orphan; rows in a replaced scope whose key is not among the new rows are deleted,
    /// and with them every row of any table that descends from them, so that parent links always hold; rows are inserted
    /// or updated by key, and a row that is the same but for `_synced_at` is left untouched; rows named as deleted get
    /// their `_deleted_at` unless they have one. A row marked as deleted lives again when a change brings it with
    /// `_deleted_at` null; a change that lacks that column leaves the mark. Marked rows are parents like any other.
    ///
    /// That is what an upsert is. In another [mode](relatable_model::write_mode::WriteMode) of the table:
    ///
    /// * *Mirror*: rows named as deleted go, with every row that descends from them, and the moments are noted, the first
    ///   one of each: until a change brings the row with `_deleted_at` null, one that lacks that column brings nothing.
    /// * *History*: what would be updated opens a version, which begins at the moment of the load, and the one before ends
    ///   there; what would be deleted or marked ends. A row that differs only in what is ignored is updated. A version has at
    ///   its columns what the change lacks from the one before. A load makes one version at most of each row, and none of one
    ///   that is in the end as it was before it. Its moment is `loaded_at_us`, or a microsecond after that of the load before
    ///   where that is later. A version that came with the load and is marked by it ends a microsecond after it began.
    /// * *Append*: what would be updated or marked is a row more, beside the one that was newest; nothing is deleted.
    ///
    /// Where references are [enforced](Self::ask_references), each value by which rows of the change refer to no row gets a stub
    /// before them: a row with the key, true in [`IS_STUB`](relatable_model::schema::IS_STUB) and nothing else. A stub is no row
    /// for any other purpose: a row that takes its place is inserted, and one that would be deleted and is referred to is deleted
    /// and leaves a stub.
    ///
    /// Where versions are kept, a parent link holds between rows that stand for their records.
    ///
    /// A [`Change::Distinct`] may be applied without looking for any of this where its table had no row before the load; a
    /// key that such changes bring twice after all is [`DestinationError::KeyRepeated`], or what the database says of it.
    /// [`Change::Issues`] are stored in the place where they come, and count like those of the package.
    ///
    /// Tables and columns that are not declared any more stay as they are; views of a declared table that it no longer
    /// asks for go. A declaration may change a column's description, role, path and references, not its type, and
    /// neither a table's key nor its parent nor its mode.
    ///
    /// Calling it again with the same package and changes changes nothing but `_relatable_loads` and the counts and last
    /// times of `_relatable_issues`.
    ///
    /// Returns when the load is durable. A reader sees all of it or nothing.
    ///
    /// # Errors
    /// [`DestinationError::Foreign`] for a table or view that is not ours; [`DestinationError::Owned`] for one that is,
    /// but of another resource; [`DestinationError::Added`] when a retired table has what a user made there;
    /// [`DestinationError::ReservedName`] for a name that no table may have;
    /// [`DestinationError::OtherReferences`] and [`DestinationError::Unenforceable`] where what is asked of references is not what
    /// the tables were made with, or cannot be;
    /// [`DestinationError::TooManyColumns`] for more columns than a table can have; [`DestinationError::Drifted`] when a table or
    /// column of ours is gone or has another type, or a view of ours has to go that another one needs;
    /// [`DestinationError::Mismatch`] when a
    /// declaration contradicts what is remembered, or rows do not fit their table's declaration;
    /// [`DestinationError::NotClaimed`] before a claim; [`DestinationError::Fenced`] when another handle has claimed
    /// since; [`DestinationError::OtherWorkspace`] as in [`claim`](Self::claim); [`DestinationError::Producer`] when producing a change failed;
    /// [`DestinationError::KeyRepeated`] when a change has a key twice or a uniqueness check fails;
    /// otherwise what the database said, with the step and the table. Nothing is written in any of these cases.
    fn load(&mut self, package: &Package<'_>, changes: &mut Changes<'_>)
    -> Result<Receipt, DestinationError>;

    /// Takes rows and values away for good, in one transaction that also remembers who is not to come back; then the
    /// database is rewritten, so that nothing of them is left in its files. Like [`load`](Self::load) only after
    /// [`claim`](Self::claim).
    ///
    /// Doing it again with the same erasure finds nothing and rewrites the database once more, which completes one that
    /// was broken off.
    ///
    /// # Errors
    /// [`DestinationError::NotClaimed`], [`DestinationError::Fenced`]; what the database said. Before the transaction has
    /// ended nothing is changed; an error of the rewriting leaves tables without the rows, and files that may still
    /// have traces of them.
    fn erase(&mut self, erasure: &Erasure<'_>) -> Result<Erased, DestinationError>;

    /// Who is not to come back; nobody where nobody was forgotten.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn forgotten(&mut self) -> Result<Vec<Remembered>, DestinationError>;

    /// Every table of ours as it is remembered, with key, parent and columns but without descriptions and views; parents
    /// before children, otherwise in the order they were made. Empty where nothing was loaded.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn tables(&mut self) -> Result<Vec<Table>, DestinationError>;

    /// Hands over the records of a resource in the order of their keys, in groups whose size follows the width of the
    /// records, so that memory does not grow with the table. Rows of one record come in the order of their positions, or
    /// of their keys where they have none. All groups are of one state of the database. Nothing is handed over where the
    /// resource has no table.
    ///
    /// # Errors
    /// What the database said, with the table; a value that its column's type cannot be.
    fn read(&mut self, reading: &Reading<'_>, records: &mut Records<'_>) -> Result<(), DestinationError>;

    /// How many of these rows there are; 0 where there is no such table.
    ///
    /// # Errors
    /// What the database said.
    fn count(&mut self, rows: &Rows<'_>) -> Result<u64, DestinationError>;

    /// The keys of these rows as text, in their order as text, from the one behind `after` on and `limit` at most: ask
    /// again behind the last until none comes.
    ///
    /// # Errors
    /// What the database said.
    fn keys(
        &mut self,
        rows: &Rows<'_>,
        after: Option<&[String]>,
        limit: usize,
    ) -> Result<Vec<Vec<String>>, DestinationError>;

    /// The moment of every `every`-th live row in the order of a timestamp column, in microseconds since the epoch: where
    /// to cut a table into stretches of so many rows. Rows without a moment are passed over.
    ///
    /// # Errors
    /// What the database said.
    fn cuts(&mut self, table: &str, column: &str, every: u64) -> Result<Vec<i64>, DestinationError>;

    /// Per reference, the values by which live rows refer to a row of another table that is not there, in their order;
    /// a row that is marked as deleted is there. Nothing where the table referred to is none, or its key has several columns.
    ///
    /// # Errors
    /// What the database said.
    fn dangling(&mut self, references: &[Referring<'_>]) -> Result<Vec<Vec<Dangling>>, DestinationError>;

    /// The live rows of a table that say in the whole-number column `stated` how many rows of the table `list` were split
    /// from them and have another number, and those that say nothing.
    ///
    /// # Errors
    /// What the database said.
    fn uneven(&mut self, table: &str, stated: &str, list: &str) -> Result<Vec<Uneven>, DestinationError>;

    /// Runs one reading statement and returns its cells as text. A statement that writes is refused.
    ///
    /// # Errors
    /// What the database said; [`DestinationError::Open`] and its kin where there is no database yet.
    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError>;
}
