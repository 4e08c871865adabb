//! A hundredth of a table's rows changed, against loading the table anew.

use crate::place::Place;
use crate::rows::{CHANGED_EVERY, batches, changed};
use crate::{Failure, ROUNDS, Times, tell, verdict};

/// Which part of the time of loading everything the change may take at most.
const GOAL: f64 = 0.10;

/// The variable with the address of a MariaDB server that may be used at will.
#[cfg(feature = "mysql")]
const MARIADB: &str = "RELATABLE_TEST_MYSQL";

/// Measures each database; answers whether the goal is reached in all.
pub(crate) fn compare(rows: usize) -> Result<bool, Failure> {
    let mut holds = true;
    #[cfg(feature = "postgres")]
    {
        let (server, mut client) = crate::postgres::connect()?;
        let uri = crate::postgres::emptied(&server, &mut client)?;
        let settle = || {
            // Each by itself: several in one would be one transaction.
            client.batch_execute(&format!("VACUUM ANALYZE {}.contacts", crate::postgres::OURS))?;
            Ok(client.batch_execute("CHECKPOINT")?)
        };
        holds &= measure("PostgreSQL", &uri, rows, settle)?;
        client.batch_execute(&format!("DROP SCHEMA {} CASCADE", crate::postgres::OURS))?;
    }
    #[cfg(feature = "mysql")]
    {
        let server = std::env::var(MARIADB).map_err(|_| format!("{MARIADB} names no server"))?;
        let uri = format!("{server}/upsert_{}", std::process::id());
        holds &= measure("MariaDB", &uri, rows, || Ok(()))?;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    for (name, scheme, is_there) in
        [("DuckDB", "duckdb", cfg!(feature = "duckdb")), ("SQLite", "sqlite", cfg!(feature = "sqlite"))]
    {
        if is_there {
            let uri = format!("{scheme}:{}", folder.path().join(scheme).display());
            holds &= measure(name, &uri, rows, || Ok(()))?;
        }
    }
    Ok(holds)
}

/// Loads a table and changes it a few times; `settle` has the database do first what it would do some time later.
fn measure(
    name: &str,
    uri: &str,
    rows: usize,
    mut settle: impl FnMut() -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let all = batches(rows)?;
    let mut place = Place::claim(uri)?;
    let [mut anew, mut upsert] = [const { Times(Vec::new()) }; 2];
    anew.take(|| place.load_first(&all))?;
    drop(all);
    for version in 1..=ROUNDS {
        settle()?;
        let batch = changed(rows, version)?;
        let receipt = upsert.take(|| place.upsert(&batch))?;
        let updated = receipt.tables.values().map(|counts| counts.updated).sum::<u64>();
        if updated != batch.num_rows() as u64 {
            return Err(format!("{updated} rows were changed, not {}", batch.num_rows()).into());
        }
    }
    let share = upsert.best() / anew.best();
    let holds = share < GOAL;
    tell(&format!("{rows} rows of 12 columns in {name}, one in {CHANGED_EVERY} changed"));
    tell(&format!("  loading them anew  {}", anew.told(rows)));
    tell(&format!("  the change         {}", upsert.told(rows / CHANGED_EVERY)));
    tell(&format!(
        "  {:.1} % of the time (less than {:.0} %) {}",
        100.0 * share,
        100.0 * GOAL,
        verdict(holds)
    ));
    Ok(holds)
}
