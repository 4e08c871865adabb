//! One run at a destination at a time, and who it is.

use crate::bench::Bench;
use crate::child;
use crate::client::Engine;
use relatable_destinations::DestinationError;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Any moment.
const NOW_US: i64 = 1_750_000_000_000_000;
/// How long somebody may wait to be told that there is another run.
const TOLD_WITHIN: Duration = Duration::from_secs(2);
/// So many have the destination one after the other.
const HOLDERS: usize = 50;
/// How long a server may take to notice that a process is gone.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);

/// Who has the destination, as an attempt to hold it is told.
fn holder(outcome: Result<(), DestinationError>) -> String {
    match outcome {
        Err(DestinationError::Locked { holder, .. }) => holder,
        other => panic!("{other:?}"),
    }
}

/// What names a process: of the connections to MySQL the server knows no more than whose they are.
fn named(engine: Engine, pid: u32) -> String {
    engine.of_server(format!("process {pid}"), "of the server".to_owned())
}

pub(crate) fn a_second_run_is_told_at_once_who_is_there(engine: Engine) {
    let mut bench = Bench::unclaimed(engine, Vec::new());
    bench.destination.hold(NOW_US).expect("nobody is there");
    bench.destination.hold(NOW_US).expect("it is ours already");
    let began = Instant::now();
    let told = holder(bench.another().hold(NOW_US));
    assert!(began.elapsed() < TOLD_WITHIN, "{:?}", began.elapsed());
    assert!(told.contains(&named(engine, std::process::id())), "{told}");
    // What is held is held through everything that a run does.
    bench.destination.claim("w1", "j1").expect("claim");
    holder(bench.another().hold(NOW_US));
    for _ in 0..HOLDERS {
        // A server must not need a moment to notice that who held it has gone.
        bench.destination = bench.another();
        bench.destination.hold(NOW_US).expect("who was there has gone");
    }
}

pub(crate) fn who_was_killed_is_not_there_any_more(engine: Engine) {
    if let Some(folder) = child::folder() {
        hold_for_ever(engine, &folder);
    }
    let mut bench = Bench::unclaimed(engine, Vec::new());
    let mut child = holding_child(engine, bench.path.parent().expect("a folder"));
    let told = holder(bench.destination.hold(NOW_US));
    assert!(told.contains(&named(engine, child.id())), "{told}");
    child.kill().expect("the child is killed");
    child.wait().expect("the child has ended");
    let deadline = Instant::now() + NOTICED_WITHIN;
    while let Err(error) = bench.destination.hold(NOW_US) {
        assert!(Instant::now() < deadline, "{error}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that holds the destination in `folder`.
fn holding_child(engine: Engine, folder: &Path) -> Child {
    let mut command = child::command(engine, "who_was_killed_is_not_there_any_more", folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child");
    let mut said = BufReader::new(child.stdout.take().expect("stdout")).lines();
    assert!(said.any(|line| line.expect("a line").contains("holding")), "the child holds nothing");
    child
}

/// Holds the destination in `folder` until this process is killed, or its parent has gone.
#[expect(clippy::print_stdout, reason = "the parent waits for this line")]
fn hold_for_ever(engine: Engine, folder: &Path) -> ! {
    let mut bench = Bench::unclaimed(engine, Vec::new());
    bench.path = folder.join("tables");
    bench.destination = bench.another();
    bench.destination.hold(NOW_US).expect("nobody is there");
    println!("holding");
    // Who was to kill it may have failed.
    std::io::stdin().lines().for_each(drop);
    panic!("the parent has gone");
}

#[cfg(feature = "duckdb")]
#[test]
fn a_duckdb_file_that_is_kept_open_is_closed_to_others_until_it_rests_and_survives_what_fails() {
    use crate::bench::table;
    use relatable_destinations::open_waiting;
    use serde_json::json;
    let mut bench = Bench::new(Engine::DuckDb, vec![table("contacts", &["id"], &["name"])]);
    bench.destination.keep_open();
    for name in ["Ann", "Bea"] {
        bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", name]]))]);
        let opened = open_waiting(&bench.engine.uri(&bench.path), Duration::from_millis(50));
        let error = opened.err().expect("it is open");
        assert!(matches!(error, DestinationError::Locked { .. }), "{error:?}");
        bench.destination.rest();
        assert_eq!(bench.read("SELECT name FROM contacts"), [name]);
    }
    // The engine may refuse everything after an error: what failed is not used again.
    bench.destination.query("SELECT nothing").expect_err("no such column");
    let producer = || -> Box<dyn std::error::Error + Send + Sync> { "broken".into() };
    let broken = bench.load_produced(&mut std::iter::once(Err(producer())));
    assert!(matches!(broken, Err(DestinationError::Producer(_))), "{broken:?}");
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["2", "Cleo"]]))]);
    bench.destination.rest();
    assert_eq!(bench.read("SELECT name FROM contacts ORDER BY id"), ["Bea", "Cleo"]);
}
