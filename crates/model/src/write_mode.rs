//! How the rows of a resource are written: what becomes of those that change and of those that go.

use crate::logical::LogicalType;
use crate::rules::path::{Path, Segment};
use crate::schema::{Column, ColumnRole, Table};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of the column that says from when on a version was what the table showed.
pub const VALID_FROM: &str = "_valid_from";
/// Name of the column that says from when on it no longer was.
pub const VALID_TO: &str = "_valid_to";
/// Name of the column that says whether a version is what the table shows.
pub const IS_CURRENT: &str = "_is_current";

/// How the rows of a resource's tables are written; one for all of its tables.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum WriteMode {
    /// A row per record, rewritten when it changes; one that is gone is marked.
    #[default]
    Upsert,
    /// A row per version, none of which is ever changed or deleted.
    Append,
    /// A row per record, rewritten when it changes and deleted when it is gone.
    Mirror,
    /// A row per version, with the interval in which it was current.
    History,
}

impl WriteMode {
    /// The word for it in rule files and bookkeeping tables.
    pub fn name(self) -> &'static str {
        match self {
            WriteMode::Upsert => "upsert",
            WriteMode::Append => "append",
            WriteMode::Mirror => "mirror",
            WriteMode::History => "history",
        }
    }

    /// The mode whose [`name`](Self::name) is `name`.
    pub fn from_name(name: &str) -> Option<WriteMode> {
        [WriteMode::Upsert, WriteMode::Append, WriteMode::Mirror, WriteMode::History]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// Whether a key may have several rows, one for each version.
    pub fn keeps_versions(self) -> bool {
        matches!(self, WriteMode::Append | WriteMode::History)
    }

    /// The columns that tables have in this mode beside those of every mode.
    pub fn columns(self) -> Vec<Column> {
        let column = |name: &str, logical, role, description: &str| Column {
            name: name.to_owned(),
            path: String::new(),
            logical,
            role,
            description: description.to_owned(),
            references: Vec::new(),
        };
        let (moment, flag) = (LogicalType::Timestamp, LogicalType::Boolean);
        let from = || column(VALID_FROM, moment, ColumnRole::ValidFrom, "When the load brought this version");
        match self {
            WriteMode::Upsert | WriteMode::Mirror => Vec::new(),
            WriteMode::Append => vec![from()],
            WriteMode::History => vec![
                from(),
                column(
                    VALID_TO,
                    moment,
                    ColumnRole::ValidTo,
                    "When a load ended this version; null while it is current",
                ),
                column(IS_CURRENT, flag, ColumnRole::Current, "Whether this is the current version"),
            ],
        }
    }
}

/// What becomes of the row of a record that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deletions {
    /// It stays, and `_deleted_at` says when it was found to be gone.
    Soft,
    /// It is deleted, with all that was split from it.
    Hard,
}

impl Table {
    /// The table as it is written in `mode`; what stands at the paths `ignore` makes no version by itself.
    #[must_use]
    pub fn in_mode(mut self, mode: WriteMode, ignore: &[String]) -> Table {
        self.columns.retain(|column| !column.role.is_of_versions());
        let paths: Vec<Path> = ignore.iter().filter_map(|path| Path::parse(path).ok()).collect();
        let is_ignored = |column: &&Column| {
            let path = Path::parse(&column.path).ok().filter(|_| !column.path.is_empty());
            !self.key.contains(&column.name)
                && path.is_some_and(|path| paths.iter().any(|above| covers(above, &path)))
        };
        self.ignored = self.columns.iter().filter(is_ignored).map(|column| column.name.clone()).collect();
        self.columns.extend(mode.columns());
        self.mode = mode;
        self
    }
}

/// Whether what stands at `path` is, or is part of, what stands at `above`; lists are passed through silently.
fn covers(above: &Path, path: &Path) -> bool {
    let members = |path: &Path| -> Vec<Segment> {
        let is_member = |segment: &&Segment| matches!(segment, Segment::Member(_) | Segment::Any);
        path.segments.iter().filter(is_member).cloned().collect()
    };
    let (above, path) = (members(above), members(path));
    above.len() <= path.len()
        && above.iter().zip(&path).all(|(above, step)| above == step || *above == Segment::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_at_an_ignored_path_or_below_it_is_ignored() {
        for (above, path, expected) in [
            ("last_seen_at", "last_seen_at", true),
            ("last_seen_at", "last_seen", false),
            ("location", "location.city", true),
            ("location.city", "location", false),
            ("tags", "tags.[].name", true),
            ("tags.name", "tags.[].name", true),
            ("custom_attributes.*", "custom_attributes.plan", true),
            ("custom_attributes.*", "custom_attributes", false),
        ] {
            let parse = |path| Path::parse(path).unwrap();
            assert_eq!(covers(&parse(above), &parse(path)), expected, "{above}, {path}");
        }
    }

    #[test]
    fn every_mode_is_known_by_its_name() {
        for mode in [WriteMode::Upsert, WriteMode::Append, WriteMode::Mirror, WriteMode::History] {
            assert_eq!(WriteMode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(WriteMode::from_name("replace"), None);
    }
}
