//! Reading tables back: records in the order of their keys, a group at a time, each with all rows split from it.

use crate::contract::{Only, Reading, Records};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::proving::as_text;
use crate::session::{Place, Session, Step, Transaction};
use crate::standing::Versions;
use crate::statement::{equal, list, same};
use crate::tables::Tables;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use relatable_model::logical::LogicalType;
use relatable_model::schema::{ColumnRole, ParentLink, Table};
use std::sync::Arc;

/// The temporary table of the keys of all records to read, numbered.
const CHOSEN: &str = "_relatable_chosen";
/// The temporary table of the values of the records asked for.
const ASKED: &str = "_relatable_asked";
/// The column of [`CHOSEN`] that numbers them from 1; no column of ours has a blank in its name.
const NUMBER: &str = "record number";
/// How many records the first group has.
const GROUP_START: u64 = 1_000;
/// The most records of a group.
const GROUP_MAX: u64 = 65_536;
/// A group of fewer bytes is followed by one twice as large.
const GROUP_BYTES_SMALL: usize = 4 << 20;
/// A group of more bytes is followed by one half as large.
const GROUP_BYTES_LARGE: usize = 32 << 20;

/// Hands over the records of a resource.
pub(crate) fn read<S: Session>(
    session: &S,
    tables: &mut Tables,
    reading: &Reading<'_>,
    records: &mut Records<'_>,
) -> Result<(), DestinationError> {
    // One transaction sees one state, whatever is loaded meanwhile; undoing it takes the temporary table away.
    let _transaction = Transaction::begin_reading(session)?;
    let tables = tables.all(session)?;
    let tables: Vec<Table> =
        tables.iter().filter(|table| table.resource == reading.resource).cloned().collect();
    let Some(root) = tables.iter().find(|table| table.parent.is_none() && table.path.is_empty()) else {
        return Ok(());
    };
    let count = choose(session, root, reading)?;
    let (mut first, mut size) = (1, GROUP_START);
    while first <= count {
        let last = first.saturating_add(size - 1);
        let mut group = Vec::with_capacity(tables.len());
        for table in &tables {
            let Some(sql) = rows_sql(session.dialect(), root, table, &tables, (first, last)) else {
                continue;
            };
            let rows = session.batch(Step("read", &table.name), &sql, &table.columns)?;
            group.push((table, rows));
        }
        if records(&group).is_break() {
            break;
        }
        let bytes: usize = group.iter().map(|(_, rows)| memory_size(rows)).sum();
        size = match bytes {
            ..GROUP_BYTES_SMALL => (size * 2).min(GROUP_MAX),
            GROUP_BYTES_LARGE.. => (size / 2).max(1),
            _ => size,
        };
        first = last.saturating_add(1);
    }
    Ok(())
}

/// Bytes of a batch.
fn memory_size(rows: &RecordBatch) -> usize {
    rows.columns().iter().map(|array| array.get_array_memory_size()).sum()
}

/// Numbers the records to read in the order of their keys; answers how many they are.
fn choose(session: &impl Session, root: &Table, reading: &Reading<'_>) -> Result<u64, DestinationError> {
    let dialect = session.dialect();
    let step = Step("read", &root.name);
    let key = list(dialect, "t", &root.key);
    let mut conditions = Vec::new();
    let versions = Versions::from(root);
    conditions.extend(if reading.with_deleted {
        versions.standing(dialect, "t")
    } else {
        versions.live(dialect, "t")
    });
    if let Some(only) = &reading.only {
        conditions.push(among(session, root, only)?);
    }
    let conditions =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let chosen = dialect.place(Place::Temporary(CHOSEN));
    let index = dialect.temporary_index(&[(NUMBER, dialect.type_name(LogicalType::Integer))]);
    let index = index.map_or_else(String::new, |index| format!(" ({index})"));
    let sql = format!(
        "CREATE TEMPORARY TABLE {chosen}{index} AS SELECT {key}, row_number() OVER (ORDER BY {key}) AS {} \
         FROM {} AS t{conditions}",
        dialect.quote(NUMBER),
        dialect.quote(&root.name),
    );
    session.execute(step, &sql, &[])?;
    for sql in dialect.index_temporary(CHOSEN, &[NUMBER.to_owned()]) {
        session.execute(step, &sql, &[])?;
    }
    session.count(step, &format!("SELECT count(*) FROM {chosen}"))
}

/// The condition that a row is one of those asked for, whose values are put into a temporary table.
fn among(session: &impl Session, root: &Table, only: &Only<'_>) -> Result<String, DestinationError> {
    let dialect = session.dialect();
    let step = Step("read", &root.name);
    let place = Place::Temporary(ASKED);
    let text = dialect.identifying_type_name(LogicalType::Text);
    let names: Vec<String> = (0..only.columns.len()).map(|index| format!("k{index}")).collect();
    let declared: Vec<String> = names.iter().map(|name| format!("{name} {text}")).collect();
    let sql = format!("CREATE TEMPORARY TABLE {} ({})", dialect.place(place), declared.join(", "));
    session.execute(step, &sql, &[])?;
    let columns = names.iter().enumerate().map(|(index, name)| {
        let values = only.values.iter().map(|values| values.get(index).map(String::as_str));
        (name, Arc::new(values.collect::<StringArray>()) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns)
        .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
    session.append(step, place, &[batch])?;
    let stored: Vec<String> = only
        .columns
        .iter()
        .filter_map(|name| root.column(name))
        .map(|column| as_text(session, "t", column))
        .collect();
    let asked = format!("SELECT {} FROM {}", names.join(", "), dialect.place(place));
    Ok(match stored.as_slice() {
        [one] => format!("{one} IN ({asked})"),
        several => format!("({}) IN ({asked})", several.join(", ")),
    })
}

/// The query for the rows of `table` that belong to the records of these numbers, in the order of the records and then of
/// their places in their lists. `None` where no chain of parents leads to `root`.
fn rows_sql(
    dialect: &dyn Dialect,
    root: &Table,
    table: &Table,
    tables: &[Table],
    (first, last): (u64, u64),
) -> Option<String> {
    // From the table up to the root, which the chosen keys stand for unless its own rows are asked for.
    let mut chain: Vec<(&Table, &ParentLink)> = Vec::new();
    let mut above = table;
    while let Some(link) = &above.parent {
        chain.push((above, link));
        above = tables.iter().find(|table| table.name == link.table)?;
    }
    let mut from = format!("{} AS r", dialect.place(Place::Temporary(CHOSEN)));
    let mut conditions = vec![format!("r.{} BETWEEN {first} AND {last}", dialect.quote(NUMBER))];
    let mut alias = "r".to_owned();
    if chain.is_empty() {
        from += &format!(" CROSS JOIN {} AS t", dialect.quote(&root.name));
        conditions.push(same(dialect, "t", "r", &root.key));
        conditions.extend(Versions::from(root).standing(dialect, "t"));
        "t".clone_into(&mut alias);
    }
    for (place, (child, link)) in chain.iter().rev().enumerate() {
        let joined = format!("t{place}");
        // The databases follow this order: chosen records first, then the rows that hang on them.
        from += &format!(" CROSS JOIN {} AS {joined}", dialect.quote(&child.name));
        conditions.push(equal(
            dialect,
            &joined,
            &alias,
            link.columns.iter().map(|(here, there)| (here, there)),
        ));
        conditions.extend(Versions::from(*child).standing(dialect, &joined));
        alias = joined;
    }
    let position = table.columns.iter().find(|column| column.role == ColumnRole::Position);
    let order: Vec<&String> = position.map(|column| &column.name).into_iter().chain(&table.key).collect();
    Some(format!(
        "SELECT {} FROM {from} WHERE {} ORDER BY r.{}, {}",
        list(dialect, &alias, table.columns.iter().map(|column| &column.name)),
        conditions.join(" AND "),
        dialect.quote(NUMBER),
        list(dialect, &alias, order),
    ))
}
