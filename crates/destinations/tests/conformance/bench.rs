//! A destination in a folder of its own, and short ways to declare tables and rows for it.

use crate::client::Engine;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use relatable_destinations::package::{
    Checkpoint, Package, Receipt, Retirement, RowCounts, Scope, TableChange,
};
use relatable_destinations::{Destination, DestinationError, open_waiting};
use relatable_model::issue::Issue;
use relatable_model::logical::{DECIMAL_PRECISION, DECIMAL_SCALE, LogicalType};
use relatable_model::schema::{Column, ColumnRole, DELETED_AT, ParentLink, SYNCED_AT, Table};
use relatable_model::write_mode::WriteMode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The moment of every first load, microseconds since the epoch.
pub(crate) const LOADED_AT_US: i64 = 1_700_000_000_000_000;

/// The variables with the addresses of the servers that tests use.
const SERVERS: [&str; 2] = ["RELATABLE_TEST_POSTGRES", "RELATABLE_TEST_MYSQL"];

/// Searches an error, with all its causes, for the passwords in the addresses of the servers.
#[track_caller]
pub(crate) fn tells_no_password(error: &DestinationError) {
    let said = format!("{error} {error:?}");
    for address in SERVERS.iter().filter_map(|name| std::env::var(name).ok()) {
        let user = address.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
        let password = user.and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        assert!(password.is_none_or(|password| !said.contains(password)), "a password was told: {said}");
    }
}

/// A destination and the tables it is asked to hold.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) path: PathBuf,
    pub(crate) destination: Box<dyn Destination>,
    pub(crate) tables: Vec<Table>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) seq: i64,
    /// Resources whose tables make way in the next loads, and what the tables' names end in afterwards.
    pub(crate) retired: Option<(Vec<String>, Option<String>)>,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// A claimed destination.
    pub(crate) fn new(engine: Engine, tables: Vec<Table>) -> Bench {
        let mut bench = Bench::unclaimed(engine, tables);
        bench.destination.claim("w1", "j1").expect("claim");
        bench
    }

    /// A destination that does not exist yet.
    pub(crate) fn unclaimed(engine: Engine, tables: Vec<Table>) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tables");
        let destination = handle(engine, &path);
        Bench {
            engine,
            path,
            destination,
            tables,
            issues: Vec::new(),
            seq: 0,
            retired: None,
            _folder: folder,
        }
    }

    /// Another handle on the same database.
    pub(crate) fn another(&self) -> Box<dyn Destination> {
        handle(self.engine, &self.path)
    }

    /// Loads changes.
    pub(crate) fn try_load(&mut self, changes: Vec<TableChange>) -> Result<Receipt, DestinationError> {
        self.seq += 1;
        let mut changes = changes.into_iter().map(|change| Ok(change.into()));
        self.load_produced(&mut changes)
    }

    /// Loads what a producer makes.
    pub(crate) fn load_produced(
        &mut self,
        changes: &mut relatable_destinations::contract::Changes<'_>,
    ) -> Result<Receipt, DestinationError> {
        let checkpoint = position("w1", "j1", self.seq);
        let package = Package {
            models: &[],
            retired: self
                .retired
                .as_ref()
                .map(|(resources, kept_as)| Retirement { resources, kept_as: kept_as.as_deref() }),
            tables: &self.tables,
            issues: &self.issues,
            checkpoint: &checkpoint,
            loaded_at_us: LOADED_AT_US + (self.seq - 1) * 1_000_000,
        };
        let outcome = self.destination.load(&package, changes);
        if let Err(error) = &outcome {
            tells_no_password(error);
        }
        outcome
    }

    /// Loads changes, which works.
    pub(crate) fn load(&mut self, changes: Vec<TableChange>) -> Receipt {
        self.try_load(changes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
    }

    /// Rows as a plain client sees them.
    pub(crate) fn read(&self, sql: &str) -> Vec<String> {
        self.engine.read(&self.path, sql)
    }

    /// The table called `name`.
    pub(crate) fn table(&mut self, name: &str) -> &mut Table {
        self.tables.iter_mut().find(|table| table.name == name).expect(name)
    }

    /// A change of `table` with rows given as a JSON array of arrays.
    pub(crate) fn rows(&self, table: &str, columns: &[&str], rows: Value) -> TableChange {
        TableChange {
            table: table.to_owned(),
            rows: vec![self.batch(table, columns, rows)],
            replaced: Vec::new(),
            deleted: None,
        }
    }

    /// A change of `table` with the scopes it replaces.
    pub(crate) fn replacing(
        &self,
        table: &str,
        columns: &[&str],
        rows: Value,
        scope: &[&str],
        keys: Value,
    ) -> TableChange {
        let scope = Scope {
            columns: scope.iter().map(|name| (*name).to_owned()).collect(),
            keys: self.batch(table, scope, keys),
        };
        TableChange { replaced: vec![scope], ..self.rows(table, columns, rows) }
    }

    /// A change of `table` that marks keys as deleted.
    pub(crate) fn deleting(&self, table: &str, columns: &[&str], rows: Value) -> TableChange {
        let deleted = Some(self.batch(table, columns, rows));
        TableChange { table: table.to_owned(), rows: Vec::new(), replaced: Vec::new(), deleted }
    }

    /// Rows of `table` as a batch.
    pub(crate) fn batch(&self, table: &str, columns: &[&str], rows: Value) -> RecordBatch {
        let table = self.tables.iter().find(|candidate| candidate.name == table).expect(table);
        let rows = rows.as_array().expect("an array of rows").clone();
        let arrays = columns.iter().enumerate().map(|(index, name)| {
            let logical = table.column(name).expect(name).logical;
            let cells: Vec<&Value> = rows.iter().map(|row| &row[index]).collect();
            (*name, array(logical, &cells), true)
        });
        RecordBatch::try_from_iter_with_nullable(arrays).expect("a batch")
    }
}

/// A handle that does not wait long for locks.
fn handle(engine: Engine, path: &std::path::Path) -> Box<dyn Destination> {
    let uri = engine.uri(path);
    open_waiting(&uri, Duration::from_millis(400)).expect(&uri)
}

/// A position.
pub(crate) fn position(workspace: &str, journal: &str, seq: i64) -> Checkpoint {
    Checkpoint {
        workspace: workspace.to_owned(),
        journal: journal.to_owned(),
        seq,
        low_water: BTreeMap::from([("contacts".to_owned(), seq * 10)]),
    }
}

/// Counts of rows.
pub(crate) fn counts(inserted: u64, updated: u64, deleted: u64) -> RowCounts {
    RowCounts { inserted, updated, deleted }
}

/// A column called `name`.
pub(crate) fn column(name: &str, logical: LogicalType) -> Column {
    let role = match name {
        SYNCED_AT => ColumnRole::Synced,
        DELETED_AT => ColumnRole::Deleted,
        _ => ColumnRole::Value,
    };
    Column {
        name: name.to_owned(),
        path: name.to_owned(),
        logical,
        role,
        description: String::new(),
        references: Vec::new(),
    }
}

/// A table whose columns are text, but for the two bookkeeping ones at its end.
pub(crate) fn table(name: &str, key: &[&str], values: &[&str]) -> Table {
    let mut columns: Vec<Column> = Vec::new();
    columns.extend(key.iter().chain(values).map(|name| column(name, LogicalType::Text)));
    columns.extend([column(SYNCED_AT, LogicalType::Timestamp), column(DELETED_AT, LogicalType::Timestamp)]);
    Table {
        name: name.to_owned(),
        resource: "contacts".to_owned(),
        path: String::new(),
        description: String::new(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        parent: None,
        columns,
        views: Vec::new(),
        mode: WriteMode::default(),
        ignored: Vec::new(),
        more: Vec::new(),
    }
}

/// A table split from `parent`.
pub(crate) fn child(name: &str, key: &[&str], values: &[&str], parent: &str, link: &[(&str, &str)]) -> Table {
    let columns = link.iter().map(|(here, there)| ((*here).to_owned(), (*there).to_owned())).collect();
    Table {
        path: name.to_owned(),
        parent: Some(ParentLink { table: parent.to_owned(), columns }),
        ..table(name, key, values)
    }
}

/// Cells as the array that carries them. Decimals are given as unscaled digits in text.
fn array(logical: LogicalType, cells: &[&Value]) -> ArrayRef {
    macro_rules! built {
        ($builder:expr, $value:expr) => {{
            let mut builder = $builder;
            cells.iter().for_each(|cell| builder.append_option($value(*cell)));
            Arc::new(builder.finish())
        }};
    }
    match logical {
        LogicalType::Boolean => built!(BooleanBuilder::new(), Value::as_bool),
        LogicalType::Integer => built!(Int64Builder::new(), Value::as_i64),
        LogicalType::Float => built!(Float64Builder::new(), Value::as_f64),
        LogicalType::Text | LogicalType::Json | LogicalType::List => {
            built!(StringBuilder::new(), Value::as_str)
        }
        LogicalType::Timestamp => built!(TimestampMicrosecondBuilder::new(), Value::as_i64),
        LogicalType::Date => {
            built!(Date32Builder::new(), |cell: &Value| cell.as_i64().map(|day| i32::try_from(day).unwrap()))
        }
        LogicalType::Decimal => built!(
            Decimal128Builder::new().with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE).unwrap(),
            |cell: &Value| cell.as_str().map(|digits| digits.parse::<i128>().unwrap())
        ),
    }
}
