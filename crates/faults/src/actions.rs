//! What a point is armed with: actions one after the other, each as often as it says.

use crate::{ArmingError, Kind, Point};
use std::collections::VecDeque;
use std::time::Duration;

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing.
    Off,
    /// An error of no special kind.
    Error,
    /// The error of a full disk.
    Full,
    /// The error of a connection that was lost.
    Lost,
    /// The process dies as it does of a defect in its memory: at once, cleaning nothing up.
    Abort,
    /// The thread panics.
    Panic,
    /// The thread waits.
    Delay(Duration),
}

/// The actions of a point that are still to come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Actions(VecDeque<(Action, Option<u64>)>);

impl Actions {
    /// Actions as they are written, `2*off->1*return(full)->delay(10)`: one without a count never ends.
    pub(crate) fn parse(point: Point, text: &str) -> Result<Actions, ArmingError> {
        let actions: Result<VecDeque<_>, _> = text.split("->").map(counted).collect();
        let actions = actions?;
        let fails = |action: &Action| matches!(action, Action::Error | Action::Full | Action::Lost);
        if point.kind == Kind::Between && actions.iter().any(|(action, _)| fails(action)) {
            return Err(ArmingError::Infallible { name: point.name.to_owned() });
        }
        Ok(Actions(actions))
    }

    /// What happens this time.
    pub(crate) fn next(&mut self) -> Action {
        while let Some((action, left)) = self.0.front_mut() {
            match left {
                None => return *action,
                Some(0) => {
                    self.0.pop_front();
                }
                Some(left) => {
                    *left -= 1;
                    return *action;
                }
            }
        }
        Action::Off
    }
}

/// One action with its count.
fn counted(text: &str) -> Result<(Action, Option<u64>), ArmingError> {
    let unknown = || ArmingError::UnknownAction { action: text.to_owned() };
    match text.split_once('*') {
        None => Ok((action(text).ok_or_else(unknown)?, None)),
        Some((count, named)) => {
            let count = count.parse().map_err(|_| unknown())?;
            Ok((action(named).ok_or_else(unknown)?, Some(count)))
        }
    }
}

/// An action by its name.
fn action(name: &str) -> Option<Action> {
    match name {
        "off" => Some(Action::Off),
        "panic" => Some(Action::Panic),
        "return(error)" => Some(Action::Error),
        "return(full)" => Some(Action::Full),
        "return(lost)" => Some(Action::Lost),
        "return(abort)" => Some(Action::Abort),
        name => {
            let milliseconds = name.strip_prefix("delay(")?.strip_suffix(')')?;
            Some(Action::Delay(Duration::from_millis(milliseconds.parse().ok()?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LOAD_COMMITTED, LOAD_SHREDDED};

    #[test]
    fn actions_come_as_often_as_they_say_and_the_last_may_stay() {
        let mut actions = Actions::parse(LOAD_COMMITTED, "2*off->1*return(full)->delay(10)").unwrap();
        let delay = Action::Delay(Duration::from_millis(10));
        let came: Vec<Action> = (0..5).map(|_| actions.next()).collect();
        assert_eq!(came, [Action::Off, Action::Off, Action::Full, delay, delay]);
        let mut actions = Actions::parse(LOAD_COMMITTED, "1*panic").unwrap();
        assert_eq!([actions.next(), actions.next()], [Action::Panic, Action::Off]);
    }

    #[test]
    fn an_action_that_is_none_is_named() {
        for text in ["", "explode", "return(nothing)", "return", "x*panic", "*panic", "delay(soon)", "off->"]
        {
            let error = Actions::parse(LOAD_COMMITTED, text).unwrap_err();
            assert!(matches!(error, ArmingError::UnknownAction { .. }), "{text}: {error:?}");
        }
    }

    #[test]
    fn between_two_steps_nothing_fails() {
        let error = Actions::parse(LOAD_SHREDDED, "1*off->return(full)").unwrap_err();
        assert_eq!(error, ArmingError::Infallible { name: "load.shredded".to_owned() });
        assert!(Actions::parse(LOAD_SHREDDED, "panic->return(abort)").is_ok());
    }
}
