//! What tables are called, as a flag says it.

use crate::rules::AskedRules;
use clap::Args;
use relatable_model::rules::TablePrefix;
use std::path::Path;

/// The flag that says what all tables are called.
#[derive(Debug, Args)]
pub(crate) struct NamingArguments {
    /// What the names of all tables and views begin with, `ic_` say; a database keeps
    /// to its first until `remodel`, so once is enough; `''` for nothing
    #[arg(long, value_name = "PREFIX")]
    pub(crate) table_prefix: Option<TablePrefix>,
}

impl NamingArguments {
    /// The rules asked for, with this rule file.
    pub(crate) fn asked<'a>(&'a self, file: Option<&'a Path>) -> AskedRules<'a> {
        AskedRules { file, prefix: self.table_prefix.as_ref() }
    }
}
