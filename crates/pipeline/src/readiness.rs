//! What is asked of a destination before anything is read, journalled or written.

use crate::error::PipelineError;
use crate::load::remembered;
use crate::remembrance::check_meanings;
use crate::shred::{ModelState, Remembered};
use relatable_destinations::package::Checkpoint;
use relatable_destinations::{Destination, DestinationError, References};
use relatable_model::rules::Rules;

/// Refuses a destination that cannot be written, or in which something stands against the tables that `rules` declare, or
/// whose values would mean something else than those to come; answers the checkpoint stored there. Writes nothing.
///
/// # Errors
/// [`PipelineError::Destination`], [`PipelineError::Plan`].
pub fn check_destination(
    destination: &mut dyn Destination,
    rules: &Rules,
) -> Result<Option<Checkpoint>, PipelineError> {
    let error = |cause| PipelineError::Destination { step: "use", cause };
    let remembered = remembered(destination).map_err(error)?;
    let model = ModelState::new(rules.clone(), remembered)?;
    check_meanings(destination, rules)?;
    destination.check(&model.tables).map_err(error)
}

/// Refuses rules under which references could not be `references` in tables made anew. What is remembered of those that are
/// there is not looked at: they make way, with columns that the rules may no longer have.
///
/// # Errors
/// [`PipelineError::Destination`], [`PipelineError::Plan`].
pub fn check_references(
    destination: &dyn Destination,
    rules: &Rules,
    references: References,
) -> Result<(), PipelineError> {
    if references == References::Declare {
        return Ok(());
    }
    let remembered = Remembered { width: destination.width(), ..Remembered::default() };
    let model = ModelState::new(rules.clone(), remembered)?;
    references.check(&model.tables).map_err(|cause| PipelineError::Destination { step: "use", cause })
}

/// Refuses a checkpoint of another workspace.
///
/// # Errors
/// [`PipelineError::Destination`].
pub fn check_workspace(
    destination: &dyn Destination,
    stored: Option<&Checkpoint>,
    workspace: &str,
) -> Result<(), PipelineError> {
    match stored {
        Some(stored) if stored.workspace != workspace => Err(PipelineError::Destination {
            step: "use",
            cause: DestinationError::OtherWorkspace {
                destination: destination.describe(),
                stored: stored.workspace.clone(),
                asked: workspace.to_owned(),
            },
        }),
        _ => Ok(()),
    }
}
