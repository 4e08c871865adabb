//! Statements by their number: any of them may fail, or lose its answer, once or from then on.

use crate::attempt::{self, Fault};
use crate::disturbance::draw::{Draw, seed};
use crate::disturbance::dump::Engine;
use crate::disturbance::simulator;
use crate::every_point::CONTACTS;
use crate::scenario::{Scenario, Stage};

/// Databases that are filled.
const CHAINS: u64 = 4;
/// Faults in the runs that fill one of them.
const FAULTS: u64 = 3;

/// Lets statements of first readings fail, and reads on.
pub(crate) fn fail(engine: Engine) {
    let mut draw = Draw(seed());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = simulator(&runtime, CONTACTS);
    let stage = Stage::new(engine, simulator.base_url());
    let place = stage.prepared(Scenario::Sync);
    let run = stage.run(Scenario::Sync, &place, None);
    let (expected, statements) = (stage.outcome(&place), run.reached["statement"]);
    for _ in 0..CHAINS {
        let place = stage.prepared(Scenario::Sync);
        let mut armed = String::new();
        for _ in 0..FAULTS {
            let point = ["statement", "statement.answered"][usize::try_from(draw.below(2)).unwrap()];
            let count = ["1*", ""][usize::try_from(draw.below(2)).unwrap()];
            let fault = [Fault::Error, Fault::Full][usize::try_from(draw.below(2)).unwrap()];
            armed = format!("{point}={}*off->{count}{}", draw.below(statements), fault.action());
            let run = stage.run(Scenario::Sync, &place, Some(&armed));
            let name = format!("{engine:?}: {armed}");
            println!("{name}: {:?}", run.code());
            fault.check(&run, point, &name);
        }
        attempt::finish(&stage, Scenario::Sync, &place, &expected, &format!("{engine:?}: {armed}"));
    }
    runtime.block_on(simulator.stop());
}
