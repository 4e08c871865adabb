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

/// How many conditions are joined to one before these are joined: nesting has a limit in some databases (1,000 in SQLite),
/// and each `OR` counts as one more level.
const JOINED_AT_ONCE: usize = 50;

/// The condition that one of the conditions holds, of which there is one at least.
pub(crate) fn either(conditions: &[String]) -> String {
    if conditions.len() <= JOINED_AT_ONCE {
        return conditions.join(" OR ");
    }
    let groups: Vec<String> =
        conditions.chunks(JOINED_AT_ONCE).map(|group| format!("({})", group.join(" OR "))).collect();
    either(&groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_joined_in_few_levels() {
        let conditions: Vec<String> = (0..101).map(|place| format!("c{place}")).collect();
        assert_eq!(either(&conditions[..2]), "c0 OR c1");
        assert_eq!(either(&conditions[..50]).matches('(').count(), 0);
        let joined = either(&conditions);
        assert!(joined.starts_with("(c0 OR c1 OR ") && joined.ends_with(" OR c99) OR (c100)"), "{joined}");
    }
}
