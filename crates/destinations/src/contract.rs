//! The seam between the pipeline and a database, and what both sides may rely on.

use crate::error::DestinationError;
use crate::package::{Answer, Checkpoint, Package, Receipt, RememberedColumn, TableChange};
use std::collections::HashMap;

/// Changes of a load, produced while it runs; an error of the producer aborts the load and nothing is written.
pub type Changes<'a> = dyn Iterator<Item = Result<TableChange, Box<dyn std::error::Error + Send + Sync>>> + 'a;

/// A database that holds the tables of one workspace.
///
/// Who calls: one thread at a time, in the order [`claim`](Self::claim), then any number of the others. Every method
/// blocks until it is done. After an error the destination is as it was before the call, and any method may be called
/// again. Dropping it at any moment leaves the database as after the last finished load.
///
/// Nothing outside [`load`](Self::load) and [`claim`](Self::claim) writes.
pub trait Destination: Send {
    /// The destination in words for messages, with its file or host but never a password.
    fn describe(&self) -> String;

    /// The checkpoint stored, or `None` where nothing was ever loaded. Creates nothing.
    ///
    /// # Errors
    /// When the database cannot be opened or its bookkeeping tables cannot be read.
    fn checkpoint(&mut self) -> Result<Option<Checkpoint>, DestinationError>;

    /// Makes this handle the one writer: creates the bookkeeping tables where they are missing, and puts a new fence
    /// token into the checkpoint, so that a handle that claimed earlier can no longer commit. Sets no position: with
    /// no checkpoint yet, a row with the given workspace and journal and `seq` 0 is made; with one of another journal
    /// the stored journal and seq stay until the first load.
    ///
    /// # Errors
    /// [`DestinationError::OtherWorkspace`] when the checkpoint is of another workspace;
    /// [`DestinationError::NewerFormat`] when the bookkeeping tables come from a newer release. Nothing is written then.
    fn claim(&mut self, workspace: &str, journal: &str) -> Result<Checkpoint, DestinationError>;

    /// Every column ever assigned, in table and creation order; empty where nothing was loaded.
    ///
    /// # Errors
    /// When the bookkeeping tables cannot be read.
    fn remembered(&mut self) -> Result<Vec<RememberedColumn>, DestinationError>;

    /// The version column of the rows with these keys: how the pipeline keeps an answer from the search index, which
    /// may lag behind, from replacing a newer row. Keys without a row, rows with a null version and tables that do not
    /// exist yet are left out. `key` is one text column, `version` a timestamp column; versions come in microseconds
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

    /// Applies a load: all or nothing, in one transaction, in this order: check that no table or view of a name we
    /// need exists without being ours; create tables, add columns, (re)create views; record them in
    /// `_relatable_columns` and `_relatable_keys`; then each change in the order it is produced; issues; a row of
    /// `_relatable_loads`; and, as the last statement, the checkpoint, which must hit exactly one row carrying the
    /// fence token of [`claim`](Self::claim).
    ///
    /// For each change: rows in a replaced scope whose key is not among the new rows are deleted (with their own
    /// children, where those are in the same load); rows are inserted or updated by key; a row that is the same but
    /// for `_synced_at` is left untouched; rows named as deleted get their `_deleted_at` unless they have one. A child
    /// row whose parent exists neither in the database nor earlier in the load is left out and counted as an orphan.
    /// Calling it again with the same package and changes changes nothing but `_relatable_loads`.
    ///
    /// Returns when the load is durable. A reader sees all of it or nothing.
    ///
    /// # Errors
    /// [`DestinationError::Foreign`] for a table or view that is not ours; [`DestinationError::Fenced`] when another
    /// handle has claimed since; [`DestinationError::Producer`] when producing a change failed;
    /// [`DestinationError::KeyRepeated`] when a change has a key twice or a uniqueness check fails;
    /// otherwise what the database said, with the step and the table. Nothing is written in any of these cases.
    fn load(&mut self, package: &Package<'_>, changes: &mut Changes<'_>) -> Result<Receipt, DestinationError>;

    /// Runs a reading statement and returns its cells as text.
    ///
    /// # Errors
    /// What the database said.
    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError>;
}
