//! What a connection's user may do in a database, as the server tells it.

/// What is needed, in the words of `GRANT`.
const NEEDED: [&str; 11] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "INDEX",
    "REFERENCES",
    "CREATE TEMPORARY TABLES",
    "CREATE VIEW",
];
/// What the definition of a view is seen with, so that a user's own is not taken for nothing.
const SHOW_VIEW: &str = "SHOW VIEW";
/// The rights with one of which a server is written to that takes no writes from others.
const ABOVE_READ_ONLY: [&str; 4] = ["SUPER", "CONNECTION_ADMIN", "READ_ONLY ADMIN", "READ ONLY ADMIN"];

/// What is granted on everything and on one database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    /// On this database, by name or by a pattern.
    here: Vec<String>,
    /// On all.
    everywhere: Vec<String>,
}

impl Rights {
    /// Reads the lines of `SHOW GRANTS` as far as they are about `database`.
    pub(super) fn read(lines: &[String], database: &str) -> Rights {
        let mut rights = Rights::default();
        for line in lines {
            let Some((granted, rest)) = line.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON "))
            else {
                continue;
            };
            let Some((place, _)) = rest.split_once(" TO ") else { continue };
            // The rights on single columns have the columns in parentheses.
            let granted = granted.split(',').map(|right| right.trim().to_owned());
            if place == "*.*" {
                rights.everywhere.extend(granted);
            } else if let Some(pattern) = place.strip_suffix(".*")
                && matches(&pattern.trim_matches('`').replace("``", "`"), database)
            {
                rights.here.extend(granted);
            }
        }
        rights
    }

    /// The rights that lack.
    pub(super) fn lacking(&self) -> Vec<&'static str> {
        let has = |right: &str| {
            let granted = self.here.iter().chain(&self.everywhere);
            granted.into_iter().any(|granted| granted == right || granted.starts_with("ALL PRIVILEGES"))
        };
        NEEDED.into_iter().chain([SHOW_VIEW]).filter(|right| !has(right)).collect()
    }

    /// Whether the user may make a database of this name.
    pub(super) fn may_create(&self) -> bool {
        !self.lacking().contains(&"CREATE")
    }

    /// Whether the user may write where the server takes no writes.
    pub(super) fn is_above_read_only(&self) -> bool {
        let is_above = |granted: &String| {
            granted.starts_with("ALL PRIVILEGES") || ABOVE_READ_ONLY.contains(&granted.as_str())
        };
        self.everywhere.iter().any(is_above)
    }
}

/// Whether a name is what a pattern of a grant stands for: `%` for any characters, `_` for one, unless behind a backslash.
fn matches(pattern: &str, name: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => name.is_empty(),
        Some('%') => {
            let rest = characters.as_str();
            name.char_indices().any(|(place, _)| matches(rest, &name[place..])) || matches(rest, "")
        }
        Some(first) => {
            let (wanted, any) = match first {
                '\\' => (characters.next(), false),
                '_' => (None, true),
                other => (Some(other), false),
            };
            let mut rest = name.chars();
            let found = rest.next();
            found.is_some() && (any || found == wanted) && matches(characters.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rights that lines grant on the database `intercom_eu`.
    fn rights(lines: &[&str]) -> Rights {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        Rights::read(&lines, "intercom_eu")
    }

    #[test]
    fn rights_count_where_they_are_on_everything_or_on_this_database() {
        let usage = "GRANT USAGE ON *.* TO `me`@`%` IDENTIFIED BY PASSWORD '*4'";
        for (line, lacking) in [
            ("GRANT ALL PRIVILEGES ON `intercom_eu`.* TO `me`@`%`", 0),
            ("GRANT ALL PRIVILEGES ON *.* TO `me`@`%` WITH GRANT OPTION", 0),
            ("GRANT ALL PRIVILEGES ON `intercom\\_eu`.* TO `me`@`%`", 0),
            ("GRANT ALL PRIVILEGES ON `inter%`.* TO `me`@`%`", 0),
            ("GRANT ALL PRIVILEGES ON `intercom`.* TO `me`@`%`", 12),
            ("GRANT ALL PRIVILEGES ON `intercom\\%`.* TO `me`@`%`", 12),
            ("GRANT ALL PRIVILEGES ON `intercom_eu`.`contacts` TO `me`@`%`", 12),
            ("GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON `intercom_eu`.* TO `me`@`%`", 9),
        ] {
            assert_eq!(rights(&[usage, line]).lacking().len(), lacking, "{line}");
        }
        assert_eq!(rights(&[usage]).lacking()[..2], ["SELECT", "INSERT"]);
        assert!(!rights(&[usage]).may_create());
    }

    #[test]
    fn only_rights_on_everything_stand_above_a_server_that_takes_no_writes() {
        for (line, is_above) in [
            ("GRANT SELECT, READ_ONLY ADMIN ON *.* TO `me`@`%`", true),
            ("GRANT ALL PRIVILEGES ON *.* TO `me`@`%`", true),
            ("GRANT ALL PRIVILEGES ON `intercom_eu`.* TO `me`@`%`", false),
        ] {
            assert_eq!(rights(&[line]).is_above_read_only(), is_above, "{line}");
        }
    }
}
