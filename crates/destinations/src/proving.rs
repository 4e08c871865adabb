//! What is asked of tables to prove that they hold what they should: how many live rows, which keys, where references lead
//! to nothing, whose lists have another length than stated.

use crate::bookkeeping::gone;
use crate::contract::{Dangling, Referring, Rows, Uneven};
use crate::error::DestinationError;
use crate::session::{Cell, Session, Step};
use crate::standing::Versions;
use crate::tables::Tables;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{Column, Table};
use relatable_model::write_mode::WriteMode;

/// A column of `alias` as text.
pub(crate) fn as_text(session: &impl Session, alias: &str, column: &Column) -> String {
    let dialect = session.dialect();
    let name = format!("{alias}.{}", dialect.quote(&column.name));
    match column.logical {
        LogicalType::Text => name,
        _ => dialect.cast(&name, LogicalType::Text),
    }
}

/// The columns of a table's key.
fn key_columns(table: &Table) -> Vec<&Column> {
    table.key.iter().filter_map(|name| table.column(name)).collect()
}

/// The condition that a row of the table called `t` is live.
fn alive(session: &impl Session, table: &Table) -> String {
    Versions::from(table).live(session.dialect(), "t").unwrap_or_else(|| "1 = 1".to_owned())
}

/// The condition that a row of the table called `t` is one of `rows`, with the values it takes.
fn chosen(session: &impl Session, table: &Table, rows: &Rows<'_>) -> (String, Vec<Cell>) {
    let (mut conditions, mut cells) = (vec![alive(session, table)], Vec::new());
    if let Some(within) = rows.within {
        let moment = format!("t.{}", session.dialect().quote(within.column));
        if let Some(from_us) = within.from_us {
            conditions.push(format!("{moment} >= ?"));
            cells.push(Cell::Instant(from_us));
        }
        if let Some(until_us) = within.until_us {
            let or_none =
                if within.from_us.is_none() { format!(" OR {moment} IS NULL") } else { String::new() };
            conditions.push(format!("({moment} < ?{or_none})"));
            cells.push(Cell::Instant(until_us));
        }
    }
    (conditions.join(" AND "), cells)
}

/// How many rows there are.
pub(crate) fn count(
    session: &impl Session,
    tables: &mut Tables,
    rows: &Rows<'_>,
) -> Result<u64, DestinationError> {
    let Some(table) = tables.named(session, rows.table)? else { return Ok(0) };
    let (condition, cells) = chosen(session, &table, rows);
    let name = session.dialect().quote(&table.name);
    let sql = format!("SELECT count(*) FROM {name} AS t WHERE {condition}");
    let answer = session.rows(Step("count the rows of", &table.name), &sql, &cells)?;
    let number = answer.first().and_then(|row| row.first()).map_or(0, Cell::integer);
    Ok(u64::try_from(number).unwrap_or(0))
}

/// The keys of rows behind `after`.
pub(crate) fn keys(
    session: &impl Session,
    tables: &mut Tables,
    rows: &Rows<'_>,
    after: Option<&[String]>,
    limit: usize,
) -> Result<Vec<Vec<String>>, DestinationError> {
    let Some(table) = tables.named(session, rows.table)? else { return Ok(Vec::new()) };
    let (mut condition, mut cells) = chosen(session, &table, rows);
    let key: Vec<String> =
        key_columns(&table).into_iter().map(|column| as_text(session, "t", column)).collect();
    if let Some(after) = after {
        // Behind in the first part, or the same there and behind in the next.
        let places: Vec<String> = (0..key.len())
            .map(|place| {
                let same = key[..place].iter().map(|part| format!("{part} = ? AND "));
                cells.extend(after.iter().take(place + 1).map(|part| Cell::from(part.as_str())));
                format!("({}{} > ?)", same.collect::<String>(), key[place])
            })
            .collect();
        condition += &format!(" AND ({})", places.join(" OR "));
    }
    let (name, key) = (session.dialect().quote(&table.name), key.join(", "));
    let sql = format!("SELECT {key} FROM {name} AS t WHERE {condition} ORDER BY {key} LIMIT {limit}");
    let answer = session.rows(Step("list the keys of", &table.name), &sql, &cells)?;
    Ok(answer.into_iter().map(|row| row.iter().map(Cell::text).collect()).collect())
}

/// The moment of every `every`-th row.
pub(crate) fn cuts(
    session: &impl Session,
    tables: &mut Tables,
    name: &str,
    column: &str,
    every: u64,
) -> Result<Vec<i64>, DestinationError> {
    let Some(table) = tables.named(session, name)? else { return Ok(Vec::new()) };
    let dialect = session.dialect();
    let (alive, moment) = (alive(session, &table), format!("t.{}", dialect.quote(column)));
    let sql = format!(
        "SELECT m FROM (SELECT {moment} AS m, row_number() OVER (ORDER BY {moment}) AS n FROM {} AS t \
         WHERE {alive} AND {moment} IS NOT NULL) AS numbered WHERE n % {} = 0 ORDER BY n",
        dialect.quote(name),
        every.max(1),
    );
    let rows = session.rows(Step("cut", name), &sql, &[])?;
    Ok(rows.iter().filter_map(|row| dialect.instant_us(row.first()?)).collect())
}

/// The values that refer to nothing, reference by reference.
pub(crate) fn dangling(
    session: &impl Session,
    tables: &mut Tables,
    references: &[Referring<'_>],
) -> Result<Vec<Vec<Dangling>>, DestinationError> {
    let tables = tables.all(session)?;
    references.iter().map(|referring| dangling_values(session, &tables, referring)).collect()
}

/// The values of one column that refer to nothing.
fn dangling_values(
    session: &impl Session,
    tables: &[Table],
    referring: &Referring<'_>,
) -> Result<Vec<Dangling>, DestinationError> {
    let Referring { table: name, column, reference } = *referring;
    let named = |name: &str| tables.iter().find(|table| table.name == name);
    let (Some(here), Some(there)) = (named(name), named(&reference.table)) else {
        return Ok(Vec::new());
    };
    let targets = key_columns(there);
    let (Some(value), [target]) = (here.column(column), targets.as_slice()) else {
        return Ok(Vec::new());
    };
    let dialect = session.dialect();
    let value = as_text(session, "t", value);
    let mut conditions = vec![alive(session, here), format!("{value} IS NOT NULL")];
    let mut cells = Vec::new();
    if let Some(when) = &reference.when {
        let places = vec!["?"; when.values.len()].join(", ");
        conditions.push(format!("t.{} IN ({places})", dialect.quote(&when.column)));
        cells.extend(when.values.iter().map(|value| Cell::from(value.as_str())));
    }
    let key: Vec<String> =
        key_columns(here).into_iter().map(|column| as_text(session, "t", column)).collect();
    if there.mode == WriteMode::Mirror {
        // What was deleted here is as good as marked.
        conditions.push(format!(
            "NOT EXISTS (SELECT 1 FROM {} AS gone WHERE gone.resource = {} AND gone.record = {value})",
            gone::LEDGER.name,
            dialect.literal(&there.resource)
        ));
    }
    let real = Versions::from(there).real(dialect, "g");
    let real = real.map(|real| format!(" AND {real}")).unwrap_or_default();
    let sql = format!(
        "SELECT {value}, count(*), min({}) FROM {} AS t WHERE {} \
         AND NOT EXISTS (SELECT 1 FROM {} AS g WHERE {} = {value}{real}) GROUP BY {value} ORDER BY {value}",
        key.join(" || '/' || "),
        dialect.quote(name),
        conditions.join(" AND "),
        dialect.quote(&there.name),
        as_text(session, "g", target),
    );
    let rows = session.rows(Step("look for what dangles in", name), &sql, &cells)?;
    let found = rows.iter().map(|row| Dangling {
        value: row[0].text(),
        rows: u64::try_from(row[1].integer()).unwrap_or_default(),
        example: row[2].text(),
    });
    Ok(found.collect())
}

/// The rows whose lists have another length than stated.
pub(crate) fn uneven(
    session: &impl Session,
    tables: &mut Tables,
    name: &str,
    stated: &str,
    list: &str,
) -> Result<Vec<Uneven>, DestinationError> {
    let (Some(owner), Some(list)) = (tables.named(session, name)?, tables.named(session, list)?) else {
        return Ok(Vec::new());
    };
    let (Some(link), Some(_)) = (&list.parent, owner.column(stated)) else { return Ok(Vec::new()) };
    let dialect = session.dialect();
    let here: Vec<String> = link.columns.iter().map(|(here, _)| dialect.quote(here)).collect();
    let joined: Vec<String> = link
        .columns
        .iter()
        .map(|(here, there)| format!("c.{} = t.{}", dialect.quote(here), dialect.quote(there)))
        .collect();
    let key: Vec<String> =
        key_columns(&owner).into_iter().map(|column| as_text(session, "t", column)).collect();
    let standing = Versions::from(&list).standing(dialect, "l");
    let standing = standing.map(|standing| format!(" WHERE {standing}")).unwrap_or_default();
    let (here, key, stated) = (here.join(", "), key.join(", "), format!("t.{}", dialect.quote(stated)));
    let sql = format!(
        "SELECT {key}, {stated}, coalesce(c.n, 0) FROM {} AS t LEFT JOIN \
         (SELECT {here}, count(*) AS n FROM {} AS l{standing} GROUP BY {here}) AS c ON {} \
         WHERE {} AND ({stated} IS NULL OR {stated} <> coalesce(c.n, 0)) ORDER BY {key}",
        dialect.quote(&owner.name),
        dialect.quote(&list.name),
        joined.join(" AND "),
        alive(session, &owner),
    );
    let rows = session.rows(Step("count the lists of", name), &sql, &[])?;
    let found = rows.iter().map(|row| {
        let (key, numbers) = row.split_at(row.len() - 2);
        Uneven {
            key: key.iter().map(Cell::text).collect(),
            stated: (numbers[0] != Cell::Null).then(|| numbers[0].integer()),
            stored: numbers[1].integer(),
        }
    });
    Ok(found.collect())
}
