//! `forget`: a person out of tables and journal.

use crate::arguments::ForgetArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render;
use crate::target::Target;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{contacts_with_email, forget};
use std::path::PathBuf;

/// Forgets contacts.
pub(super) fn run(arguments: &ForgetArguments, clock: &dyn Clock) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let journal = journal(&target, arguments.journal.as_ref())?;
    let mut destination = target.open_alone(clock)?;
    if destination.checkpoint()?.is_none() {
        return Err(Failure::NothingRead { destination: destination.describe() });
    }
    let mut ids = arguments.contact.clone();
    for email in &arguments.email {
        let found = contacts_with_email(destination.as_mut(), email)?;
        if found.is_empty() {
            return Err(Failure::NobodyFound { destination: destination.describe() });
        }
        ids.extend(found);
    }
    ids.sort_unstable();
    ids.dedup();
    let report = forget(destination.as_mut(), journal.as_deref(), &ids, clock)?;
    let text = if arguments.json {
        render::forgotten_json(ids.len(), &report)
    } else {
        render::forgotten(ids.len(), &report)
    };
    render::data(&text)?;
    render::talk(
        "later runs store nothing of them; in Intercom they stay until they are deleted there, and so they do in backups",
    );
    Ok(ExitCode::Success)
}

/// The journal asked for, or that beside the destination if there is one.
fn journal(target: &Target, asked: Option<&PathBuf>) -> Result<Option<PathBuf>, Failure> {
    match asked {
        Some(file) if !file.exists() => Err(Failure::NoJournal { file: file.clone() }),
        Some(file) => Ok(Some(file.clone())),
        None => Ok(Some(target.journal()).filter(|file| file.exists())),
    }
}
