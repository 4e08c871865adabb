//! Questions about rows by their keys: which there are, and up to when they are known.

use crate::bookkeeping::{self, columns, gone, modes};
use crate::catalogue::Catalogue;
use crate::contract::Live;
use crate::error::DestinationError;
use crate::session::{Cell, Place, Session, Step};
use crate::standing::Versions;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use relatable_model::schema::DELETED_AT;
use std::collections::HashMap;
use std::sync::Arc;

/// The keys of rows that are not marked as deleted.
pub(crate) fn live(session: &impl Session, live: &Live<'_>) -> Result<Vec<String>, DestinationError> {
    let dialect = session.dialect();
    let key = dialect.quote(live.key);
    let mode = modes::read(session)?.get(live.table).copied().unwrap_or_default();
    let own = [live.key.to_owned()];
    let key_columns = if mode.keeps_versions() { key_of(session, live.table)? } else { own.to_vec() };
    let has_stubs = columns::has_stubs(session, live.table)?;
    let versions = Versions { table: live.table, key: &key_columns, mode, is_marked: true, has_stubs };
    let mut conditions: Vec<String> = versions.live(dialect, "t").into_iter().collect();
    if !live.after.is_empty() {
        conditions.push(format!("{key} > {}", dialect.literal(live.after)));
    }
    if let Some((column, values)) = live.among {
        let values: Vec<String> = values.iter().map(|value| dialect.literal(value)).collect();
        conditions.push(format!("{} IN ({})", dialect.quote(column), values.join(", ")));
    }
    let mut parameters = Vec::new();
    if let Some((column, since_us)) = live.since {
        conditions.push(format!("{} >= ?", dialect.quote(column)));
        parameters.push(Cell::Instant(since_us));
    }
    let sql = format!(
        "SELECT {key} FROM {} AS t WHERE {} ORDER BY {key} LIMIT {}",
        dialect.quote(live.table),
        conditions.join(" AND "),
        live.count
    );
    let rows = session.rows(Step("read the keys of", live.table), &sql, &parameters)?;
    Ok(rows.iter().map(|row| row[0].text()).collect())
}

/// The key of a table.
fn key_of(session: &impl Session, table: &str) -> Result<Vec<String>, DestinationError> {
    let keys = bookkeeping::keys::read(session)?;
    let own = keys.into_iter().find(|key| key.is_primary() && key.table == table);
    Ok(own.map(|key| key.columns).unwrap_or_default())
}

/// The temporary table of keys whose versions are asked for.
const ASKED: &str = "_relatable_asked";

/// The moments that the rows with these keys are known up to.
pub(crate) fn versions(
    session: &impl Session,
    table: &str,
    key_name: &str,
    version: &str,
    keys: &[String],
) -> Result<HashMap<String, i64>, DestinationError> {
    let dialect = session.dialect();
    let step = Step("read versions of", table);
    let mode = modes::read(session)?.get(table).copied().unwrap_or_default();
    let notes_gone = Catalogue::holds(session, gone::LEDGER.name)?;
    let asked = dialect.place(Place::Temporary(ASKED));
    let text = dialect.key_type_name(relatable_model::logical::LogicalType::Text, 1);
    session.execute(step, &format!("CREATE TEMPORARY TABLE {asked} (k {text})"), &[])?;
    let column: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
    let batch = RecordBatch::try_from_iter([("k", column)])
        .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
    let appended = session.append(step, Place::Temporary(ASKED), &[batch]);
    let (key, version, deleted) =
        (dialect.quote(key_name), dialect.quote(version), dialect.quote(DELETED_AT));
    let has_stubs = columns::has_stubs(session, table)?;
    let versions = Versions { table, key: &[key_name.to_owned()], mode, is_marked: true, has_stubs };
    let standing = versions.standing(dialect, "t").map(|it| format!(" AND {it}")).unwrap_or_default();
    let sql = format!(
        "SELECT a.k, CASE WHEN t.{deleted} > t.{version} THEN t.{deleted} ELSE t.{version} END \
         FROM {asked} AS a CROSS JOIN {} AS t WHERE t.{key} = a.k AND t.{version} IS NOT NULL{standing}",
        dialect.quote(table)
    );
    let rows = appended.and_then(|()| session.rows(step, &sql, &[]));
    let mut gone = Ok(Vec::new());
    if notes_gone {
        let sql = format!(
            "SELECT a.k, g.gone_at FROM {asked} AS a CROSS JOIN {} AS g WHERE g.record = a.k AND g.resource IN \
             (SELECT resource FROM {} WHERE table_name = {})",
            gone::LEDGER.name,
            columns::LEDGER.name,
            dialect.literal(table)
        );
        gone = session.rows(step, &sql, &[]);
    }
    session.execute(step, &dialect.drop_temporary(ASKED), &[])?;
    // What has a row again is known by that.
    let pairs = gone?.into_iter().chain(rows?).filter_map(|row| match row.as_slice() {
        [Cell::Text(key), version] => Some((key.clone(), dialect.instant_us(version)?)),
        _ => None,
    });
    Ok(pairs.collect())
}
