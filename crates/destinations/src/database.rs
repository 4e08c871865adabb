//! The [`Destination`] contract over any database that can be connected to.

use crate::bookkeeping::{self, checkpoint, columns, models};
use crate::catalogue::Catalogue;
use crate::contract::{Changes, Dangling, Destination, Reading, Records, Referring, Rows, Uneven};
use crate::error::DestinationError;
use crate::load;
use crate::package::{Answer, Checkpoint, Model, Package, Receipt, RememberedColumn};
use crate::proving;
use crate::reading;
use crate::session::{Cell, Connector, Place, Session, Step, Transaction};
use crate::shape::Known;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use relatable_model::schema::Table;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A handle on a database.
pub(crate) struct Database<C: Connector> {
    connector: C,
    /// The token this handle claimed with.
    fence: Option<String>,
}

impl<C: Connector> Database<C> {
    /// A handle that has claimed nothing yet.
    pub(crate) fn new(connector: C) -> Self {
        Database { connector, fence: None }
    }
}

impl<C: Connector> Destination for Database<C> {
    fn describe(&self) -> String {
        self.connector.describe()
    }

    fn checkpoint(&mut self) -> Result<Option<Checkpoint>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(None) };
        Ok(checkpoint::read(&session)?.map(|stored| stored.checkpoint))
    }

    fn check(&mut self, tables: &[Table]) -> Result<Option<Checkpoint>, DestinationError> {
        self.connector.check_writable()?;
        let (dialect, destination) = (self.connector.dialect(), self.connector.describe());
        let Some(session) = self.connector.read()? else {
            let (known, catalogue) = (Known::default(), Catalogue::default());
            load::plan(dialect, &destination, &known, &catalogue, tables)?;
            return Ok(None);
        };
        let stored = checkpoint::read(&session)?;
        let catalogue = Catalogue::read(&session)?;
        let known = if stored.is_some() {
            Known::read(&session)?
        } else {
            bookkeeping::check_names(&session, &catalogue)?;
            Known::default()
        };
        load::plan(dialect, &destination, &known, &catalogue, tables)?;
        Ok(stored.map(|stored| stored.checkpoint))
    }

    fn claim(&mut self, workspace: &str, journal: &str) -> Result<Checkpoint, DestinationError> {
        // A first look without writing: opening for writing already changes the file in some databases.
        if let Some(session) = self.connector.read()? {
            match checkpoint::read(&session)? {
                Some(stored) => checkpoint::check_workspace(&session, &stored.checkpoint, workspace)?,
                None => bookkeeping::check_names(&session, &Catalogue::read(&session)?)?,
            }
        }
        let session = self.connector.write(true)?;
        let transaction = Transaction::begin(&session)?;
        let stored = checkpoint::read(&session)?;
        if let Some(stored) = &stored {
            checkpoint::check_workspace(&session, &stored.checkpoint, workspace)?;
        }
        bookkeeping::create(&session)?;
        let tokens = session.rows(Step("make a fence token", ""), session.dialect().token_sql(), &[])?;
        let fence = tokens.first().map(|row| row[0].text()).unwrap_or_default();
        let checkpoint = if let Some(stored) = stored {
            checkpoint::set_fence(&session, &fence)?;
            stored.checkpoint
        } else {
            let (workspace, journal) = (workspace.to_owned(), journal.to_owned());
            let first = Checkpoint { workspace, journal, seq: 0, low_water: BTreeMap::new() };
            checkpoint::insert(&session, &first, &fence)?;
            first
        };
        transaction.commit()?;
        self.fence = Some(fence);
        Ok(checkpoint)
    }

    fn models(&mut self) -> Result<Vec<Model>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        models::read(&session)
    }

    fn remembered(&mut self) -> Result<Vec<RememberedColumn>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        if checkpoint::read(&session)?.is_none() {
            return Ok(Vec::new());
        }
        Ok(columns::read(&session)?.into_iter().map(|stored| stored.remembered).collect())
    }

    fn versions(
        &mut self,
        table: &str,
        key: &str,
        version: &str,
        keys: &[String],
    ) -> Result<HashMap<String, i64>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(HashMap::new()) };
        if keys.is_empty() || Catalogue::read(&session)?.get(table).is_none() {
            return Ok(HashMap::new());
        }
        versions(&session, table, key, version, keys)
    }

    fn load(
        &mut self,
        package: &Package<'_>,
        changes: &mut Changes<'_>,
    ) -> Result<Receipt, DestinationError> {
        let Some(fence) = self.fence.as_deref() else {
            return Err(DestinationError::NotClaimed { destination: self.connector.describe() });
        };
        let session = self.connector.write(false)?;
        load::load(&session, fence, package, changes)
    }

    fn tables(&mut self) -> Result<Vec<Table>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        reading::tables(&session)
    }

    fn read(&mut self, reading: &Reading<'_>, records: &mut Records<'_>) -> Result<(), DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(()) };
        reading::read(&session, reading, records)
    }

    fn count(&mut self, rows: &Rows<'_>) -> Result<u64, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(0) };
        proving::count(&session, rows)
    }

    fn keys(
        &mut self,
        rows: &Rows<'_>,
        after: Option<&[String]>,
        limit: usize,
    ) -> Result<Vec<Vec<String>>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::keys(&session, rows, after, limit)
    }

    fn cuts(&mut self, table: &str, column: &str, every: u64) -> Result<Vec<i64>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::cuts(&session, table, column, every)
    }

    fn dangling(&mut self, references: &[Referring<'_>]) -> Result<Vec<Vec<Dangling>>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(vec![Vec::new(); references.len()]) };
        proving::dangling(&session, references)
    }

    fn uneven(&mut self, table: &str, stated: &str, list: &str) -> Result<Vec<Uneven>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::uneven(&session, table, stated, list)
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        self.connector.query(sql)
    }
}

/// The temporary table of keys whose versions are asked for.
const ASKED: &str = "_relatable_asked";

/// The versions of the rows with these keys.
fn versions(
    session: &impl Session,
    table: &str,
    key: &str,
    version: &str,
    keys: &[String],
) -> Result<HashMap<String, i64>, DestinationError> {
    let dialect = session.dialect();
    let step = Step("read versions of", table);
    let asked = dialect.place(Place::Temporary(ASKED));
    let text = dialect.type_name(relatable_model::logical::LogicalType::Text);
    session.execute(step, &format!("CREATE TEMP TABLE {asked} (k {text})"), &[])?;
    let column: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
    let batch = RecordBatch::try_from_iter([("k", column)])
        .map_err(|cause| DestinationError::Statement { step: step.to_string(), cause: cause.into() })?;
    let appended = session.append(step, Place::Temporary(ASKED), &[batch]);
    let (key, version) = (dialect.quote(key), dialect.quote(version));
    let sql = format!(
        "SELECT a.k, t.{version} FROM {asked} AS a CROSS JOIN {} AS t \
         WHERE t.{key} = a.k AND t.{version} IS NOT NULL",
        dialect.quote(table)
    );
    let rows = appended.and_then(|()| session.rows(step, &sql, &[]));
    session.execute(step, &format!("DROP TABLE {asked}"), &[])?;
    let pairs = rows?.into_iter().filter_map(|row| match row.as_slice() {
        [Cell::Text(key), version] => Some((key.clone(), dialect.instant_us(version)?)),
        _ => None,
    });
    Ok(pairs.collect())
}
