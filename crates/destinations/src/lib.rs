//! Where the tables live: the [`Destination`] contract, and one folder per database with the same set of files.
//!
//! This is the only crate that knows SQL dialects. What it does **not** know: Intercom, HTTP, the journal, the rules
//! of the model. It is given settled tables and rows, and a checkpoint to store with them.
//!
//! A load reads the same in every database and is written once: [`contract`] says what holds, `load` is the order of
//! its steps, `ddl` plans what has to be created, `change` stages and merges rows, `versioning` and `version_plan` write those that are versions, `standing` says which of them counts, `references` which references are enforced, `stubs` makes rows for what they lack, `gathering` lets them wait for more, `reading` reads them back, `keys` asks which rows there are, `retire` takes old tables away, `widened` tells of tables without room for all columns, `bracket` holds a load together where what makes tables ends transactions, `bookkeeping` has a file for each
//! `_relatable_…` table. A database's folder holds what differs: `mod` opens it, `dialect` is its SQL, `value` how each
//! logical type is stored, `stage` how rows get in, `rows` how they come out, `merge` how staged rows meet stored ones, `query` how statements
//! run, `failure` what its errors mean.

#[cfg(not(any(feature = "sqlite", feature = "duckdb", feature = "mysql", feature = "postgres")))]
compile_error!("at least one destination is needed: the features `sqlite`, `duckdb`, `mysql`, `postgres`");

pub mod contract;
pub mod error;
pub mod package;
pub mod references;
pub mod uri;

mod bookkeeping;
mod bracket;
mod by_name;
mod catalogue;
mod change;
mod database;
mod ddl;
mod ddl_references;
mod dependents;
mod dialect;
mod drift;
#[cfg(feature = "duckdb")]
mod duckdb;
mod erase;
mod erase_references;
mod fault;
mod file;
mod gathering;
mod keys;
mod load;
mod merge_plan;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod proving;
mod reading;
mod retire;
mod session;
mod shape;
#[cfg(feature = "sqlite")]
mod sqlite;
mod staging;
mod standing;
mod statement;
mod stubs;
mod tables;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod trust;
mod version_plan;
mod versioning;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod waiter;
mod widened;

pub use contract::{Dangling, Destination, Live, Only, Reading, Referring, Rows, Uneven, Within};
pub use error::DestinationError;
pub use references::References;
pub use uri::{Address, open, open_waiting};
