//! What the documents of files, or of a journal, are like.

use crate::error::PipelineError;
use crate::files::documents::{Documents, Stop};
use crate::files::inputs::inputs;
use crate::files::window::Window;
use crate::load::items;
use crate::shred::{Content, Item, ModelState, Remembered};
use relatable_intercom::clock::Clock;
use relatable_journal::Journal;
use relatable_model::profile::Profile;
use relatable_model::rules::Rules;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Bytes of answers that are held at once.
const PROFILED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Measures the documents of files, one file after the other.
///
/// # Errors
/// [`PipelineError::File`] and [`PipelineError::FileSyntax`].
pub fn profile_files(files: &[PathBuf]) -> Result<Profile, PipelineError> {
    let mut profile = Profile::default();
    for input in inputs(files)? {
        let mut take = |document: &[u8], _, _| {
            // A broken line is no document; one nested too deeply is counted as far as it goes.
            let _ = profile.document(document);
            true
        };
        match Documents::new(&input.name, Window::new(input.open()?), &[], &mut take).read() {
            Err(Stop::Failed(error)) => return Err(error),
            Ok(()) | Err(Stop::Unwanted) => {}
        }
    }
    Ok(profile)
}

/// Measures the documents that a journal of `workspace` holds, by resource. Every answer counts: a record that was read
/// twice is two documents. `rules` are the curated ones.
///
/// # Errors
/// [`PipelineError::File`] where there is no journal; [`PipelineError::Journal`].
pub fn profile_journal(
    file: &Path,
    workspace: &str,
    rules: Rules,
    clock: &dyn Clock,
) -> Result<BTreeMap<String, Profile>, PipelineError> {
    if !file.exists() {
        let (file, cause) = (file.display().to_string(), ErrorKind::NotFound.into());
        return Err(PipelineError::File { file, cause });
    }
    let error = |step| move |cause| PipelineError::Journal { step, cause };
    let journal = Journal::open(file, workspace, clock.now().as_microsecond()).map_err(error("open"))?;
    let model = ModelState::new(rules, Remembered::default())?;
    let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
    let (mut after, up_to) = (0, journal.settled());
    loop {
        let entries = journal.entries(after, up_to, PROFILED_BYTES_MAX).map_err(error("read"))?;
        let Some(last) = entries.last() else { return Ok(profiles) };
        after = last.seq;
        // What cannot be read as records was an issue when it was loaded.
        for item in items(entries, &model, &BTreeMap::new(), &mut Vec::new()) {
            if let Content::Document { .. } = item.content {
                take(profiles.entry(item.resource.clone()).or_default(), &item);
            }
        }
    }
}

/// Gives a document to a profile.
fn take(profile: &mut Profile, item: &Item) {
    if let Content::Document { source, .. } = &item.content {
        // It was found between others, so it is JSON; one nested too deeply is counted as far as it goes.
        let _ = profile.document(source.bytes());
    }
}
