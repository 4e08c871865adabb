//! Statements on a connection to PostgreSQL.

use super::dialect::Postgres;
use super::failure::{failure, repeated_table};
use super::link::{Link, LinkError};
use super::stage::CopyError;
use super::{merge, rows, stage};
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::fault;
use crate::merge_plan::Merge;
use crate::package::Answer;
use crate::session::{Altered, Cell, Merged, Place, Session, Step};
use arrow_array::RecordBatch;
use relatable_model::schema::Column;
use std::cell::RefCell;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, SimpleQueryMessage};

/// The advisory lock of those who write to a schema; its key is made of the schema's name.
const WRITERS_SQL: &str = "SELECT pg_advisory_xact_lock(hashtext('relatable'), hashtext(current_schema()))";
/// The advisory lock of the run that has a schema, as long as its connection lasts.
const RUN_SQL: &str = "SELECT pg_try_advisory_lock(hashtext('relatable run'), hashtext(?))";
/// Who else has an advisory lock with these keys, of which the server lists the bits.
const HOLDER_SQL: &str = "SELECT a.application_name, coalesce(a.client_addr::text, 'this machine'), l.pid \
    FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid \
    WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid() \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
    AND l.classid::bigint = hashtext(?)::bigint & 4294967295 AND l.objid::bigint = hashtext(?)::bigint & 4294967295";

/// An open connection to PostgreSQL.
pub(crate) struct PostgresSession<'a> {
    link: &'a Link,
    description: &'a str,
    altered: RefCell<Vec<Altered>>,
}

impl<'a> PostgresSession<'a> {
    /// A session on this connection.
    pub(super) fn new(link: &'a Link, description: &'a str) -> Self {
        PostgresSession { link, description, altered: RefCell::default() }
    }

    /// Takes the lock of the run that has `schema`, for as long as the connection lasts.
    pub(super) fn hold(&self, schema: &str) -> Result<(), DestinationError> {
        let step = Step("hold the schema", schema);
        let taken = self.rows(step, RUN_SQL, &[Cell::from(schema)])?;
        if taken.first().is_some_and(|row| row[0] == Cell::Boolean(true)) {
            return Ok(());
        }
        let holder = self.holder("relatable run", schema)?.unwrap_or_else(|| "another run".to_owned());
        Err(DestinationError::Locked { destination: self.description.to_owned(), holder })
    }

    /// Who has the advisory lock of these keys.
    fn holder(&self, purpose: &str, schema: &str) -> Result<Option<String>, DestinationError> {
        let step = Step("ask who holds the schema", schema);
        let holders = self.rows(step, HOLDER_SQL, &[Cell::from(purpose), Cell::from(schema)])?;
        let name = |row: &Vec<Cell>| {
            format!("`{}` from {}, process {} of the server", row[0].text(), row[1].text(), row[2].integer())
        };
        Ok(holders.first().map(name))
    }

    /// The error of a step.
    fn failure(&self, step: Step<'_>, error: LinkError) -> DestinationError {
        match repeated_table(&error) {
            Some(table) => DestinationError::KeyRepeated { table, count: 1 },
            None => failure(self.description, step, error),
        }
    }

    /// The rows of a query.
    fn query(&self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, LinkError> {
        let (client, sql, cells) = (self.link.client.clone(), numbered(sql, cells), cells.to_vec());
        self.link.wait(async move { client.query(&sql, &parameters(&cells)).await })
    }
}

/// Cells as parameters.
fn parameters(cells: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

/// A statement with its question marks numbered, as PostgreSQL has them; those within quotes are none.
fn numbered(sql: &str, cells: &[Cell]) -> String {
    if cells.is_empty() {
        return sql.to_owned();
    }
    let (mut numbered, mut number, mut quote) = (String::with_capacity(sql.len() + cells.len()), 0, None);
    for character in sql.chars() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            ('?', None) => {
                number += 1;
                numbered += &format!("${number}");
                continue;
            }
            _ => {}
        }
        numbered.push(character);
    }
    numbered
}

impl Session for PostgresSession<'_> {
    fn dialect(&self) -> &dyn Dialect {
        &Postgres
    }

    fn describe(&self) -> &str {
        self.description
    }

    fn execute(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<u64, DestinationError> {
        self.statement(step, || {
            let (client, sql, cells) = (self.link.client.clone(), numbered(sql, cells), cells.to_vec());
            let changed = self.link.wait(async move { client.execute(&sql, &parameters(&cells)).await });
            changed.map_err(|error| self.failure(step, error))
        })
    }

    fn rows(&self, step: Step<'_>, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, DestinationError> {
        self.statement(step, || {
            let rows = self.query(sql, cells).map_err(|error| self.failure(step, error))?;
            let read = |row: &Row| (0..row.len()).map(|place| row.try_get(place)).collect();
            let cells: Result<Vec<Vec<Cell>>, tokio_postgres::Error> = rows.iter().map(read).collect();
            cells.map_err(|error| self.failure(step, error.into()))
        })
    }

    fn batch(&self, step: Step<'_>, sql: &str, columns: &[Column]) -> Result<RecordBatch, DestinationError> {
        self.statement(step, || {
            let found = self.query(sql, &[]).map_err(|error| self.failure(step, error))?;
            rows::batch(&found, columns)
                .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })
        })
    }

    fn append(
        &self,
        step: Step<'_>,
        place: Place<'_>,
        batches: &[RecordBatch],
    ) -> Result<(), DestinationError> {
        self.statement(step, || match stage::append(self.link, self.dialect(), place, batches) {
            Ok(replaced) => {
                let altered = |(column, count)| Altered { table: step.1.to_owned(), column, count };
                self.altered.borrow_mut().extend(replaced.into_iter().map(altered));
                Ok(())
            }
            Err(CopyError::Link(error)) => Err(self.failure(step, error)),
            Err(CopyError::Fault(fault)) => Err(fault::failure(self.description, step, fault)),
            Err(CopyError::Encoding(cause)) => {
                Err(DestinationError::Statement { step: step.to_string(), cause: cause.into() })
            }
        })
    }

    fn merge(&self, merge: &Merge<'_>) -> Result<Merged, DestinationError> {
        let step = Step("merge rows into", &merge.shape.name);
        let rows = self.rows(step, &merge::upsert_sql(self.dialect(), merge), &[])?;
        let number = |place: usize| {
            let cell = rows.first().and_then(|row| row.get(place)).map_or(0, Cell::integer);
            u64::try_from(cell).unwrap_or_default()
        };
        Ok(Merged { inserted: number(0), updated: number(1) })
    }

    fn begin(&self) -> Result<(), DestinationError> {
        let step = Step("begin a transaction", "");
        self.execute(step, "BEGIN", &[])?;
        let Err(error) = self.execute(step, WRITERS_SQL, &[]) else { return Ok(()) };
        self.execute(step, "ROLLBACK", &[])?;
        let DestinationError::Locked { destination, holder } = error else { return Err(error) };
        let schemas = self.rows(step, "SELECT current_schema()", &[])?;
        let schema = schemas.first().map(|row| row[0].text()).unwrap_or_default();
        let holder = self.holder("relatable", &schema)?.unwrap_or(holder);
        Err(DestinationError::Locked { destination, holder })
    }

    fn begin_reading(&self) -> Result<(), DestinationError> {
        self.execute(Step("begin a transaction", ""), "BEGIN ISOLATION LEVEL REPEATABLE READ", &[])?;
        Ok(())
    }

    fn take_altered(&self) -> Vec<Altered> {
        self.altered.take()
    }
}

/// The cells of a reading statement as text, on a connection of its own that only reads.
pub(super) fn answer(link: &Link, destination: &str, sql: &str) -> Result<Answer, DestinationError> {
    let (client, sql) = (link.client.clone(), sql.to_owned());
    let messages = link.wait(async move {
        // To prepare it refuses several statements in one.
        client.prepare(&sql).await?;
        client.batch_execute("BEGIN READ ONLY").await?;
        let messages = client.simple_query(&sql).await;
        client.batch_execute("ROLLBACK").await?;
        messages
    });
    let messages = messages.map_err(|error| failure(destination, Step("run the query", ""), error))?;
    let mut answer = Answer { columns: Vec::new(), rows: Vec::new() };
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                answer.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                answer.rows.push((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect());
            }
            _ => {}
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_outside_of_quotes_are_numbered() {
        let cells = [Cell::Null, Cell::Null];
        for (sql, expected) in [
            ("a = ? AND b = ?", "a = $1 AND b = $2"),
            ("a = 'wh?t''s' AND \"b?\" = ?", "a = 'wh?t''s' AND \"b?\" = $1"),
        ] {
            assert_eq!(numbered(sql, &cells), expected);
        }
        assert_eq!(numbered("a ? b", &[]), "a ? b");
    }
}
