//! Names: readable, within every destination's limit, one for each path and the same one for ever.

use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Longest name of a table or column, in bytes (PostgreSQL's limit, the smallest of all).
pub const NAME_BYTES_MAX: usize = 63;
/// Hexadecimal digits of a path's hash in the name of a column that could not have the plain one.
const SUFFIX_DIGITS: usize = 8;

/// A source name in snake_case: `Plan Name`, `planName` and `PLAN-name` are `plan_name`. Letters and digits of every
/// script stay; everything else separates words. A name with neither is `field`; one that begins with a digit gets
/// `n_` in front.
pub fn snake_case(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let characters: Vec<char> = name.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            if !words.is_empty() && !words.ends_with('_') {
                words.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let begins_word = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if begins_word && !words.ends_with('_') {
            words.push('_');
        }
        words.extend(character.to_lowercase());
    }
    let trimmed = words.trim_end_matches('_');
    match trimmed.chars().next() {
        None => "field".to_owned(),
        Some(first) if first.is_numeric() => format!("n_{trimmed}"),
        Some(_) => trimmed.to_owned(),
    }
}

/// Refuses a name that no destination takes as it is, or that is kept for bookkeeping.
///
/// # Errors
/// In words.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.starts_with('_') {
        return Err(format!(
            "`{name}` is no usable name: 1 to {NAME_BYTES_MAX} bytes, not beginning with `_`"
        ));
    }
    Ok(())
}

/// One record's name from the plural its table has: `companies` → `company`.
pub fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if plural.ends_with(ending) {
            return plural[..plural.len() - 2].to_owned();
        }
    }
    match plural.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && !stem.is_empty() => stem.to_owned(),
        _ => plural.to_owned(),
    }
}

/// The names taken so far among the columns of one table, or among the tables.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes `name` as it is; `false` if it was taken already.
    pub fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_lowercase())
    }

    /// Takes `wanted`, shortened to the limit; where that is taken or too long, the name ends in a hash of `path`
    /// instead, so that it depends on the path alone and not on what came before.
    pub fn assign(&mut self, wanted: &str, path: &str) -> String {
        if wanted.len() <= NAME_BYTES_MAX && self.take(wanted) {
            return wanted.to_owned();
        }
        let hash: String = Sha256::digest(path.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        for digits in (SUFFIX_DIGITS..=hash.len().min(NAME_BYTES_MAX - 2)).step_by(SUFFIX_DIGITS) {
            let stem = truncate(wanted, NAME_BYTES_MAX - digits - 1);
            let name = format!("{stem}_{}", &hash[..digits]);
            if self.take(&name) {
                return name;
            }
        }
        // Two paths whose hashes agree in 56 digits; unreachable in practice, and still never a shared column.
        let mut ordinal = 0_u64;
        loop {
            let name = format!("{}_{ordinal}", &hash[..32]);
            if self.take(&name) {
                return name;
            }
            ordinal += 1;
        }
    }
}

/// Whether `name` is what a path got that asked for `wanted`: the name itself, or the one given where that was taken.
pub(crate) fn is_assigned(name: &str, wanted: &str, path: &str) -> bool {
    let mut names = Names::default();
    names.take(wanted);
    name.eq_ignore_ascii_case(wanted) || name == names.assign(wanted, path)
}

/// The longest beginning of `text` of at most `bytes_max` bytes that ends between characters and not in `_`.
fn truncate(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim_end_matches('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_name_stays_readable() {
        for (name, expected) in [
            ("Plan Name", "plan_name"),
            ("planName", "plan_name"),
            ("HTTPServer", "http_server"),
            ("last_seen_at", "last_seen_at"),
            ("CX Score rating", "cx_score_rating"),
            ("a.b/c", "a_b_c"),
            ("Größe", "größe"),
            ("🎉", "field"),
            ("", "field"),
            ("2fa", "n_2fa"),
            ("_synced_at", "synced_at"),
        ] {
            assert_eq!(snake_case(name), expected, "{name}");
        }
        for (plural, one) in [
            ("companies", "company"),
            ("contacts", "contact"),
            ("addresses", "address"),
            ("news", "new"),
            ("staff", "staff"),
        ] {
            assert_eq!(singular(plural), one);
        }
    }

    #[test]
    fn names_are_injective_within_the_limit_and_depend_on_the_path_alone() {
        let mut names = Names::default();
        let long = "x".repeat(10_000);
        let assigned: Vec<String> = [
            ("plan_name", "Plan Name"),
            ("plan_name", "plan_name"),
            ("plan_name", "plan-name"),
            (long.as_str(), "long one"),
            (long.as_str(), "long two"),
        ]
        .iter()
        .map(|(wanted, path)| names.assign(wanted, path))
        .collect();
        assert_eq!(assigned[0], "plan_name");
        let distinct: HashSet<&String> = assigned.iter().collect();
        assert_eq!(distinct.len(), assigned.len());
        assert!(assigned.iter().all(|name| name.len() <= NAME_BYTES_MAX));
        let mut others = Names::default();
        others.take("plan_name");
        assert_eq!(others.assign("plan_name", "plan-name"), assigned[2]);
    }
}
