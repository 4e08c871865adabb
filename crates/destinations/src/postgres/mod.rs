//! PostgreSQL: one schema of a database on a server, keys and parent links enforced by the database.
//!
//! The connection is kept between calls and opened anew where the server has closed it. Names without a schema mean the one
//! of the address, since nothing else is in the search path. Whoever writes holds an advisory lock until the transaction
//! ends, so that two loads never meet halfway.

mod address;
mod cell;
mod copy;
mod dialect;
mod failure;
mod link;
mod merge;
mod query;
mod refusal;
mod rows;
mod stage;
mod vacuum;
mod value;

use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::package::Answer;
use crate::session::{Cell, Connector, Session, Step};
use address::ServerAddress;
use link::Link;
use query::PostgresSession;
use std::time::Duration;

/// What the connection's user may do: make temporary tables, write to the schema; whether the schema is there, and whether
/// the server takes no writes at all. The parameter is the schema's name.
const RIGHTS_SQL: &str = "SELECT has_database_privilege(current_database(), 'TEMP'), \
    CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE') \
         ELSE has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END, \
    n.oid IS NOT NULL, pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' \
    FROM (SELECT 1) AS one LEFT JOIN pg_namespace AS n ON n.nspname = ?";

/// A schema of a PostgreSQL database.
pub(crate) struct PostgresSchema {
    address: ServerAddress,
    /// How long another transaction's lock is waited for.
    lock_wait: Duration,
    link: Option<Link>,
    /// The connection whose lock makes this process the only run there.
    holding: Option<Link>,
    description: String,
}

impl PostgresSchema {
    /// The schema that an address names; nothing is asked of the server yet.
    pub(crate) fn new(uri: &str, lock_wait: Duration) -> Result<PostgresSchema, DestinationError> {
        let address = ServerAddress::parse(uri)?;
        let description = address.describe();
        Ok(PostgresSchema { address, lock_wait, link: None, holding: None, description })
    }

    /// A new connection, with the schema as the place of all names.
    fn open(&self) -> Result<Link, DestinationError> {
        let opening = |cause| failure::opening(&self.description, cause);
        let link = Link::open(&self.address).map_err(opening)?;
        let settings = format!(
            "SET search_path TO {}; SET lock_timeout TO {}; SET timezone TO 'UTC'; \
             SET standard_conforming_strings TO on; SET client_min_messages TO warning; \
             SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0",
            dialect::Postgres.quote(&self.address.schema),
            self.lock_wait.as_millis().max(1),
        );
        let client = link.client.clone();
        let set = link.wait(async move { client.batch_execute(&settings).await });
        set.map_err(|error| opening(error.into()))?;
        Ok(link)
    }

    /// The connection kept, or a new one.
    fn session(&mut self) -> Result<PostgresSession<'_>, DestinationError> {
        if self.link.as_ref().is_none_or(|link| link.client.is_closed()) {
            self.link = Some(self.open()?);
        }
        let link = self.link.as_ref().expect("the connection was opened above");
        Ok(PostgresSession::new(link, &self.description))
    }

    /// Whether the schema is there; refuses where it could not be written.
    fn check_rights(&mut self) -> Result<bool, DestinationError> {
        let schema = self.address.schema.clone();
        let name = Cell::from(schema.as_str());
        let rows = self.session()?.rows(Step("ask for the rights in", &schema), RIGHTS_SQL, &[name])?;
        let right = |place: usize| rows.first().is_some_and(|row| row[place] == Cell::Boolean(true));
        let refused = |cause: String| {
            Err(DestinationError::ReadOnly { destination: self.description.clone(), cause: cause.into() })
        };
        let user = self.address.config.get_user().unwrap_or("the user").to_owned();
        match (right(0), right(1), right(2), right(3)) {
            (_, _, _, true) => refused("the server takes no writes".to_owned()),
            (false, ..) => {
                refused(format!("`{user}` may not make temporary tables: grant TEMPORARY on the database"))
            }
            (_, false, true, _) => {
                refused(format!("`{user}` may not create tables there: grant USAGE and CREATE on the schema"))
            }
            (_, false, false, _) => refused(format!(
                "the schema does not exist and `{user}` may not create it: create it, or grant CREATE on the database"
            )),
            (_, _, exists, _) => Ok(exists),
        }
    }
}

impl Drop for PostgresSchema {
    fn drop(&mut self) {
        // First what may still be at work.
        self.link = None;
        if let Some(holding) = &self.holding {
            holding.release();
        }
    }
}

impl Connector for PostgresSchema {
    type Session<'a> = PostgresSession<'a>;

    fn describe(&self) -> String {
        self.description.clone()
    }

    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::Postgres
    }

    fn hold(&mut self, _now_us: i64) -> Result<(), DestinationError> {
        if self.holding.is_none() {
            let link = self.open()?;
            let schema = self.address.schema.as_str();
            PostgresSession::new(&link, &self.description).hold(schema)?;
            self.holding = Some(link);
        }
        Ok(())
    }

    fn check_writable(&mut self) -> Result<(), DestinationError> {
        self.check_rights().map(|_| ())
    }

    fn read(&mut self) -> Result<Option<PostgresSession<'_>>, DestinationError> {
        let session = self.session()?;
        let exists = session.count(Step("look for", "the schema"), "SELECT count(current_schema())")? == 1;
        Ok(exists.then_some(session))
    }

    fn write(&mut self, create: bool) -> Result<PostgresSession<'_>, DestinationError> {
        // `IF NOT EXISTS` would ask for the right to create even where there is nothing to create.
        if create && !self.check_rights()? {
            let schema = self.address.schema.clone();
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", dialect::Postgres.quote(&schema));
            self.session()?.execute(Step("create the schema", &schema), &sql, &[])?;
        }
        self.session()
    }

    fn rewrite(&mut self) -> Result<(), DestinationError> {
        vacuum::rewrite(&self.session()?)
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        query::answer(&self.open()?, &self.description, sql)
    }
}
