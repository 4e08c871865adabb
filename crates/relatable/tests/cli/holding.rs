//! Of several runs that begin at once, one goes on; the others say who it is and end.

use crate::program::{Place, simulator};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How many begin at once.
const STARTERS: usize = 8;
/// How often.
const ROUNDS: usize = 3;
/// How long the ones that do not go on may take to say so.
const TOLD_WITHIN: Duration = Duration::from_secs(2);

/// The destinations of this build.
fn destinations(place: &Place) -> Vec<String> {
    let mut destinations = vec!["sqlite:a.db".to_owned()];
    if cfg!(feature = "duckdb") {
        destinations.push("duckdb:a.duckdb".to_owned());
    }
    #[cfg(feature = "postgres")]
    destinations.push(crate::postgres::address(place));
    #[cfg(feature = "mysql")]
    destinations.push(crate::mysql::address(place));
    let _ = place;
    destinations
}

/// Waits until each program has ended, and answers for each when, since `began`.
fn ends(children: &mut [Child], began: Instant) -> Vec<Duration> {
    let mut ends: Vec<Option<Duration>> = vec![None; children.len()];
    while ends.iter().any(Option::is_none) {
        for (child, end) in children.iter_mut().zip(&mut ends) {
            if end.is_none() && child.try_wait().unwrap().is_some() {
                *end = Some(began.elapsed());
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    ends.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_runs_that_begin_at_once_one_goes_on_and_the_others_name_it() {
    // Slow enough that who goes on is still there when the last of the others begins.
    let simulator = simulator(300, 100).await;
    let (place, base_url) = (Place::new(), simulator.base_url());
    for to in destinations(&place) {
        for round in 0..ROUNDS {
            let start = |number: usize| {
                let journal = format!("{}{round}{number}.journal", to.split(':').next().unwrap());
                let arguments =
                    ["sync", "--to", &to, "--base-url", &base_url, "--journal", &journal, "--quiet"];
                place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            };
            let began = Instant::now();
            let mut children: Vec<Child> = (0..STARTERS).map(start).collect();
            let ends = ends(&mut children, began);
            let pids: Vec<u32> = children.iter().map(Child::id).collect();
            let outcomes: Vec<_> = children.into_iter().map(|child| place.wait(child)).collect();
            let winners: Vec<usize> = (0..STARTERS).filter(|one| outcomes[*one].code == Some(0)).collect();
            let [winner] = winners[..] else { panic!("{to}: {outcomes:#?}") };
            // Who sees a MySQL server's locks sees only connections.
            let name = if to.starts_with("mysql:") {
                "connection".to_owned()
            } else {
                format!("process {}", pids[winner])
            };
            for (number, outcome) in outcomes.iter().enumerate().filter(|(number, _)| *number != winner) {
                outcome.failed_with(4, &["is in use by another process: ", &name]);
                assert!(ends[number] < TOLD_WITHIN, "{to}: {:?}", ends[number]);
            }
        }
    }
}
