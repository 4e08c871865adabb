//! Making tables anew, so that nothing of what was deleted is left in their files.

use super::dialect::Postgres;
use super::query::PostgresSession;
use crate::dialect::Dialect;
use crate::error::DestinationError;
use crate::session::{Session, Step};
use relatable_faults::REWRITE_DONE_IN_PART;
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long transactions are waited for that may still see what was deleted.
const OLDER_WAIT: Duration = Duration::from_secs(60);
/// The time between two looks at them.
const OLDER_LOOK: Duration = Duration::from_millis(50);
/// The transactions that others have open in this database, each as its process and its number: everybody may see the lock that
/// each holds on itself (PostgreSQL's documentation, `pg_locks`), and of whom it is.
const OPEN_SQL: &str = "SELECT l.pid::text || ' in transaction ' || l.virtualxid FROM pg_locks AS l \
     JOIN pg_stat_activity AS a ON a.pid = l.pid JOIN pg_database AS d ON d.oid = a.datid \
     WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND d.datname = current_database() \
     AND l.pid <> pg_backend_pid()";

/// Makes every table of the schema anew.
pub(super) fn rewrite(session: &PostgresSession<'_>) -> Result<(), DestinationError> {
    let step = Step("rewrite the database", "");
    wait_for_older(session, step)?;
    let relations = session.rows(step, Postgres.relations_sql(), &[])?;
    for table in relations.iter().filter(|row| row[1].text() == "table").map(|row| row[0].text()) {
        session.execute(Step("rewrite", &table), &format!("VACUUM FULL {}", Postgres.quote(&table)), &[])?;
        session.reach(REWRITE_DONE_IN_PART, Step("rewrite", &table))?;
    }
    Ok(())
}

/// Waits for the transactions that are open now: what was deleted before is kept for them, in tables made anew, too.
fn wait_for_older(session: &PostgresSession<'_>, step: Step<'_>) -> Result<(), DestinationError> {
    let open = || -> Result<BTreeSet<String>, DestinationError> {
        Ok(session.rows(step, OPEN_SQL, &[])?.iter().map(|row| row[0].text()).collect())
    };
    let deadline = Instant::now() + OLDER_WAIT;
    let mut older = open()?;
    while let Some(one) = older.first() {
        if Instant::now() >= deadline {
            let holder = format!("server process {one}, which may still see what was deleted");
            return Err(DestinationError::Locked { destination: session.describe().to_owned(), holder });
        }
        sleep(OLDER_LOOK);
        let now = open()?;
        older.retain(|transaction| now.contains(transaction));
    }
    Ok(())
}
