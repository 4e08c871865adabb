//! The bookkeeping tables: one file per table, the same in every database.

pub(crate) mod changes;
pub(crate) mod checkpoint;
pub(crate) mod columns;
pub(crate) mod forgotten;
pub(crate) mod gone;
pub(crate) mod issues;
pub(crate) mod keys;
pub(crate) mod loads;
pub(crate) mod models;
pub(crate) mod modes;
pub(crate) mod more;
pub(crate) mod pending;
pub(crate) mod settings;
pub(crate) mod views;

use crate::catalogue::Catalogue;
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use relatable_model::logical::LogicalType;
use std::sync::Arc;

/// What the names of the bookkeeping tables begin with.
pub(crate) const PREFIX: &str = "_relatable_";
/// The layout of the bookkeeping tables; raised when it changes in a way that older releases cannot write. Of format 1 are
/// those without `_relatable_forgotten`: a release that does not know it would bring back who was forgotten. Of format 2 are
/// those without `_relatable_modes` and `_relatable_gone`: one that does not know these would write all tables as upserts.
pub(crate) const FORMAT: i64 = 3;
/// The newest layout that is understood: that of a destination where references are enforced, in which rows that refer to
/// nothing are refused unless stubs come first.
pub(crate) const FORMAT_MAX: i64 = 4;

/// One column of a bookkeeping table.
pub(crate) struct LedgerColumn {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) logical: LogicalType,
    /// Whether it may be null.
    pub(crate) nullable: bool,
}

/// A column that always has a value.
const fn required(name: &'static str, logical: LogicalType) -> LedgerColumn {
    LedgerColumn { name, logical, nullable: false }
}

/// A column that may be null.
const fn optional(name: &'static str, logical: LogicalType) -> LedgerColumn {
    LedgerColumn { name, logical, nullable: true }
}

/// The layout of a bookkeeping table.
pub(crate) struct Ledger {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns.
    pub(crate) columns: &'static [LedgerColumn],
    /// The columns that identify a row.
    pub(crate) key: &'static [&'static str],
}

/// Every bookkeeping table.
const LEDGERS: [&Ledger; 13] = [
    &checkpoint::LEDGER,
    &loads::LEDGER,
    &columns::LEDGER,
    &more::LEDGER,
    &keys::LEDGER,
    &views::LEDGER,
    &issues::LEDGER,
    &changes::LEDGER,
    &models::LEDGER,
    &forgotten::LEDGER,
    &modes::LEDGER,
    &gone::LEDGER,
    &settings::LEDGER,
];

impl Ledger {
    /// The statement that makes the table where it is missing.
    fn create_sql(&self, dialect: &dyn Dialect, place: Place<'_>) -> String {
        let prefix = dialect.wide_key_prefix(self.key.len());
        let mut parts: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let null = if column.nullable { "" } else { " NOT NULL" };
                let declared = if self.key.contains(&column.name) && prefix.is_none() {
                    dialect.key_type_name(column.logical, self.key.len())
                } else {
                    dialect.type_name(column.logical)
                };
                format!("{} {declared}{null}", dialect.quote(column.name))
            })
            .collect();
        if dialect.enforces_keys() && matches!(place, Place::Stored(_)) {
            let key: Vec<String> = self.key.iter().map(|name| dialect.quote(name)).collect();
            // Where no key can be so wide, one writer alone and a search by the beginnings of its parts stand for it.
            parts.push(match prefix {
                None => format!("PRIMARY KEY ({})", key.join(", ")),
                Some(prefix) => format!("INDEX ({}({prefix}))", key.join(&format!("({prefix}), "))),
            });
        }
        let (temporary, options) = match place {
            Place::Temporary(_) => ("TEMPORARY ", String::new()),
            Place::Stored(_) => ("", dialect.ledger_options()),
        };
        let parts = parts.join(", ");
        format!("CREATE {temporary}TABLE IF NOT EXISTS {} ({parts}){options}", dialect.place(place))
    }

    /// Appends rows that have this ledger's columns, in order, to a table of its layout.
    fn append(
        &self,
        session: &impl Session,
        place: Place<'_>,
        rows: &[Vec<Cell>],
    ) -> Result<(), DestinationError> {
        if rows.is_empty() {
            return Ok(());
        }
        let step = Step("write to", self.name);
        let batch = self
            .batch(rows)
            .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
        session.append(step, place, &[batch])
    }

    /// Rows as a batch.
    fn batch(&self, rows: &[Vec<Cell>]) -> Result<RecordBatch, ArrowError> {
        let fields: Vec<Field> =
            self.columns.iter().map(|column| column.logical.field(column.name)).collect();
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| cells_array(column.logical, rows.iter().map(|row| &row[index])))
            .collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
    }
}

/// Cells of one column as an array of the type that carries it.
fn cells_array<'c>(logical: LogicalType, cells: impl Iterator<Item = &'c Cell>) -> ArrayRef {
    match logical {
        LogicalType::Boolean => {
            let mut builder = BooleanBuilder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Boolean(value) = cell { Some(*value) } else { None });
            });
            Arc::new(builder.finish())
        }
        LogicalType::Integer => {
            let mut builder = Int64Builder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Integer(value) = cell { Some(*value) } else { None });
            });
            Arc::new(builder.finish())
        }
        LogicalType::Timestamp => {
            let mut builder = TimestampMicrosecondBuilder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Instant(value) = cell { Some(*value) } else { None });
            });
            Arc::new(builder.finish())
        }
        // The other types are not used in bookkeeping tables; text carries what remains.
        LogicalType::Text
        | LogicalType::Json
        | LogicalType::List
        | LogicalType::Decimal
        | LogicalType::Float
        | LogicalType::Date => {
            let mut builder = StringBuilder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Text(value) = cell { Some(value) } else { None });
            });
            Arc::new(builder.finish())
        }
    }
}

/// Refuses a database in which nothing was claimed and something of a bookkeeping table's name exists all the same.
pub(crate) fn check_names(session: &impl Session, catalogue: &Catalogue) -> Result<(), DestinationError> {
    let mark = session.dialect().ledger_mark();
    for ledger in ledgers(session.dialect()) {
        // With our mark on it, it is of a claim that was broken off.
        let found = catalogue.get(ledger.name).filter(|it| mark.is_none_or(|mark| it.comment != mark));
        if let Some(relation) = found {
            let (destination, name) = (session.describe().to_owned(), ledger.name.to_owned());
            return Err(DestinationError::Foreign { destination, kind: relation.kind(), name });
        }
    }
    Ok(())
}

/// Every bookkeeping table that a database with this SQL has.
fn ledgers(dialect: &dyn Dialect) -> impl Iterator<Item = &'static Ledger> {
    LEDGERS.into_iter().chain(dialect.ddl_commits().then_some(&pending::LEDGER))
}

/// Makes the bookkeeping tables that are missing.
pub(crate) fn create(session: &impl Session) -> Result<(), DestinationError> {
    for ledger in ledgers(session.dialect()) {
        let sql = ledger.create_sql(session.dialect(), Place::Stored(ledger.name));
        session.execute(Step("create", ledger.name), &sql, &[])?;
    }
    Ok(())
}

/// A list of names as JSON text.
fn names_json(names: &[String]) -> String {
    serde_json::Value::from(names).to_string()
}

/// The names in JSON text; none where it is no list.
fn names_from_json(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}
