//! Tables, columns and keys as shredding settles them; what a destination is asked to hold.

use crate::logical::LogicalType;
use crate::write_mode::WriteMode;
use serde::{Deserialize, Serialize};

/// Name of the bookkeeping column that says when the answer behind a row was asked for.
pub const SYNCED_AT: &str = "_synced_at";
/// Name of the bookkeeping column that says when a record was found to be gone.
pub const DELETED_AT: &str = "_deleted_at";
/// Name of the column for the values that a table has no room for in columns of their own: one JSON object, whose members
/// are called after the paths of the values.
pub const MORE: &str = "_more";
/// Name of the bookkeeping column that tells rows of records which were never read, and which others refer to, from records:
/// where references are enforced, something must be there.
pub const IS_STUB: &str = "_is_stub";

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// A value of the document.
    Value,
    /// Text that the typed column beside it could not hold (`<name>__text`).
    VariantText,
    /// Any other JSON value that the typed column beside it could not hold (`<name>__json`).
    VariantJson,
    /// An ancestor's identity, repeated in a child table.
    Inherited,
    /// The place of an element in its list, from 0.
    Position,
    /// [`MORE`].
    More,
    /// [`SYNCED_AT`]: says nothing about the document, so a row that differs only here is the same row.
    Synced,
    /// [`DELETED_AT`].
    Deleted,
    /// [`VALID_FROM`](crate::write_mode::VALID_FROM).
    ValidFrom,
    /// [`VALID_TO`](crate::write_mode::VALID_TO).
    ValidTo,
    /// [`IS_CURRENT`](crate::write_mode::IS_CURRENT).
    Current,
    /// [`IS_STUB`]: written by the destination and by no document.
    Stub,
}

impl ColumnRole {
    /// The word stored in `_relatable_columns`.
    pub fn name(self) -> &'static str {
        match self {
            ColumnRole::Value => "value",
            ColumnRole::VariantText => "variant_text",
            ColumnRole::VariantJson => "variant_json",
            ColumnRole::Inherited => "inherited",
            ColumnRole::Position => "position",
            ColumnRole::More => "more",
            ColumnRole::Synced => "synced",
            ColumnRole::Deleted => "deleted",
            ColumnRole::ValidFrom => "valid_from",
            ColumnRole::ValidTo => "valid_to",
            ColumnRole::Current => "current",
            ColumnRole::Stub => "stub",
        }
    }

    /// The role whose [`name`](Self::name) is `name`.
    pub fn from_name(name: &str) -> Option<ColumnRole> {
        [
            ColumnRole::Value,
            ColumnRole::VariantText,
            ColumnRole::VariantJson,
            ColumnRole::Inherited,
            ColumnRole::Position,
            ColumnRole::More,
            ColumnRole::Synced,
            ColumnRole::Deleted,
            ColumnRole::ValidFrom,
            ColumnRole::ValidTo,
            ColumnRole::Current,
            ColumnRole::Stub,
        ]
        .into_iter()
        .find(|role| role.name() == name)
    }

    /// Whether the column tells versions of a row apart, and so is written by the load and by no document.
    pub fn is_of_versions(self) -> bool {
        matches!(self, ColumnRole::ValidFrom | ColumnRole::ValidTo | ColumnRole::Current)
    }
}

/// A reference between resources: declared and drawn. The record pointed at may be gone, so a destination enforces it only
/// where it is asked to, and then keeps a row for what is missing ([`IS_STUB`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The table pointed at; its key is one column.
    pub table: String,
    /// For a polymorphic reference: the column beside it and the values of it for which `table` is meant.
    pub when: Option<ReferenceCondition>,
}

/// The condition under which a polymorphic reference points at its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceCondition {
    /// The column, in the same table, that tells the kind.
    pub column: String,
    /// The kinds for which the reference holds.
    pub values: Vec<String>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the destination: snake_case, unique in its table whatever the case, at most 63 bytes.
    pub name: String,
    /// Where in the document it comes from, as written in rules (`tags.applied_by.id`); empty for bookkeeping,
    /// inherited and position columns.
    pub path: String,
    /// What it holds.
    pub logical: LogicalType,
    /// What it is for.
    pub role: ColumnRole,
    /// What it means, for people; may be empty.
    pub description: String,
    /// What it points at; several when polymorphic.
    pub references: Vec<Reference>,
}

/// The structural link of a child table to the table it was split from; always holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentLink {
    /// The parent table.
    pub table: String,
    /// Pairs (column here, column of the parent's key there), covering the parent's whole key.
    pub columns: Vec<(String, String)>,
}

/// A view over the live rows (those with no [`DELETED_AT`]) of a resource table that match one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Name of the view.
    pub name: String,
    /// The text column that is compared.
    pub column: String,
    /// The value it must have.
    pub equals: String,
}

/// One table: a resource's own, or one split from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name in the destination.
    pub name: String,
    /// The resource it belongs to.
    pub resource: String,
    /// Where a row stands in the document, every list's element step written out: `tags.[]` for a table of tags,
    /// `parts.[].files.[]` for one below another, `avatar` for a one-to-one table; empty for the resource's own. No two
    /// tables of a resource have the same.
    pub path: String,
    /// What a row is, for people; may be empty.
    pub description: String,
    /// Names of the columns that identify a row, or all versions of it where the mode keeps several; never empty.
    pub key: Vec<String>,
    /// The parent, for a table split from another.
    pub parent: Option<ParentLink>,
    /// All columns: identity first, then values, bookkeeping last.
    pub columns: Vec<Column>,
    /// Views to keep over it.
    pub views: Vec<View>,
    /// How its rows are written.
    #[serde(default)]
    pub mode: WriteMode,
    /// Names of the columns that make no version where nothing else of a row differs.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Paths whose values are members of [`MORE`], since the destination has no room for columns of them; in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
}

impl Table {
    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// For each path whose values are members of [`MORE`], that column as the one for them.
    pub(crate) fn members_of_more(&self) -> impl Iterator<Item = Column> {
        self.more.iter().map(|path| Column {
            name: MORE.to_owned(),
            path: path.clone(),
            logical: LogicalType::Text,
            role: ColumnRole::More,
            description: String::new(),
            references: Vec::new(),
        })
    }
}
