//! What is left where points cannot be armed: nothing.

use crate::{ArmingError, Point};
use std::io;

/// Passes a point.
#[inline(always)]
pub fn pass(_point: Point) {}

/// Passes a point.
///
/// # Errors
/// None.
#[inline(always)]
pub fn reach(_point: Point) -> io::Result<()> {
    Ok(())
}

/// Arms nothing, whatever the environment says.
///
/// # Errors
/// None.
#[inline(always)]
pub fn arm() -> Result<(), ArmingError> {
    Ok(())
}
