//! MariaDB and MySQL: one database on a server, keys and parent links enforced by it.
//!
//! The connection is kept between calls and opened anew where the server has closed it. Whoever writes holds a lock of the
//! server's from the first transaction of a call to the end of the call. Tables are made before the rows come, since that
//! ends transactions here (`bracket`).

mod address;
mod dialect;
mod encode;
mod failure;
mod link;
mod merge;
mod query;
mod refusal;
mod rights;
mod rows;
mod stage;
mod value;

use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::package::Answer;
use crate::session::{Cell, Connector, Session, Step};
use address::ServerAddress;
use futures_util::FutureExt;
use link::Link;
use query::MySqlSession;
use relatable_faults::REWRITE_DONE_IN_PART;
use rights::Rights;
use std::cell::Cell as Mutable;
use std::time::Duration;

/// How SQL is read and values are taken, whatever the server is set to: nothing is cut or bent to fit, `||` joins texts,
/// and a backslash is a character like any other.
const SQL_MODE: &str = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT";
/// How long a connection may rest while rows are being made, in seconds.
const REST_MAX_S: u32 = 86_400;
/// How long one packet of rows may take, in seconds.
const PACKET_MAX_S: u32 = 600;

/// A database of a MariaDB or MySQL server.
pub(crate) struct MySqlDatabase {
    address: ServerAddress,
    /// How long another one's lock is waited for.
    lock_wait: Duration,
    link: Option<Link>,
    /// The connection whose lock makes this process the only run there.
    holding: Option<Link>,
    /// Whether something may have stayed on the connection: temporary tables, a lock.
    stale: Mutable<bool>,
    description: String,
}

impl MySqlDatabase {
    /// The database that an address names; nothing is asked of the server yet.
    pub(crate) fn new(uri: &str, lock_wait: Duration) -> Result<MySqlDatabase, DestinationError> {
        let address = ServerAddress::parse(uri)?;
        let description = address.describe();
        Ok(MySqlDatabase {
            address,
            lock_wait,
            link: None,
            holding: None,
            stale: Mutable::new(false),
            description,
        })
    }

    /// A new connection, without settings and database.
    fn connect(&self) -> Result<Link, DestinationError> {
        Link::open(&self.address).map_err(|cause| failure::opening(&self.description, cause))
    }

    /// What is set on every connection.
    fn settings(&self, link: &Link) -> String {
        let wait = self.lock_wait.as_secs().max(1);
        let endless = if link.server.dialect.is_mariadb {
            "max_statement_time = 0, idle_transaction_timeout = 0"
        } else {
            "max_execution_time = 0"
        };
        format!(
            "SET NAMES utf8mb4 COLLATE {}; SET SESSION sql_mode = '{SQL_MODE}', time_zone = '+00:00', \
             autocommit = 1, foreign_key_checks = 1, unique_checks = 1, lock_wait_timeout = {wait}, \
             innodb_lock_wait_timeout = {wait}, wait_timeout = {REST_MAX_S}, net_read_timeout = {PACKET_MAX_S}, \
             net_write_timeout = {PACKET_MAX_S}, {endless}",
            link.server.dialect.collation(),
        )
    }

    /// The connection kept, or a new one, with the settings and without anything that stayed on it; whether the database is
    /// there, which then is the one that names mean.
    fn prepare(&mut self) -> Result<bool, DestinationError> {
        let is_stale = self.stale.replace(false);
        let keeps = |link: &Link| {
            // A connection that rested is asked whether it is still there.
            let alive = link.wait(move |conn| {
                async move {
                    if is_stale {
                        conn.reset().await
                    } else {
                        mysql_async::prelude::Queryable::ping(conn).await.map(|()| true)
                    }
                }
                .boxed()
            });
            alive.unwrap_or(false)
        };
        let is_fresh = match &self.link {
            Some(link) if keeps(link) => is_stale,
            _ => {
                self.link = Some(self.connect()?);
                true
            }
        };
        let link = self.link.as_ref().expect("the connection was opened above");
        if is_fresh {
            let set = link.run(self.settings(link));
            set.map_err(|error| failure::failure(&self.description, "set up the connection", error))?;
        }
        let session = self.session_on(link);
        let name = Cell::from(self.address.database.as_str());
        let sql = "SELECT count(*) FROM information_schema.schemata WHERE schema_name = ?";
        let found = session.rows(Step("look for", "the database"), sql, &[name])?;
        let exists = found.first().is_some_and(|row| row[0].integer() == 1);
        if exists && is_fresh {
            let sql = format!("USE {}", link.server.dialect.quote(&self.address.database));
            session.execute(Step("use", "the database"), &sql, &[])?;
        }
        Ok(exists)
    }

    /// A session on a connection.
    fn session_on<'s>(&'s self, link: &'s Link) -> MySqlSession<'s> {
        MySqlSession::new(link, &self.description, self.lock_wait, &self.stale)
    }

    /// The session on the connection kept.
    fn session(&self) -> Result<MySqlSession<'_>, DestinationError> {
        match &self.link {
            Some(link) => Ok(self.session_on(link)),
            None => Err(failure::opening(&self.description, "there is no connection".into())),
        }
    }

    /// What the user was granted on the database.
    fn rights(&self) -> Result<Rights, DestinationError> {
        let session = self.session()?;
        let step = Step("ask for the rights in", &self.address.database);
        let lines = |sql: &str| -> Result<Vec<String>, DestinationError> {
            Ok(session.rows(step, sql, &[])?.iter().map(|row| row[0].text()).collect())
        };
        let mut granted = lines("SHOW GRANTS")?;
        // MariaDB tells what comes with the role by itself.
        let roles = lines("SELECT CURRENT_ROLE()")?.pop().unwrap_or_default();
        if roles.contains('@') {
            granted.extend(lines(&format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"))?);
        }
        Ok(Rights::read(&granted, &self.address.database))
    }

    /// Whether the database is there; refuses where it could not be written.
    fn check_rights(&mut self) -> Result<bool, DestinationError> {
        let exists = self.prepare()?;
        let rights = self.rights()?;
        let session = self.session()?;
        let sql = "SELECT CASE WHEN CAST(@@read_only AS CHAR) IN ('0', 'OFF') THEN 0 ELSE 1 END + @@innodb_read_only";
        let takes_none = session.count(Step("ask", "the server"), sql)? > 0;
        let refused = |cause: String| {
            Err(DestinationError::ReadOnly { destination: self.description.clone(), cause: cause.into() })
        };
        let (user, database) = (self.address.user.as_deref().unwrap_or("the user"), &self.address.database);
        if takes_none && !rights.is_above_read_only() {
            return refused("the server takes no writes".to_owned());
        }
        if !exists && !rights.may_create() {
            return refused(format!(
                "the database does not exist, or `{user}` may not see it, and may not create it: create it, and grant \
                 {} on `{database}`.*",
                rights.lacking().join(", ")
            ));
        }
        let lacking = rights.lacking();
        if !lacking.is_empty() {
            return refused(format!(
                "`{user}` lacks rights there: grant {} on `{database}`.*",
                lacking.join(", ")
            ));
        }
        Ok(exists)
    }
}

impl Drop for MySqlDatabase {
    fn drop(&mut self) {
        // First what may still be at work.
        self.link = None;
        if let Some(holding) = &self.holding {
            holding.release();
        }
    }
}

impl Connector for MySqlDatabase {
    type Session<'a> = MySqlSession<'a>;

    fn describe(&self) -> String {
        self.description.clone()
    }

    fn dialect(&self) -> &'static dyn Dialect {
        // Before it is connected nothing of what is asked differs between the two.
        self.link.as_ref().map_or(&dialect::MARIADB, |link| link.server.dialect)
    }

    fn hold(&mut self, _now_us: i64) -> Result<(), DestinationError> {
        if self.holding.is_none() {
            let link = self.connect()?;
            let set = link.run(self.settings(&link));
            set.map_err(|error| failure::failure(&self.description, "set up the connection", error))?;
            self.session_on(&link).hold(&self.address.database)?;
            self.holding = Some(link);
        }
        Ok(())
    }

    fn check_writable(&mut self) -> Result<(), DestinationError> {
        self.check_rights().map(|_| ())
    }

    fn read(&mut self) -> Result<Option<MySqlSession<'_>>, DestinationError> {
        let exists = self.prepare()?;
        let session = self.session()?;
        Ok(exists.then_some(session))
    }

    fn write(&mut self, create: bool) -> Result<MySqlSession<'_>, DestinationError> {
        if !create {
            self.prepare()?;
        } else if !self.check_rights()? {
            let session = self.session()?;
            let (name, step) =
                (session.dialect().quote(&self.address.database), Step("create", "the database"));
            let collation = self.link.as_ref().map_or("", |link| link.server.dialect.collation());
            let make =
                format!("CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE {collation}");
            session.execute(step, &make, &[])?;
            session.execute(step, &format!("USE {name}"), &[])?;
        }
        self.session()
    }

    fn rewrite(&mut self) -> Result<(), DestinationError> {
        self.prepare()?;
        let session = self.session()?;
        let relations =
            session.rows(Step("rewrite", "the database"), session.dialect().relations_sql(), &[])?;
        // Else what was deleted stays in the pages of the tables until something else is written there.
        for table in relations.iter().filter(|row| row[1].text() == "table").map(|row| row[0].text()) {
            let sql = format!("OPTIMIZE TABLE {}", session.dialect().quote(&table));
            let told = session.rows(Step("rewrite", &table), &sql, &[])?;
            // It tells of errors in rows of its answer.
            if let Some(row) = told.iter().find(|row| row[2].text().eq_ignore_ascii_case("error")) {
                let step = Step("rewrite", &table).to_string();
                return Err(DestinationError::Statement { step, cause: row[3].text().into() });
            }
            session.reach(REWRITE_DONE_IN_PART, Step("rewrite", &table))?;
        }
        Ok(())
    }

    fn query(&mut self, sql: &str) -> Result<Answer, DestinationError> {
        // With the server's own settings, which the SQL of its users is written for.
        let link = self.connect()?;
        let quoted = link.server.dialect.quote(&self.address.database);
        let used = link.run(format!("SET NAMES utf8mb4; SET SESSION time_zone = '+00:00'; USE {quoted}"));
        used.map_err(|error| failure::failure(&self.description, "run the query", error))?;
        query::answer(&link, &self.description, sql)
    }
}
