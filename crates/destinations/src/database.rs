//! The [`Destination`] contract over any database that can be connected to.

use crate::bookkeeping::{self, checkpoint, columns, forgotten, models, more, settings};
use crate::bracket;
use crate::catalogue::Catalogue;
use crate::contract::{Changes, Dangling, Destination, Live, Reading, Records, Referring, Rows, Uneven};
use crate::drift::check_views;
use crate::erase;
use crate::error::DestinationError;
use crate::fault;
use crate::keys;
use crate::load::{self, Settled};
use crate::package::{
    Answer, Checkpoint, Erased, Erasure, Model, Package, Receipt, Remembered, RememberedColumn,
};
use crate::proving;
use crate::reading;
use crate::references::References;
use crate::session::{Connector, Session, Step, Transaction};
use crate::shape::Known;
use crate::tables::Tables;
use relatable_faults::{CLAIM_COMMITTED, CLAIM_OPENED, CLAIM_READY, REWRITE_DONE};
use relatable_model::schema::{DELETED_AT, Table};
use relatable_model::width::Width;
use std::collections::{BTreeMap, HashMap};

/// What a claim does, for messages.
const CLAIM: Step<'_> = Step("claim the destination", "");

/// A handle on a database.
pub(crate) struct Database<C: Connector> {
    connector: C,
    /// The token this handle claimed with.
    fence: Option<String>,
    /// What is asked of references.
    asked: Option<References>,
    /// The tables there are.
    tables: Tables,
}

impl<C: Connector> Database<C> {
    /// A handle that has claimed nothing yet.
    pub(crate) fn new(connector: C) -> Self {
        Database { connector, fence: None, asked: None, tables: Tables::default() }
    }
}

impl<C: Connector> Destination for Database<C> {
    fn describe(&self) -> String {
        self.connector.describe()
    }

    fn place(&self) -> String {
        self.connector.place()
    }

    fn width(&self) -> Width {
        self.connector.dialect().width()
    }

    fn hold(&mut self, now_us: i64) -> Result<(), DestinationError> {
        self.connector.hold(now_us)?;
        if !self.connector.dialect().ddl_commits() {
            return Ok(());
        }
        // A load that was broken off may have moved tables, and whoever holds the place reads them before it writes.
        let Some(session) = self.connector.read()? else { return Ok(()) };
        if checkpoint::read(&session)?.is_some() && bracket::is_pending(&session)? {
            let transaction = Transaction::begin(&session)?;
            bracket::recover(&session)?;
            transaction.commit()?;
        }
        Ok(())
    }

    fn keep_open(&mut self) {
        self.connector.keep_open();
    }

    fn rest(&mut self) {
        self.connector.rest();
    }

    fn ask_references(&mut self, references: References) {
        self.asked = Some(references);
    }

    fn references(&mut self) -> Result<References, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(References::default()) };
        settings::references(&session)
    }

    fn checkpoint(&mut self) -> Result<Option<Checkpoint>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(None) };
        Ok(checkpoint::read(&session)?.map(|stored| stored.checkpoint))
    }

    fn check(&mut self, tables: &[Table]) -> Result<Option<Checkpoint>, DestinationError> {
        self.connector.check_writable()?;
        let (dialect, destination) = (self.connector.dialect(), self.connector.describe());
        let asked = self.asked;
        let Some(session) = self.connector.read()? else {
            let (known, catalogue) = (Known::default(), Catalogue::default());
            Settled::of(dialect, &destination, (known, &catalogue), tables, asked)?;
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
        let settled = Settled::of(dialect, &destination, (known, &catalogue), tables, asked)?;
        check_views(&session, &settled.plan)?;
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
        session.reach(CLAIM_OPENED, CLAIM)?;
        let transaction = Transaction::begin(&session)?;
        let stored = checkpoint::read(&session)?;
        if let Some(stored) = &stored {
            checkpoint::check_workspace(&session, &stored.checkpoint, workspace)?;
        }
        bookkeeping::create(&session)?;
        if session.dialect().ddl_commits() {
            bracket::recover(&session)?;
        }
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
        session.reach(CLAIM_READY, CLAIM)?;
        transaction.commit()?;
        session.reach(CLAIM_COMMITTED, CLAIM)?;
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
        let stored = columns::read(&session)?;
        let in_more = more::remembered(&stored, &more::read(&session)?);
        Ok(stored.into_iter().map(|stored| stored.remembered).chain(in_more).collect())
    }

    fn versions(
        &mut self,
        table: &str,
        key: &str,
        version: &str,
        keys: &[String],
    ) -> Result<HashMap<String, i64>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(HashMap::new()) };
        if keys.is_empty() || !Catalogue::has_column(&session, table, version)? {
            return Ok(HashMap::new());
        }
        keys::versions(&session, table, key, version, keys)
    }

    fn live(&mut self, live: &Live<'_>) -> Result<Vec<String>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        if Catalogue::has_column(&session, live.table, DELETED_AT)? {
            keys::live(&session, live)
        } else {
            Ok(Vec::new())
        }
    }

    fn load(
        &mut self,
        package: &Package<'_>,
        changes: &mut Changes<'_>,
    ) -> Result<Receipt, DestinationError> {
        let Some(fence) = self.fence.as_deref() else {
            return Err(DestinationError::NotClaimed { destination: self.connector.describe() });
        };
        let asked = self.asked;
        self.tables.forget();
        let session = self.connector.write(false)?;
        load::load(&session, (fence, asked), package, changes)
    }

    fn erase(&mut self, erasure: &Erasure<'_>) -> Result<Erased, DestinationError> {
        let Some(fence) = self.fence.clone() else {
            return Err(DestinationError::NotClaimed { destination: self.connector.describe() });
        };
        let erased = {
            let session = self.connector.write(false)?;
            erase::erase(&session, &fence, erasure)?
        };
        self.connector.rewrite()?;
        let failed = |fault| fault::failure(&self.connector.describe(), "rewrite the database", fault);
        relatable_faults::reach(REWRITE_DONE).map_err(failed)?;
        Ok(erased)
    }

    fn forgotten(&mut self) -> Result<Vec<Remembered>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        forgotten::read(&session)
    }

    fn tables(&mut self) -> Result<Vec<Table>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        Ok(self.tables.all(&session)?.to_vec())
    }

    fn read(&mut self, reading: &Reading<'_>, records: &mut Records<'_>) -> Result<(), DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(()) };
        reading::read(&session, &mut self.tables, reading, records)
    }

    fn count(&mut self, rows: &Rows<'_>) -> Result<u64, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(0) };
        proving::count(&session, &mut self.tables, rows)
    }

    fn keys(
        &mut self,
        rows: &Rows<'_>,
        after: Option<&[String]>,
        limit: usize,
    ) -> Result<Vec<Vec<String>>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::keys(&session, &mut self.tables, rows, after, limit)
    }

    fn cuts(&mut self, table: &str, column: &str, every: u64) -> Result<Vec<i64>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::cuts(&session, &mut self.tables, table, column, every)
    }

    fn dangling(&mut self, references: &[Referring<'_>]) -> Result<Vec<Vec<Dangling>>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(vec![Vec::new(); references.len()]) };
        proving::dangling(&session, &mut self.tables, references)
    }

    fn uneven(&mut self, table: &str, stated: &str, list: &str) -> Result<Vec<Uneven>, DestinationError> {
        let Some(session) = self.connector.read()? else { return Ok(Vec::new()) };
        proving::uneven(&session, &mut self.tables, table, stated, list)
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        self.connector.query(sql)
    }
}
