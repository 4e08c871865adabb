//! Every point that a scenario reaches.

use crate::attempt::{self, Fault};
use crate::disturbance::dump::Engine;
use crate::disturbance::simulator;
use crate::scenario::{Scenario, Stage};
use relatable_faults::{Kind, POINTS, Point};
use std::collections::BTreeSet;
use std::time::Instant;

/// Contacts of the workspace.
pub(crate) const CONTACTS: u64 = 8;
/// What the names of points begin with that are the same in every database.
const COMMON: [&str; 6] = ["lease.", "journal.", "request.", "answer.", "export.", "forget."];

/// Lets everything happen at each point that these scenarios reach; a point is tested in the first one that does.
pub(crate) fn fail(engine: Engine, scenarios: &[Scenario], faults: &'static [Fault]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = simulator(&runtime, CONTACTS);
    let stage = Stage::new(engine, simulator.base_url());
    let mut tested: BTreeSet<&str> = BTreeSet::new();
    if engine == Engine::Sqlite && scenarios[0] != Scenario::Sync {
        // The first reading has a test of its own.
        tested = reached(&stage, Scenario::Sync).map(|point| point.name).collect();
    }
    for scenario in scenarios {
        let place = stage.prepared(*scenario);
        let run = stage.run(*scenario, &place, None);
        assert_eq!(run.code(), Some(0), "{engine:?}, {scenario:?}: {}", run.told);
        let expected = stage.outcome(&place);
        let points = POINTS.iter().filter(|point| run.reached.contains_key(point.name));
        for point in points.filter(|point| engine == Engine::Sqlite || !is_common(point)) {
            if tested.insert(point.name) {
                let begin = Instant::now();
                attempt::fail(&stage, *scenario, point, faults_in(engine, *scenario, faults), &expected);
                println!("{engine:?} {scenario:?} {}: {:.1} s", point.name, begin.elapsed().as_secs_f32());
            }
        }
    }
    runtime.block_on(simulator.stop());
}

/// What is let happen at a point. Errors are met in the code that all databases share, so that the first reading of one says
/// enough of them.
fn faults_in(engine: Engine, scenario: Scenario, faults: &'static [Fault]) -> &'static [Fault] {
    match engine {
        Engine::Sqlite => faults,
        // Forgetting asks thousands of questions, each of which takes DuckDB milliseconds.
        #[cfg(feature = "duckdb")]
        Engine::DuckDb if scenario == Scenario::Forget => &[Fault::Abort],
        _ if scenario == Scenario::Sync => faults,
        _ => &[Fault::Lost, Fault::Abort],
    }
}

/// Checks that no point is dead.
pub(crate) fn are_reached(scenarios: &[(Engine, &[Scenario])]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = simulator(&runtime, CONTACTS);
    let mut dead: BTreeSet<&str> = POINTS.iter().map(|point| point.name).collect();
    for (engine, scenarios) in scenarios {
        let stage = Stage::new(*engine, simulator.base_url());
        for scenario in *scenarios {
            for point in reached(&stage, *scenario) {
                dead.remove(point.name);
            }
        }
    }
    runtime.block_on(simulator.stop());
    assert!(dead.is_empty(), "no scenario reaches {dead:?}");
}

/// The points that a scenario reaches.
fn reached(stage: &Stage, scenario: Scenario) -> impl Iterator<Item = &'static Point> {
    let run = stage.run(scenario, &stage.prepared(scenario), None);
    assert_eq!(run.code(), Some(0), "{scenario:?}: {}", run.told);
    POINTS.iter().filter(move |point| run.reached.contains_key(point.name))
}

/// Whether what happens at a point does not depend on the database.
fn is_common(point: &Point) -> bool {
    COMMON.iter().any(|prefix| point.name.starts_with(prefix))
}

/// A point's row in the documentation.
pub(crate) fn documented(point: &Point) -> String {
    let can = match point.kind {
        Kind::Write => "write",
        Kind::Done => "done",
        Kind::Request => "request",
        Kind::Between => "between",
    };
    format!("| `{}` | {can} | {} |", point.name, point.truth)
}
