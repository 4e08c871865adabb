//! The rules that a destination remembers: those that its tables were made by.

use crate::error::PipelineError;
use relatable_destinations::Destination;
use relatable_destinations::package::Model;
use relatable_model::evolve::check_meaning;
use relatable_model::rules::{RememberedRules, Rules, TablePrefix};
use relatable_model::schema::Table;
use std::collections::BTreeMap;

/// The rules that a destination remembers, by resource.
///
/// # Errors
/// [`PipelineError::Destination`]; [`PipelineError::Rules`] for what this release does not understand.
pub fn remembered_rules(
    destination: &mut dyn Destination,
) -> Result<BTreeMap<String, RememberedRules>, PipelineError> {
    let models = destination.models();
    let models = models.map_err(|cause| PipelineError::Destination { step: "inspect", cause })?;
    let read = |model: Model| {
        let remembered = RememberedRules::read(&model.resource, &model.rules)?;
        Ok((model.resource, remembered))
    };
    models.into_iter().map(read).collect()
}

/// What the names of all tables begin with in a destination that remembers these rules: as its tables are called, and as
/// `asked` where it has none yet.
///
/// # Errors
/// [`PipelineError::OtherPrefix`] where its tables are called otherwise than asked for.
pub fn prefix_in_force(
    remembered: &BTreeMap<String, RememberedRules>,
    asked: Option<&TablePrefix>,
) -> Result<TablePrefix, PipelineError> {
    let stored = remembered_prefix(remembered);
    match (stored, asked) {
        (Some(stored), Some(asked)) if stored != *asked => {
            Err(PipelineError::OtherPrefix { stored, asked: asked.clone() })
        }
        (Some(stored), _) => Ok(stored),
        (None, asked) => Ok(asked.cloned().unwrap_or_default()),
    }
}

/// The prefix that a destination remembers; `None` where it has no tables. One that older releases made has none.
pub fn remembered_prefix(remembered: &BTreeMap<String, RememberedRules>) -> Option<TablePrefix> {
    let prefixes = remembered.values().filter_map(|known| Some(&known.in_force.as_ref()?.table_prefix));
    let given = prefixes.into_iter().find(|prefix| !prefix.is_empty()).cloned();
    given.or_else(|| (!remembered.is_empty()).then(TablePrefix::default))
}

/// Refuses rules by which the values to come would mean something else than those that are stored.
pub(crate) fn check_meanings(destination: &mut dyn Destination, rules: &Rules) -> Result<(), PipelineError> {
    let remembered = remembered_rules(destination)?;
    let tables = destination.tables();
    let tables = tables.map_err(|cause| PipelineError::Destination { step: "inspect", cause })?;
    for (resource, after) in &rules.resources {
        let before = remembered.get(resource).and_then(|remembered| remembered.in_force.as_ref());
        let own: Vec<Table> = tables.iter().filter(|table| table.resource == *resource).cloned().collect();
        if let Some(before) = before.filter(|_| !own.is_empty()) {
            check_meaning(resource, &own, before, after)?;
        }
    }
    Ok(())
}

/// What is to be remembered beyond what is: the rules in force of each resource whose are other ones. `curated` are the
/// rules below the user's.
pub(crate) fn to_remember(
    remembered: &BTreeMap<String, RememberedRules>,
    rules: &Rules,
    curated: &Rules,
) -> Vec<Model> {
    let resources = rules.resources.iter();
    let models = resources.filter_map(|(resource, rules)| {
        let curated = curated.resources.get(resource).cloned();
        let now = RememberedRules { curated, in_force: Some(rules.clone()) };
        let is_known = remembered.get(resource) == Some(&now);
        (!is_known).then(|| Model {
            resource: resource.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: now.text(),
        })
    });
    models.collect()
}
