//! The rules in force: the curated model, and the user's file over it.

use crate::failure::Failure;
use relatable_intercom::catalogue::feeds;
use relatable_intercom::models;
use relatable_model::plan::Memory;
use relatable_model::rules::{RememberedRules, Rules, Strategy, TablePrefix, UnfamiliarPath};
use relatable_model::schema::Table;
use relatable_model::shred::Shredder;
use relatable_pipeline::prefix_in_force;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The resource that is counted rather than read, so that no feed names it.
const COUNTS: &str = "counts";

/// What somebody asks for beside the curated model.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AskedRules<'a> {
    /// A rule file.
    pub(crate) file: Option<&'a Path>,
    /// What the names of tables are to begin with, whatever the file says of it.
    pub(crate) prefix: Option<&'a TablePrefix>,
}

/// The rules of a user's file.
///
/// # Errors
/// [`Failure::RuleFile`] when it cannot be read, [`Failure::Rules`] when it cannot be understood.
pub(crate) fn of_file(file: &Path) -> Result<Rules, Failure> {
    let named = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|cause| Failure::RuleFile { file: named.clone(), cause })?;
    Ok(Rules::parse(&text, &named)?)
}

/// The rules in force.
pub(crate) struct Merged {
    /// The curated rules with those of a user's file over them.
    pub(crate) rules: Rules,
    /// Paths of the user's file that the curated rules do not know.
    pub(crate) unfamiliar: Vec<UnfamiliarPath>,
    /// References of the user's file to tables that are none, in words.
    pub(crate) doubtful_references: Vec<String>,
}

/// The curated rules with those that are asked for over them, for a database that has no tables yet. What is returned can be
/// followed: every table that the rules declare is made once.
///
/// # Errors
/// As [`of_file`]; [`Failure::Rules`] also for a resource there is not and for rules that contradict the curated ones;
/// [`Failure::Model`] as [`declared_tables`].
pub(crate) fn merged(asked: AskedRules<'_>) -> Result<Merged, Failure> {
    merged_for(&BTreeMap::new(), asked)
}

/// The curated rules that the tables of a destination were made by, as it remembers them, and those of this release where
/// it remembers none. So a newer release changes no table by itself.
///
/// # Errors
/// [`Failure::Rules`], which a test rules out.
pub(crate) fn curated_for(remembered: &BTreeMap<String, RememberedRules>) -> Result<Rules, Failure> {
    let mut curated = models::curated()?;
    for (resource, RememberedRules { curated: known, .. }) in remembered {
        curated.resources.extend(known.clone().map(|known| (resource.clone(), known)));
    }
    Ok(curated)
}

/// [`curated_for`] a destination, with the rules that are asked for over them, its tables called as they are.
///
/// # Errors
/// As [`merged`]; [`Failure::Run`] where its tables are called otherwise than asked for.
pub(crate) fn merged_for(
    remembered: &BTreeMap<String, RememberedRules>,
    asked: AskedRules<'_>,
) -> Result<Merged, Failure> {
    let curated = curated_for(remembered)?;
    let merged = match asked.file {
        None => Merged { rules: curated, unfamiliar: Vec::new(), doubtful_references: Vec::new() },
        Some(file) => over(curated, of_file(file)?, &file.display().to_string())?,
    };
    let prefix = prefix_in_force(remembered, asked.prefix.or(merged.rules.table_prefix.as_ref()))?;
    Ok(Merged { rules: merged.rules.prefixed(&prefix)?, ..merged })
}

/// The rules `curated` with `upper` over them, without a prefix yet; `file` names it in errors.
///
/// # Errors
/// As [`merged`].
pub(crate) fn over(curated: Rules, upper: Rules, file: &str) -> Result<Merged, Failure> {
    let unfamiliar = curated.unfamiliar(&upper, file);
    let rules = curated.clone().overlay(upper.clone(), file)?;
    rules.check_tables(&curated, &upper, file)?;
    let mut tables = Vec::new();
    for resource in rules.resources.keys() {
        tables.extend(declared_tables(&rules, resource)?.into_iter().map(|table| table.name));
    }
    let asked = rules.asked_names().into_iter().map(|(_, name)| name);
    let known: Vec<&str> = tables.iter().map(String::as_str).chain(asked).collect();
    let doubtful_references = upper.doubtful_references(&known, file);
    Ok(Merged { rules, unfamiliar, doubtful_references })
}

/// The tables that the rules of a resource declare, parents before children.
///
/// # Errors
/// [`Failure::Model`] when the rules cannot be followed.
pub(crate) fn declared_tables(rules: &Rules, resource: &str) -> Result<Vec<Table>, Failure> {
    let Some(of_resource) = rules.resources.get(resource) else { return Ok(Vec::new()) };
    let mut memory = Memory::default();
    memory.reserve(
        rules.asked_names().into_iter().filter(|(owner, _)| *owner != resource).map(|(_, name)| name),
    );
    let shredded = Shredder::new(resource, of_resource, memory, None)
        .and_then(Shredder::finish)
        .map_err(|cause| Failure::Model { resource: resource.to_owned(), cause })?;
    Ok(shredded.tables.into_iter().map(|shredded| shredded.table).collect())
}

/// A table that the rules ask for, but whose shape only documents can settle: an object makes a row for each parent,
/// a list a row for each element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OpenTable {
    /// The resource.
    pub(crate) resource: String,
    /// Where in its documents.
    pub(crate) path: String,
    /// The name asked for; without one it is made from the path.
    pub(crate) table: Option<String>,
    /// What it holds.
    pub(crate) description: String,
}

/// The tables that the rules of a resource ask for beyond the `declared` ones.
pub(crate) fn open_tables(rules: &Rules, resource: &str, declared: &[Table]) -> Vec<OpenTable> {
    // A table's path names every list on the way, a rule's need not.
    let bare = |path: &str| path.replace(".[]", "");
    let is_declared = |path: &str| declared.iter().any(|table| bare(&table.path) == bare(path));
    let paths = rules.resources.get(resource).into_iter().flat_map(|rules| &rules.paths);
    paths
        .filter(|(path, rule)| rule.strategy == Some(Strategy::Table) && !is_declared(path))
        .map(|(path, rule)| OpenTable {
            resource: resource.to_owned(),
            path: path.clone(),
            table: rule.table.clone(),
            description: rule.description.clone().unwrap_or_default(),
        })
        .collect()
}

/// Every resource there is, in the order of the catalogue.
pub(crate) fn resource_names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for name in feeds().map(|feed| feed.resource).chain([COUNTS]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resources_to_choose_from_are_those_with_rules() {
        let mut names = resource_names();
        names.sort_unstable();
        let rules = merged(AskedRules::default()).unwrap().rules;
        let ruled: Vec<&str> = rules.resources.keys().map(String::as_str).collect();
        assert_eq!(names, ruled);
    }

    #[test]
    fn references_of_the_curated_model_lead_to_tables_with_the_prefix_as_they_do_without() {
        let names = |prefix: &str| {
            let prefix: TablePrefix = prefix.parse().unwrap();
            let rules = merged(AskedRules { file: None, prefix: Some(&prefix) }).unwrap().rules;
            let (mut names, mut targets) = (Vec::new(), Vec::new());
            for table in
                resource_names().iter().flat_map(|resource| declared_tables(&rules, resource).unwrap())
            {
                let references = table.columns.into_iter().flat_map(|column| column.references);
                targets.extend(references.map(|reference| reference.table));
                names.extend(table.views.into_iter().map(|view| view.name).chain([table.name]));
            }
            let lost = targets.iter().filter(|target| !names.contains(target)).count();
            (names, targets.len(), lost)
        };
        let ((plain, count, lost), (prefixed, same_count, same_lost)) = (names(""), names("ic_"));
        assert_eq!(prefixed, plain.iter().map(|name| format!("ic_{name}")).collect::<Vec<_>>());
        assert_eq!((same_count, same_lost), (count, lost));
        assert!(count > 20 && lost == 0, "{lost} of {count} references lead nowhere");
    }

    #[test]
    fn the_curated_model_declares_the_tables_of_every_resource() {
        let rules = merged(AskedRules::default()).unwrap().rules;
        for resource in resource_names() {
            let tables = declared_tables(&rules, resource).unwrap();
            assert!(!tables.is_empty() && tables[0].parent.is_none(), "{resource}");
            assert!(tables.iter().all(|table| !table.key.is_empty()), "{resource}");
            assert_eq!(open_tables(&rules, resource, &tables), [], "the curated model leaves no shape open");
        }
    }
}
