//! `model diff`: what rules would do to the tables that are there.

use crate::arguments::ModelDiffArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render;
use crate::rules::{self, AskedRules, Merged};
use crate::target::Target;
use relatable_destinations::{Destination, References};
use relatable_intercom::models;
use relatable_model::evolve::{Difference, evolution};
use relatable_model::plan::Memory;
use relatable_model::rules::{RememberedRules, ResourceRules, Rules, TablePrefix};
use relatable_model::schema::Table;
use relatable_pipeline::{check_references, file_resource, remembered_prefix, remembered_rules};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Version of the JSON document; it grows when a member changes its meaning or goes.
const DOCUMENT_VERSION: u32 = 1;

/// All differences as one JSON document.
#[derive(Serialize)]
struct Document {
    version: u32,
    /// What becomes of references, where that would be otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<ReferencesChange>,
    resources: Vec<Changes>,
}

/// What becomes of references now, and what is asked for.
#[derive(Serialize)]
pub(super) struct ReferencesChange {
    from: &'static str,
    to: &'static str,
}

impl ReferencesChange {
    /// What would be otherwise; `None` where nothing would.
    pub(super) fn new(stored: References, asked: Option<References>) -> Option<ReferencesChange> {
        let asked = asked.filter(|asked| *asked != stored)?;
        Some(ReferencesChange { from: stored.name(), to: asked.name() })
    }
}

impl fmt::Display for ReferencesChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReferencesChange { from, to } = self;
        write!(formatter, "references between resources\n  ~ `{from}` becomes `{to}`")
    }
}

/// The differences of one resource.
#[derive(Serialize)]
pub(super) struct Changes {
    /// The resource, or the table that was loaded from files.
    resource: String,
    pub(super) differences: Vec<Difference>,
    /// Why a load into the tables as they are would be refused.
    refusal: Option<String>,
}

/// Compares the tables of a destination with what rules would make.
pub(super) fn run(arguments: &ModelDiffArguments) -> Result<ExitCode, Failure> {
    let mut destination = Target::new(&arguments.to)?.open()?;
    let tables = stored_tables(destination.as_mut())?;
    if tables.is_empty() {
        return Err(Failure::NothingRead { destination: destination.describe() });
    }
    let remembered = remembered_rules(destination.as_mut())?;
    let asked = arguments.naming.asked(arguments.model.as_deref());
    let wanted = Wanted::new(asked, &tables, remembered)?;
    wanted.unfamiliar.iter().for_each(render::warning);
    let (stored, asked) = (destination.references()?, arguments.references.references);
    // Nothing makes tables of what cannot be enforced, so there is nothing to compare with.
    check_references(destination.as_ref(), &wanted.all(), asked.unwrap_or(stored))?;
    let mut resources = Vec::new();
    for (resource, own) in &tables {
        if let Some(changes) = wanted.changes(resource, own, &tables)? {
            resources.push(changes);
        }
    }
    let references = ReferencesChange::new(stored, asked);
    let text = if arguments.json {
        let document = Document { version: DOCUMENT_VERSION, references, resources };
        serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Output(std::io::Error::from(error)))?
    } else {
        let references = references.map(|change| {
            format!("{change}\n  a load into these tables is refused: `relatable remodel --references {}` makes them anew", change.to)
        });
        let told: Vec<String> =
            references.into_iter().chain(resources.iter().map(Changes::before_a_load)).collect();
        if told.is_empty() { "no difference".to_owned() } else { told.join("\n\n") }
    };
    render::data(&text)?;
    Ok(ExitCode::Success)
}

/// The tables of a destination, by resource.
pub(super) fn stored_tables(
    destination: &mut dyn Destination,
) -> Result<BTreeMap<String, Vec<Table>>, Failure> {
    let mut tables: BTreeMap<String, Vec<Table>> = BTreeMap::new();
    for table in destination.tables()? {
        tables.entry(table.resource.clone()).or_default().push(table);
    }
    Ok(tables)
}

impl Changes {
    /// In words for who makes the tables anew.
    pub(super) fn before_a_remodel(&self) -> String {
        let lines = self.differences.iter().map(|difference| format!("\n  {}", difference.when_remodelled()));
        self.resource.clone() + &lines.collect::<String>()
    }

    /// In words for who loads into the tables as they are.
    fn before_a_load(&self) -> String {
        let mut text = self.resource.clone();
        for difference in &self.differences {
            text += &format!("\n  {difference}");
        }
        if let Some(refusal) = &self.refusal {
            text += &format!("\n  a load into these tables is refused: {refusal}");
        }
        text
    }
}

/// The rules to compare with.
pub(super) struct Wanted {
    /// The curated rules with the user's over them, names with their prefix.
    curated: Rules,
    /// The user's rules for tables loaded from files.
    of_files: Rules,
    pub(super) unfamiliar: Vec<String>,
    /// What the names of all tables are to begin with.
    prefix: TablePrefix,
    /// Tables loaded from files, each with its rules, by resource.
    file_tables: Vec<(String, ResourceRules)>,
    /// Those that the tables were made by.
    remembered: BTreeMap<String, RememberedRules>,
}

impl Wanted {
    /// The rules asked for, those of a user's file for tables loaded from files apart. Tables go on being called as they
    /// are where nothing is said of a prefix.
    pub(super) fn new(
        asked: AskedRules<'_>,
        tables: &BTreeMap<String, Vec<Table>>,
        remembered: BTreeMap<String, RememberedRules>,
    ) -> Result<Wanted, Failure> {
        let mut upper = Rules::default();
        let mut of_files = Rules::default();
        let mut named = String::new();
        if let Some(file) = asked.file {
            named = file.display().to_string();
            let is_from_files = |resource: &String| tables.contains_key(&file_resource(resource));
            upper = rules::of_file(file)?;
            of_files = upper.clone();
            upper.resources.retain(|resource, _| !is_from_files(resource));
            of_files.resources.retain(|resource, _| is_from_files(resource));
        }
        let Merged { rules: curated, unfamiliar, doubtful_references } =
            rules::over(models::curated()?, upper, &named)?;
        let prefix = asked.prefix.or(curated.table_prefix.as_ref()).cloned();
        let prefix = prefix.or_else(|| remembered_prefix(&remembered)).unwrap_or_default();
        let curated = curated.prefixed(&prefix)?;
        let unfamiliar = unfamiliar.iter().map(ToString::to_string).chain(doubtful_references).collect();
        let mut wanted =
            Wanted { curated, of_files, unfamiliar, prefix, file_tables: Vec::new(), remembered };
        for (resource, own) in tables {
            if let Some(name) = resource.strip_prefix(&file_resource("")) {
                wanted.file_tables.push((resource.clone(), wanted.of_file_table(name, own)?));
            }
        }
        Ok(wanted)
    }

    /// What the names of all tables begin with, if it is to be something else.
    pub(super) fn other_prefix(&self) -> Option<TablePrefix> {
        remembered_prefix(&self.remembered).filter(|stored| *stored != self.prefix)
    }

    /// What they would do to the tables of a resource; `None` where nothing.
    pub(super) fn changes(
        &self,
        resource: &str,
        own: &[Table],
        tables: &BTreeMap<String, Vec<Table>>,
    ) -> Result<Option<Changes>, Failure> {
        let prefix = file_resource("");
        let shown = resource.strip_prefix(&prefix).unwrap_or(resource);
        let rules = match resource.strip_prefix(&prefix) {
            Some(table) => self.of_file_table(table, own)?,
            None => self.curated.resources.get(resource).cloned().unwrap_or_default(),
        };
        let mut memory = Memory::default();
        own.iter().for_each(|table| memory.remember_table(table));
        let others = tables.iter().filter(|(owner, _)| *owner != resource).flat_map(|(_, tables)| tables);
        let asked = self.curated.asked_names();
        let asked = asked.into_iter().filter(|(owner, _)| *owner != resource).map(|(_, name)| name);
        memory.reserve(others.map(|table| table.name.as_str()).chain(asked));
        let evolution = evolution(resource, own, self.made_by(resource), &rules, memory)
            .map_err(|cause| Failure::Model { resource: shown.to_owned(), cause })?;
        if evolution.differences.is_empty() && evolution.refusal.is_none() {
            return Ok(None);
        }
        Ok(Some(Changes {
            resource: shown.to_owned(),
            differences: evolution.differences,
            refusal: evolution.refusal.map(|refusal| refusal.difference),
        }))
    }

    /// The rules that the tables of a resource were made by, where they are remembered.
    fn made_by(&self, resource: &str) -> Option<&ResourceRules> {
        self.remembered.get(resource)?.in_force.as_ref()
    }

    /// Those of every resource.
    pub(super) fn all_made_by(&self) -> BTreeMap<String, ResourceRules> {
        let in_force = |(resource, remembered): (&String, &RememberedRules)| {
            Some((resource.clone(), remembered.in_force.clone()?))
        };
        self.remembered.iter().filter_map(in_force).collect()
    }

    /// The rules of every resource, those of tables loaded from files among them.
    pub(super) fn all(&self) -> Rules {
        let mut rules = self.curated.clone();
        rules.resources.extend(self.file_tables.iter().cloned());
        rules
    }

    /// The rules of a table loaded from files; what `load` was told beside them is remembered, or what the table shows.
    fn of_file_table(&self, name: &str, own: &[Table]) -> Result<ResourceRules, Failure> {
        let mut rules = self.of_files.of(name);
        rules.table.get_or_insert_with(|| name.to_owned());
        if let Some(made_by) = self.made_by(&file_resource(name)) {
            rules.key = rules.key.or_else(|| made_by.key.clone());
        } else if let Some(root) = own.iter().find(|table| table.parent.is_none()) {
            let paths = root.key.iter().filter_map(|key| root.column(key)).map(|column| column.path.clone());
            let paths: Vec<String> = paths.filter(|path| !path.is_empty()).collect();
            rules.key = rules.key.or((!paths.is_empty()).then_some(paths));
        }
        let mut alone = Rules::default();
        alone.resources.insert(name.to_owned(), rules);
        Ok(alone.prefixed(&self.prefix)?.resources.remove(name).unwrap_or_default())
    }
}
