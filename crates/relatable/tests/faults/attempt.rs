//! One point, and everything that can happen at it.

use crate::disturbance::compare;
use crate::disturbance::dump::Dump;
use crate::place::{Place, Run};
use crate::scenario::{Scenario, Stage};
use relatable_faults::{Kind, Point};

/// The number of the signal that a process aborts by.
const SIGABRT: i32 = 6;

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An error: after a step that is durable, a lost answer.
    Error,
    /// The same each time, for as long as the run goes on.
    Broken,
    /// The connection ends before it has answered what is done.
    Lost,
    /// No space is left.
    Full,
    /// The thread panics.
    Panic,
    /// The process dies.
    Abort,
}

impl Fault {
    /// Whether it can happen at a point of this kind.
    fn is_possible(self, kind: Kind) -> bool {
        match self {
            Fault::Error | Fault::Broken => kind != Kind::Between,
            Fault::Lost => kind == Kind::Done,
            Fault::Full => kind == Kind::Write,
            Fault::Panic | Fault::Abort => true,
        }
    }

    /// The action that makes it happen.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Fault::Error | Fault::Broken => "return(error)",
            Fault::Lost => "return(lost)",
            Fault::Full => "return(full)",
            Fault::Panic => "panic",
            Fault::Abort => "return(abort)",
        }
    }

    /// What to arm a point with.
    fn armed(self, point: &Point) -> String {
        let count = if self == Fault::Broken { "" } else { "1*" };
        format!("{}={count}{}", point.name, self.action())
    }

    /// Checks that a run met it and said so; an error may have been mended by trying again.
    pub(crate) fn check(self, run: &Run, point: &str, place: &str) {
        let told = &run.told;
        // Of what goes wrong while DuckDB takes rows nothing is repeated, since its words may quote a value.
        let is_hidden = point == "rows.appending" && told.contains("Invalid Input Error");
        let is_named = told.contains(&format!("failpoint {point}")) || is_hidden;
        match self {
            Fault::Abort => {
                assert!(run.signal() == Some(SIGABRT) && is_named, "{place}: {:?}\n{told}", run.code());
            }
            Fault::Panic => assert!(run.code().is_some() && is_named, "{place}: {:?}\n{told}", run.signal()),
            Fault::Error | Fault::Broken | Fault::Lost | Fault::Full if run.code() == Some(0) => {}
            Fault::Error | Fault::Broken | Fault::Lost | Fault::Full => {
                assert!(run.code().is_some(), "{place}: {:?}\n{told}", run.signal());
                assert!(told.contains("error: ") && is_named, "{place}\n{told}");
                assert!(self != Fault::Full || told.contains("no space"), "{place}\n{told}");
            }
        }
    }
}

/// Lets everything happen at a point, one after the other in one database as far as each run comes to the point, and then
/// runs undisturbed.
pub(crate) fn fail(stage: &Stage, scenario: Scenario, point: &Point, faults: &[Fault], expected: &Dump) {
    let faults = faults.iter().filter(|fault| fault.is_possible(point.kind));
    let name = |fault: Fault| format!("{:?}, {scenario:?}: {fault:?} at {}", stage.engine, point.name);
    let mut place = stage.prepared(scenario);
    let mut last = String::new();
    for fault in faults {
        let armed = fault.armed(point);
        let mut run = stage.run(scenario, &place, Some(&armed));
        if !run.reached.contains_key(point.name) {
            // What the fault before was about is done already.
            finish(stage, scenario, &place, expected, &last);
            place = stage.prepared(scenario);
            run = stage.run(scenario, &place, Some(&armed));
        }
        last = name(*fault);
        assert!(run.reached.contains_key(point.name), "{last}: not reached");
        fault.check(&run, point.name, &last);
    }
    finish(stage, scenario, &place, expected, &last);
}

/// Runs undisturbed, and compares.
pub(crate) fn finish(stage: &Stage, scenario: Scenario, place: &Place, expected: &Dump, after: &str) {
    let run = stage.run(scenario, place, None);
    assert_eq!(run.code(), Some(0), "after {after}: {:?}\n{}", run.signal(), run.told);
    compare(expected, &stage.outcome(place), after);
}
