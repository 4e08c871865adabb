//! What tables are called, as a flag says it.

use clap::Args;
use relatable_model::rules::TablePrefix;

/// The flag that says what all tables are called.
#[derive(Debug, Args)]
pub(crate) struct NamingArguments {
    /// What the names of all tables and views begin with, `ic_` say; a database keeps
    /// to its first until `remodel`, so once is enough; `''` for nothing
    #[arg(long, value_name = "PREFIX")]
    pub(crate) table_prefix: Option<TablePrefix>,
}
