//! People who are to be forgotten: out of tables and journal, and not to come back.
//!
//! The journal goes first: until the tables have let go of a person, what names them is known, and a run that was broken off
//! can be done again.

mod identity;
mod rows;

pub use identity::contacts_with_email;

use crate::error::PipelineError;
use crate::retention::open_journal;
use identity::names;
use relatable_destinations::package::{Checkpoint, Erasure, Remembered};
use relatable_destinations::{Destination, DestinationError};
use relatable_faults::FORGET_JOURNAL_REWRITTEN;
use relatable_intercom::catalogue::{Content, Feed, PEOPLE};
use relatable_intercom::clock::Clock;
use relatable_journal::{Entry, Fate, JournalError, Rewriting, Rewritten};
use relatable_model::forget::Forgotten;
use relatable_model::protect::Salt;
use relatable_model::schema::Table;
use rows::Rows;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

/// The resource of the people of a workspace.
const PERSON: &str = "contacts";

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgetReport {
    /// Rows that went.
    pub rows: u64,
    /// Rows of which values went; one may be counted for several.
    pub changed: u64,
    /// Answers that went from the journal.
    pub answers_gone: u64,
    /// Answers that are in the journal without what was about the people.
    pub answers_changed: u64,
}

/// Takes the people with these ids out of the tables and, where there is one, of the journal, and remembers hashes of the
/// ids, so that later runs store nothing of them.
///
/// # Errors
/// [`PipelineError::NothingRead`]; [`PipelineError::Journal`], where a run has it open among others;
/// [`PipelineError::OtherJournal`] and [`PipelineError::JournalBehind`] for a journal that is not the destination's;
/// [`PipelineError::Destination`]. What was done by then stays done; doing it again completes it.
pub fn forget(
    destination: &mut dyn Destination,
    journal: Option<&Path>,
    ids: &[String],
    clock: &dyn Clock,
) -> Result<ForgetReport, PipelineError> {
    destination.keep_open();
    let Some(stored) = destination.checkpoint().map_err(error("inspect"))? else {
        return Err(PipelineError::NothingRead { destination: destination.describe() });
    };
    let tables = destination.tables().map_err(error("inspect"))?;
    let remembered = digests(&destination.forgotten().map_err(error("inspect"))?, ids)?;
    let texts: Vec<String> = ids.iter().cloned().chain(names(destination, &tables, ids)?).collect();
    let known = Arc::new(Forgotten::known(&PEOPLE, ids.iter().cloned(), texts.clone()));
    // The journal is what takes long now.
    destination.rest();
    let rewritten = match journal {
        Some(file) => rewrite_journal(file, &stored, &known, &remembered, ids, clock)?,
        None => Rewritten::default(),
    };
    relatable_faults::pass(FORGET_JOURNAL_REWRITTEN);
    let rows = Rows::of(&tables);
    destination.claim(&stored.workspace, &stored.journal).map_err(error("claim"))?;
    let erased = destination
        .erase(&Erasure {
            ids,
            alone: &rows.alone,
            rows: &rows.whole,
            blanked: &rows.blanked,
            texts: &texts,
            is_searched: &|table: &Table| rows::is_of_workspace(table),
            rewrite: &|text| known.stored(text),
            is_named: &|text| known.text(text).is_some(),
            remembered: &remembered,
            erased_at_us: clock.now().as_microsecond(),
        })
        .map_err(error("erase from"))?;
    destination.rest();
    Ok(ForgetReport {
        rows: erased.rows,
        changed: erased.changed,
        answers_gone: rewritten.gone,
        answers_changed: rewritten.changed,
    })
}

/// The people a destination remembers not to come back; nobody where it remembers none.
pub(crate) fn forgotten(remembered: Vec<Remembered>) -> Result<Vec<Forgotten>, PipelineError> {
    let Some(first) = remembered.first() else { return Ok(Vec::new()) };
    let salt = Salt::new(first.salt.as_bytes())?;
    let digests = remembered.into_iter().map(|remembered| remembered.digest).collect();
    Ok(vec![Forgotten::remembered(&PEOPLE, salt, digests)])
}

/// What is remembered of these people: hashes with the salt of those before, or with a new one.
fn digests(before: &[Remembered], ids: &[String]) -> Result<Vec<Remembered>, PipelineError> {
    let secret = before.first().map_or_else(new_salt, |first| first.salt.clone());
    let salt = Salt::new(secret.as_bytes())?;
    let digest = |id: &String| Remembered { digest: Forgotten::digest(&salt, id), salt: secret.clone() };
    Ok(ids.iter().map(digest).collect())
}

/// A text that nobody can guess: each state has keys of its own from the system's randomness.
fn new_salt() -> String {
    (0..4_u8).map(|part| format!("{:016x}", RandomState::new().hash_one(part))).collect()
}

/// Takes people out of a journal, and gives it new files.
fn rewrite_journal(
    file: &Path,
    stored: &Checkpoint,
    known: &Arc<Forgotten>,
    remembered: &[Remembered],
    ids: &[String],
    clock: &dyn Clock,
) -> Result<Rewritten, PipelineError> {
    let failed = |cause: JournalError| PipelineError::Journal { step: "rewrite", cause };
    let journal = open_journal(file, stored, clock)?;
    let keys = ids.iter().cloned().zip(remembered.iter().map(|it| it.digest.clone())).collect();
    let known = known.clone();
    let judge = Box::new(move |entry: &Entry| fate(&known, entry));
    let rewritten = journal.rewrite(Rewriting { keys, judge }).map_err(failed)?;
    journal.compact().map_err(failed)?;
    Ok(rewritten)
}

/// What becomes of an answer.
fn fate(known: &Forgotten, entry: &Entry) -> Fate {
    if entry.scope.as_deref().is_some_and(|scope| known.person(scope).is_some()) {
        return Fate::Goes;
    }
    if !known.may_name(&entry.body) {
        return Fate::Stays;
    }
    let feed = Feed::named(&entry.answer).filter(|feed| feed.content == Content::Documents);
    let body = match feed {
        Some(feed) => known.documents(feed.stored_list(), entry.body.clone()),
        None => known.fragment(entry.body.clone()),
    };
    if known.has_id(&body) {
        Fate::Goes
    } else if body == entry.body {
        Fate::Stays
    } else {
        Fate::Becomes(body)
    }
}

/// An error of the destination at a step.
fn error(step: &'static str) -> impl Fn(DestinationError) -> PipelineError {
    move |cause| PipelineError::Destination { step, cause }
}
