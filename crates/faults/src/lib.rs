//! Named places where tests let a run fail: a full disk, a lost answer, a death.
//!
//! A [`Point`] stands before or after each durable step. Code that comes to one calls [`reach`], or [`pass`] where nothing
//! can fail, which does what the point is armed with ([`arm`]), and nothing where it is not. Only builds with the feature `failpoints` and debug assertions have
//! any of this: everywhere else both are empty.
//!
//! What this crate does **not** know: what the steps do, and which errors they give. Each caller makes of a fault the error
//! that the real failure would be.

mod points;

#[cfg(all(feature = "failpoints", debug_assertions))]
mod actions;
#[cfg(all(feature = "failpoints", debug_assertions))]
mod armed;
#[cfg(not(all(feature = "failpoints", debug_assertions)))]
mod unarmed;

#[cfg(all(feature = "failpoints", debug_assertions))]
pub use armed::{arm, pass, reach};
pub use points::*;
#[cfg(not(all(feature = "failpoints", debug_assertions)))]
pub use unarmed::{arm, pass, reach};

/// The variable that arms points: `name=actions;name=actions`.
pub const ARMING: &str = "RELATABLE_FAILPOINTS";
/// The variable with the file that is told of each point reached, a line each.
pub const REACHED: &str = "RELATABLE_FAILPOINTS_REACHED";

/// A place in the code that a test can let fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Its name.
    pub name: &'static str,
    /// What has and has not happened there.
    pub truth: &'static str,
    /// What may fail there.
    pub kind: Kind,
}

/// What may fail at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something is about to be written: that may fail, for a full disk among others.
    Write,
    /// Something has been done or is durable: its answer may be lost.
    Done,
    /// The API is asked: its connection may fail.
    Request,
    /// Nothing can fail between two steps: a run can only die there, or be slow.
    Between,
}

/// Why points were not armed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArmingError {
    /// What was given is not `name=actions`.
    #[error("`{text}` is not NAME=ACTIONS")]
    Form {
        /// What was given.
        text: String,
    },
    /// There is no such point.
    #[error("there is no failpoint `{name}`")]
    UnknownPoint {
        /// The name.
        name: String,
    },
    /// An error where nothing can fail.
    #[error(
        "nothing can fail at `{name}`: only panic, delay(MILLISECONDS) and return(abort) are possible there"
    )]
    Infallible {
        /// The point.
        name: String,
    },
    /// There is no such action.
    #[error(
        "`{action}` is no action of a failpoint: there are off, panic, delay(MILLISECONDS) and return(WHAT), where WHAT is \
         error, full, lost or abort, each with a count and `*` before it if it is to end"
    )]
    UnknownAction {
        /// What was given.
        action: String,
    },
}
