//! Pieces of statements that read the same in every dialect.

use crate::dialect::Dialect;

/// `alias."a", alias."b"`; without an alias, the bare names.
pub(crate) fn list<'n>(
    dialect: &dyn Dialect,
    alias: &str,
    names: impl IntoIterator<Item = &'n String>,
) -> String {
    let dot = if alias.is_empty() { "" } else { "." };
    let names: Vec<String> =
        names.into_iter().map(|name| format!("{alias}{dot}{}", dialect.quote(name))).collect();
    names.join(", ")
}

/// `left."a" = right."b" AND …` for pairs of columns.
pub(crate) fn equal<'n>(
    dialect: &dyn Dialect,
    left: &str,
    right: &str,
    pairs: impl IntoIterator<Item = (&'n String, &'n String)>,
) -> String {
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(here, there)| format!("{left}.{} = {right}.{}", dialect.quote(here), dialect.quote(there)))
        .collect();
    pairs.join(" AND ")
}

/// `left."a" = right."a" AND …` for columns of one name.
pub(crate) fn same(dialect: &dyn Dialect, left: &str, right: &str, names: &[String]) -> String {
    equal(dialect, left, right, names.iter().zip(names))
}

/// `("a", "b") IN (SELECT "a", "b" FROM place)`.
pub(crate) fn within(dialect: &dyn Dialect, names: &[String], place: &str) -> String {
    let names = list(dialect, "", names);
    format!("({names}) IN (SELECT {names} FROM {place})")
}
