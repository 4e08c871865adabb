//! `export`: tables back to documents.

use crate::arguments::ExportArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, DocumentWriter, grouped};
use crate::rules::{self, AskedRules};
use crate::target::Target;
use relatable_destinations::{Destination, Reading};
use relatable_model::rules::ResourceRules;
use relatable_pipeline::{export, file_resource, remembered_rules};

/// Writes the documents of a resource.
pub(super) fn run(arguments: &ExportArguments) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.from)?;
    if let Some(file) = arguments.out.as_ref().filter(|file| target.is_in(file)) {
        return Err(Failure::OutputIsDestination { file: file.clone() });
    }
    let mut destination = target.open()?;
    let resource = resource(destination.as_mut(), &arguments.resource)?;
    let rules = rules_of(destination.as_mut(), arguments, &resource)?;
    let mut writer = DocumentWriter::new(arguments.out.as_deref())?;
    let reading = Reading { resource: &resource, with_deleted: arguments.deleted, only: None };
    export(destination.as_mut(), &reading, &rules, &mut |document| writer.line(&document))?;
    let count = writer.finish()?;
    if let Some(file) = &arguments.out {
        render::talk(&format!("wrote {} documents to {}", grouped(count), file.display()));
    }
    Ok(ExitCode::Success)
}

/// The resource of this name that the destination has tables of: a workspace's, or that of a table loaded from files.
fn resource(destination: &mut dyn Destination, name: &str) -> Result<String, Failure> {
    let mut known: Vec<String> = destination.tables()?.into_iter().map(|table| table.resource).collect();
    let from_files = file_resource(name);
    if let Some(found) =
        [name, &from_files].into_iter().find(|wanted| known.iter().any(|known| known == wanted))
    {
        return Ok(found.to_owned());
    }
    let prefix = file_resource("");
    known.sort_unstable();
    known.dedup();
    let known = known.iter().map(|known| known.strip_prefix(&prefix).unwrap_or(known).to_owned()).collect();
    Err(Failure::NothingToExport { resource: name.to_owned(), destination: destination.describe(), known })
}

/// The rules that the tables of `resource` were made by: those asked for, or else those remembered. Of tables that an older
/// release made, the curated ones may be all there is.
fn rules_of(
    destination: &mut dyn Destination,
    arguments: &ExportArguments,
    resource: &str,
) -> Result<ResourceRules, Failure> {
    let remembered = remembered_rules(destination)?;
    let file = arguments.model.as_deref();
    let in_force = remembered.get(resource).and_then(|remembered| remembered.in_force.clone());
    match (file, in_force) {
        (None, Some(in_force)) => Ok(in_force),
        (file, _) if resource == arguments.resource => {
            Ok(rules::merged_for(&remembered, AskedRules { file, prefix: None })?.rules.of(resource))
        }
        (Some(file), _) => Ok(rules::of_file(file)?.of(&arguments.resource)),
        (None, None) => Ok(ResourceRules::default()),
    }
}
