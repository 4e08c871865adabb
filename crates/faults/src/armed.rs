//! Points that can be armed.

use crate::actions::{Action, Actions};
use crate::{ARMING, ArmingError, POINTS, Point, REACHED};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What happens at the points of this process.
struct Arms {
    /// What is still to come at each point that is armed.
    actions: Mutex<BTreeMap<&'static str, Actions>>,
    /// Told of each point reached.
    told: Option<File>,
}

/// Set before any point is reached; not where none is armed.
static ARMS: OnceLock<Arms> = OnceLock::new();

/// Does what a point is armed with. A delay keeps the thread waiting.
///
/// # Errors
/// An error of no special kind, [`ErrorKind::StorageFull`] for a full disk, and [`ErrorKind::ConnectionReset`] for a
/// connection that was lost, as the point is armed. All name the point.
///
/// # Panics
/// Where the point is armed with that.
pub fn reach(point: Point) -> io::Result<()> {
    let Some(arms) = ARMS.get() else { return Ok(()) };
    if let Some(mut told) = arms.told.as_ref() {
        // One write, so that lines of several threads stay whole; nobody is helped by a run that fails for this.
        let _ = told.write_all(format!("{}\n", point.name).as_bytes());
    }
    let action = {
        let mut actions = arms.actions.lock().unwrap_or_else(PoisonError::into_inner);
        actions.get_mut(point.name).map_or(Action::Off, Actions::next)
    };
    act(point, action)
}

/// [`reach`] at a point between two steps, where nothing can fail.
///
/// # Panics
/// As [`reach`].
pub fn pass(point: Point) {
    // No such point can be armed with an error.
    let _ = reach(point);
}

/// Does something at a point.
fn act(point: Point, action: Action) -> io::Result<()> {
    let (kind, words) = match action {
        Action::Off => return Ok(()),
        Action::Delay(time) => {
            std::thread::sleep(time);
            return Ok(());
        }
        Action::Panic => panic!("failpoint {}", point.name),
        Action::Abort => {
            // Who looks at the dead process wants to know where it died.
            let _ = writeln!(io::stderr(), "aborted, failpoint {}", point.name);
            std::process::abort();
        }
        Action::Error => (ErrorKind::Other, ""),
        Action::Full => (ErrorKind::StorageFull, "no space left on device, "),
        Action::Lost => (ErrorKind::ConnectionReset, "the connection was reset, "),
    };
    Err(io::Error::new(kind, format!("{words}failpoint {}", point.name)))
}

/// Arms the points that the environment names. To be called once, before any point is reached.
///
/// # Errors
/// [`ArmingError`].
pub fn arm() -> Result<(), ArmingError> {
    let arming = std::env::var(ARMING).unwrap_or_default();
    let texts = arming.split(';').map(str::trim).filter(|text| !text.is_empty());
    let actions: BTreeMap<&str, Actions> = texts.map(parse).collect::<Result<_, _>>()?;
    let file = std::env::var_os(REACHED).filter(|file| !file.is_empty());
    let told = file.and_then(|file| OpenOptions::new().append(true).create(true).open(file).ok());
    if !actions.is_empty() || told.is_some() {
        // A second call changes nothing.
        let _ = ARMS.set(Arms { actions: Mutex::new(actions), told });
    }
    Ok(())
}

/// A point's name and its actions.
fn parse(text: &str) -> Result<(&'static str, Actions), ArmingError> {
    let form = || ArmingError::Form { text: text.to_owned() };
    let (name, actions) = text.split_once('=').ok_or_else(form)?;
    let unknown = || ArmingError::UnknownPoint { name: name.to_owned() };
    let point = POINTS.iter().find(|point| point.name == name).ok_or_else(unknown)?;
    Ok((point.name, Actions::parse(*point, actions)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = POINTS.iter().map(|point| point.name).collect();
        assert_eq!(names.len(), POINTS.len());
    }

    #[test]
    fn what_cannot_be_armed_is_named() {
        assert_eq!(parse("load.ready=panic").unwrap().0, "load.ready");
        for (text, expected) in [
            ("load.ready", "`load.ready` is not NAME=ACTIONS"),
            ("load.done=panic", "there is no failpoint `load.done`"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_fault_says_what_it_is_and_where() {
        let error = act(crate::LOAD_READY, Action::Full).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert_eq!(error.to_string(), "no space left on device, failpoint load.ready");
        assert!(act(crate::LOAD_READY, Action::Off).is_ok());
    }
}
