//! One thing that would be otherwise.

use crate::logical::LogicalType;
use crate::write_mode::WriteMode;
use serde::Serialize;
use std::fmt;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.table, self.column)
    }
}

/// A difference between the tables that are there and those that rules would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Difference {
    /// A table that is not there yet.
    TableAppears {
        /// Its name.
        table: String,
        /// Where its rows stand in documents.
        path: String,
    },
    /// A table that would not be written any more.
    TableOrphaned {
        /// Its name.
        table: String,
        /// Where its rows stand in documents.
        path: String,
    },
    /// A table that would have another name.
    TableRenamed {
        /// Its name now.
        from: String,
        /// Its name then.
        to: String,
    },
    /// A table whose rows would be identified otherwise.
    KeyChanged {
        /// The table, by its name then.
        table: String,
        /// The key's columns now.
        from: Vec<String>,
        /// The key's columns then.
        to: Vec<String>,
    },
    /// A resource's table whose rows, and those split from them, would be written otherwise.
    ModeChanged {
        /// The table, by its name then.
        table: String,
        /// The mode now.
        from: WriteMode,
        /// The mode then.
        to: WriteMode,
    },
    /// A column that is not there yet.
    ColumnAppears {
        /// The column.
        #[serde(flatten)]
        place: Place,
        /// Its path in documents.
        path: String,
        /// Its type.
        logical: LogicalType,
    },
    /// A column that would not be written any more.
    ColumnOrphaned {
        /// The column.
        #[serde(flatten)]
        place: Place,
        /// Its path in documents.
        path: String,
    },
    /// A column of JSON or text whose content would be taken apart; documents settle what it becomes.
    ColumnOpened {
        /// The column.
        #[serde(flatten)]
        place: Place,
        /// Its path in documents.
        path: String,
    },
    /// A column that would have another name.
    ColumnRenamed {
        /// The column now.
        from: Place,
        /// Its name then.
        to: String,
        /// Its path in documents.
        path: String,
    },
    /// A column whose values would stand in another table.
    ColumnMoves {
        /// The column now.
        from: Place,
        /// The column then.
        to: Place,
        /// Its path in documents.
        path: String,
    },
    /// A column of another type that holds every value of the one it has.
    ColumnWidens {
        /// The column.
        #[serde(flatten)]
        place: Place,
        /// The type now.
        from: LogicalType,
        /// The type then.
        to: LogicalType,
    },
    /// A column of another type that may not hold every value: those it cannot would go beside it.
    ColumnRetyped {
        /// The column.
        #[serde(flatten)]
        place: Place,
        /// The type now.
        from: LogicalType,
        /// The type then.
        to: LogicalType,
    },
    /// A key–value table whose entries would be columns or rows of their own; documents settle which.
    EntriesOpened {
        /// The table.
        table: String,
        /// Where the object stands in documents.
        path: String,
    },
    /// A path that was left out when the tables were made, and would be kept.
    OmissionEnds {
        /// The path in documents.
        path: String,
    },
    /// A table or column whose values would mean something else than those that are there.
    MeaningChanges {
        /// The table, or the table and its column.
        place: String,
        /// The path in documents.
        path: String,
        /// The property of rules.
        property: &'static str,
        /// What it was when the tables were made; `None` where it was not said.
        from: Option<String>,
        /// What it would be.
        to: Option<String>,
    },
}

impl Difference {
    /// What a property becomes and was, for values that would mean something else.
    pub(super) fn meaning(&self) -> Option<String> {
        let Difference::MeaningChanges { property, from, to, .. } = self else { return None };
        let word = |said: &Option<String>| {
            said.as_ref().map_or_else(|| "nothing".to_owned(), |said| format!("`{said}`"))
        };
        Some(match (*property, from, to) {
            ("protect", None, Some(to)) => format!("values are stored as they are, and would be {to}"),
            ("protect", Some(from), None) => format!("values are {from}, and would be stored as they are"),
            ("protect", Some(from), Some(to)) => format!("values are {from}, and would be {to}"),
            _ => format!("`{property}` would be {}, and was {}", word(to), word(from)),
        })
    }

    /// Whether remodelling cannot bring it about: a protected value is nowhere as it was, and one that was stored
    /// unprotected is in the journal, too.
    pub fn is_of_protection(&self) -> bool {
        matches!(self, Difference::MeaningChanges { property: "protect", .. })
    }

    /// In words for who makes the tables anew, where what is written no more goes.
    pub fn when_remodelled(&self) -> String {
        match self {
            Difference::TableOrphaned { table, path } => format!("- table {table}  [{path}]"),
            Difference::ColumnOrphaned { place, path } => format!("- column {place}  [{path}]"),
            other => other.to_string(),
        }
    }

    /// Whether the column of a table is not what it was.
    pub(super) fn takes(&self, table: &str, column: &str) -> bool {
        let is = |place: &Place| place.table == table && place.column == column;
        match self {
            Difference::ColumnOrphaned { place, .. }
            | Difference::ColumnOpened { place, .. }
            | Difference::ColumnWidens { place, .. }
            | Difference::ColumnRetyped { place, .. } => is(place),
            Difference::ColumnRenamed { from, .. } | Difference::ColumnMoves { from, .. } => is(from),
            Difference::MeaningChanges { place, .. } => *place == format!("{table}.{column}"),
            _ => false,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::TableAppears { table, path } => write!(formatter, "+ table {table}  [{path}]"),
            Difference::TableOrphaned { table, path } => {
                write!(formatter, "- table {table}  [{path}]; it stays and is not written any more")
            }
            Difference::TableRenamed { from, to } => write!(formatter, "~ table {from} is called {to}"),
            Difference::KeyChanged { table, from, to } => {
                write!(formatter, "~ table {table} has the key {}, not {}", to.join(", "), from.join(", "))
            }
            Difference::ModeChanged { table, from, to } => {
                write!(formatter, "~ table {table} is written in the mode {}, not {}", to.name(), from.name())
            }
            Difference::ColumnAppears { place, path, logical } => {
                write!(formatter, "+ column {place}  {}  [{path}]", logical.name())
            }
            Difference::ColumnOrphaned { place, path } => {
                write!(formatter, "- column {place}  [{path}]; it stays and is not written any more")
            }
            Difference::ColumnOpened { place, path } => {
                write!(formatter, "~ column {place}  [{path}] is taken apart; documents settle into what")
            }
            Difference::ColumnRenamed { from, to, path } => {
                write!(formatter, "~ column {from}  [{path}] is called {to}")
            }
            Difference::ColumnMoves { from, to, path } => {
                write!(formatter, "~ column {from}  [{path}] moves to {to}")
            }
            Difference::ColumnWidens { place, from, to } => {
                write!(formatter, "~ column {place} widens from {} to {}", from.name(), to.name())
            }
            Difference::ColumnRetyped { place, from, to } => write!(
                formatter,
                "~ column {place} becomes {}, was {}; what it cannot hold goes beside it",
                to.name(),
                from.name()
            ),
            Difference::EntriesOpened { table, path } => {
                write!(formatter, "~ table {table}  [{path}] is taken apart; documents settle into what")
            }
            Difference::OmissionEnds { path } => {
                write!(formatter, "+ [{path}] was left out, and would be kept")
            }
            Difference::MeaningChanges { place, path, .. } => {
                let path = if path.is_empty() { String::new() } else { format!("  [{path}]") };
                write!(formatter, "~ {place}{path}: {}", self.meaning().unwrap_or_default())?;
                match self.is_of_protection() {
                    true => formatter
                        .write_str("; what is stored stays as it is until all is read again into new tables"),
                    false => Ok(()),
                }
            }
        }
    }
}
