//! Seeded schedules: whatever happens to a workspace while it is read, whatever goes wrong with the answers, and
//! whenever a run is killed, in the end the tables have the same live rows as the workspace.
//!
//! A schedule is three syncs of a workspace of more than two hundred records, twenty changes and two faults at drawn
//! requests of theirs, and one kill of a process that syncs; at last a sweep, when the search index has caught up. All of
//! it follows from one number. `RELATABLE_SCHEDULE=7` carries out number 7 alone, `RELATABLE_SCHEDULE=7..9` two of them.

mod changes;
mod course;
mod plan;
mod troubles;
mod victim;

use futures_util::StreamExt;
use plan::Schedule;
use std::ops::Range;
use tokio::runtime::Handle;

/// How many schedules there are.
const SCHEDULES: u64 = 300;
/// How many are carried out side by side.
const SIDE_BY_SIDE: usize = 3;
/// Of how many failed schedules everything is shown.
const SHOWN: usize = 5;
/// The variable that names the schedules to carry out.
const ONLY: &str = "RELATABLE_SCHEDULE";

/// The test below, as the test binary calls it: a process that is to be killed starts it anew.
const TEST: &str = "schedules::three_hundred_schedules_end_in_the_truth";

#[test]
fn three_hundred_schedules_end_in_the_truth() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(order) = victim::ordered() {
        runtime.block_on(victim::obey(order));
        return;
    }
    let numbers = std::env::var(ONLY).map_or(0..SCHEDULES, |only| wanted(&only));
    let courses = numbers.map(|number| {
        let schedule = Schedule::draw(number);
        // Each has a thread of its own, so that all cores are used and one that panics ends alone.
        async move {
            let (runtime, of) = (Handle::current(), schedule.clone());
            let course = tokio::task::spawn_blocking(move || runtime.block_on(course::carry_out(of)));
            (schedule, course.await)
        }
    });
    let (mut failed, mut during) = (Vec::new(), 0);
    runtime.block_on(async {
        let mut ended = futures_util::stream::iter(courses).buffered(SIDE_BY_SIDE);
        while let Some((schedule, course)) = ended.next().await {
            match course {
                Ok(course) if course.differences.is_empty() => during += course.changes_while_reading,
                Ok(course) => failed.push((schedule, course.differences)),
                Err(panicked) => failed.push((schedule, vec![panicked.to_string()])),
            }
        }
    });
    let numbers: Vec<u64> = failed.iter().map(|(schedule, _)| schedule.number).collect();
    let described = failed.iter().take(SHOWN).map(|(schedule, differences)| {
        format!("{schedule}\n  {} differences:\n    {}\n", differences.len(), differences.join("\n    "))
    });
    let described: String = described.collect();
    let count = failed.len();
    assert!(failed.is_empty(), "{count} schedules failed ({ONLY}=N repeats one): {numbers:?}\n{described}");
    assert!(during > 0, "nothing changed while a run was reading, so nothing was tested");
}

/// The numbers that `7` or `7..9` means.
fn wanted(only: &str) -> Range<u64> {
    let number = |text: &str| text.parse::<u64>().expect("a schedule is a number");
    match only.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(only)..number(only) + 1,
    }
}
