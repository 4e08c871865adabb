//! Where the rules of a file stand, so that what is said about one names its line.

use super::RulesError;
use super::path::Path;
use std::collections::HashMap;
use toml::de::{DeTable, DeValue};

/// Lines, from 1, by resource and place in it: a path, `table`, `views.NAME`; nothing for the resource itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// The file's name.
    file: String,
    lines: HashMap<(String, String), usize>,
}

impl PartialEq for Lines {
    /// Rules are the same wherever they stand.
    fn eq(&self, _: &Lines) -> bool {
        true
    }
}

impl Lines {
    /// The lines of a rule file's text; none where it is no TOML.
    pub(super) fn of(text: &str, file: &str) -> Lines {
        let mut lines = Lines { file: file.to_owned(), ..Lines::default() };
        let Ok(file) = DeTable::parse(text) else { return lines };
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let line = |start: usize| ends.partition_point(|end| *end < start) + 1;
        for (resource, value) in file.get_ref() {
            let mut note = |place: String, start: usize| {
                lines.lines.insert((resource.get_ref().to_string(), place), line(start));
            };
            note(String::new(), resource.span().start);
            let DeValue::Table(properties) = value.get_ref() else { continue };
            for (property, value) in properties {
                let name = property.get_ref().as_ref();
                note(name.to_owned(), property.span().start);
                let DeValue::Table(entries) = value.get_ref() else { continue };
                for (entry, _) in entries {
                    let (entry, start) = (entry.get_ref().to_string(), entry.span().start);
                    if name == "paths" {
                        Path::parse(&entry).into_iter().for_each(|path| note(path.to_string(), start));
                        note(entry, start);
                    } else {
                        note(format!("{name}.{entry}"), start);
                    }
                }
            }
        }
        lines
    }

    /// The file's name.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// `file` with the line at which the rules for `place` of `resource` stand, or else those of the resource begin.
    pub(super) fn named(&self, file: &str, resource: &str, place: &str) -> String {
        let line = |place: &str| self.lines.get(&(resource.to_owned(), place.to_owned()));
        match line(place).or_else(|| line("")) {
            Some(line) => format!("{file}, line {line}"),
            None => file.to_owned(),
        }
    }

    /// The error of a rule of `resource` that cannot be followed.
    pub(super) fn contradictory(
        &self,
        file: &str,
        resource: &str,
        (path, reason): (String, String),
    ) -> RulesError {
        let file = self.named(file, resource, &path);
        RulesError::Contradiction { file, resource: resource.to_owned(), path, reason }
    }
}
