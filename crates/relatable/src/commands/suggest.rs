//! `model suggest`: rules made from measured documents.

use crate::arguments::ModelSuggestArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render;
use crate::rules::{self, AskedRules};
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_model::naming::snake_case;
use relatable_pipeline::{profile_files, profile_journal};
use std::path::PathBuf;

/// What documents from standard input are called.
const UNNAMED: &str = "documents";

/// Measures documents and prints a rule file.
pub(super) fn run(arguments: &ModelSuggestArguments, clock: &dyn Clock) -> Result<ExitCode, Failure> {
    let text = match &arguments.to {
        Some(uri) => of_journal(uri, arguments, clock)?,
        None => {
            let table = arguments.table.clone().unwrap_or_else(|| table(&arguments.files));
            profile_files(&arguments.files)?.suggestion(&table)
        }
    };
    render::data(text.trim_end())?;
    Ok(ExitCode::Success)
}

/// The table that files become unless another is named.
fn table(files: &[PathBuf]) -> String {
    let stem = files.first().and_then(|file| file.file_stem()).map(|stem| stem.to_string_lossy());
    stem.filter(|stem| stem != "-").map_or_else(|| UNNAMED.to_owned(), |stem| snake_case(&stem))
}

/// Suggestions for what the curated rules leave open in the answers that a destination's journal holds.
fn of_journal(uri: &str, arguments: &ModelSuggestArguments, clock: &dyn Clock) -> Result<String, Failure> {
    let target = Target::new(uri)?;
    let mut destination = target.open()?;
    let Some(checkpoint) = destination.checkpoint()? else {
        return Err(Failure::NothingRead { destination: destination.describe() });
    };
    let curated = rules::merged(AskedRules::default())?.rules;
    let journal = arguments.journal.clone().unwrap_or_else(|| target.journal());
    let profiles = profile_journal(&journal, &checkpoint.workspace, curated.clone(), clock)?;
    let asked = |resource: &str| arguments.resource.as_deref().is_none_or(|asked| asked == resource);
    let texts = profiles.iter().filter(|(resource, _)| asked(resource)).filter_map(|(resource, profile)| {
        Some(profile.suggestion_beside(resource, curated.resources.get(resource)?))
    });
    Ok(texts.collect::<Vec<_>>().join("\n"))
}
