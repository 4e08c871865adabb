//! Survival: a child process appends and is killed at seeded moments, again and again on the same journal.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use relatable_journal::{Changes, JournalError};

use crate::{NOW_US, entry, open, work};

/// Names the child's journal and says to this binary that it is the child.
const JOURNAL_VARIABLE: &str = "RELATABLE_TEST_KILLED_JOURNAL";

/// How many threads of the child append.
const THREAD_COUNT: usize = 3;

/// How often the child is killed.
const KILL_COUNT: u64 = 20;

/// The body of a thread's step: compressible, and different at each step.
fn body(thread: usize, step: u64) -> Vec<u8> {
    format!("{thread}/{step};").repeat(500 + usize::try_from(step % 700).unwrap()).into_bytes()
}

/// Not a test of its own: what the child process does. Each transaction adds an entry, moves its thread's cursor to the
/// entry's step, finishes the work of the step before and adds its own.
#[test]
fn child_process_appends_until_it_is_killed() {
    let Some(path) = std::env::var_os(JOURNAL_VARIABLE) else { return };
    let journal = open(Path::new(&path));
    thread::scope(|scope| {
        for thread in 0..THREAD_COUNT {
            let journal = &journal;
            scope.spawn(move || {
                let stream = format!("thread {thread}");
                let cursor = journal.cursor(&stream).unwrap();
                let mut step: u64 = cursor.map_or(0, |state| state.parse().unwrap());
                loop {
                    let ticket = journal.reserve();
                    let seq = ticket.seq();
                    let before = step.to_string();
                    step += 1;
                    let changes = Changes {
                        cursors: vec![(stream.clone(), Some(step.to_string()))],
                        work_added: vec![work(&stream, &step.to_string(), "payload")],
                        work_done: vec![(stream.clone(), before)],
                        ..Changes::default()
                    };
                    journal.append(ticket, entry(&body(thread, step)), changes).unwrap();
                    writeln!(std::io::stdout(), "acknowledged {seq} {thread} {step}").unwrap();
                }
            });
        }
    });
}

/// Starts the child.
fn start(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killing::child_process_appends_until_it_is_killed", "--nocapture"])
        .env(JOURNAL_VARIABLE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a child append, kills it, and returns what it was told to be durable: seq → (thread, step).
fn run_and_kill(path: &Path, waits_for_first: bool, delay: Duration) -> BTreeMap<i64, (usize, u64)> {
    let mut child = start(path);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::new();
    let mut note = |line: &str| {
        let mut words = line.split(' ').skip_while(|word| !word.ends_with("acknowledged")).skip(1);
        let mut number = || words.next()?.parse::<i64>().ok();
        let (Some(seq), Some(thread), Some(step)) = (number(), number(), number()) else { return false };
        acknowledged.insert(seq, (usize::try_from(thread).unwrap(), step.unsigned_abs()));
        true
    };
    if waits_for_first {
        while !note(&lines.next().expect("the child ended by itself").unwrap()) {}
    }
    let killer = thread::spawn(move || {
        thread::sleep(delay);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    // The last line may be cut off in the middle: then its last number may be too.
    let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
    rest.pop();
    for line in rest {
        note(&line);
    }
    killer.join().unwrap();
    acknowledged
}

/// Compares everything in the journal with what the child's rules allow; returns the highest number.
fn check(path: &Path, acknowledged: &BTreeMap<i64, (usize, u64)>) -> i64 {
    let journal = open(path);
    let mut steps = [0; THREAD_COUNT];
    let mut seq = 0;
    loop {
        let stored = journal.entries(seq, journal.settled(), 1 << 20).unwrap();
        let Some(last) = stored.last() else { break };
        seq = last.seq;
        for stored in &stored {
            let text = str::from_utf8(&stored.entry.body).unwrap();
            let (thread, step) = text.split_once(';').unwrap().0.split_once('/').unwrap();
            let (thread, step): (usize, u64) = (thread.parse().unwrap(), step.parse().unwrap());
            assert_eq!(step, steps[thread] + 1, "a step of thread {thread} is missing or twice");
            steps[thread] = step;
            assert!(stored.entry.body == body(thread, step), "the body of {} is another", stored.seq);
            if let Some(told) = acknowledged.get(&stored.seq) {
                assert_eq!(*told, (thread, step));
            }
        }
    }
    assert_eq!(seq, journal.settled());
    if let Some(last) = acknowledged.last_key_value() {
        assert!(seq >= *last.0, "{} was acknowledged, {seq} is the last", last.0);
    }
    for (thread, step) in steps.into_iter().enumerate().filter(|(_, step)| *step > 0) {
        let stream = format!("thread {thread}");
        assert_eq!(journal.cursor(&stream).unwrap(), Some(step.to_string()));
        assert_eq!(journal.work_left(&stream).unwrap(), 1);
        assert_eq!(journal.take_work(&stream, 9).unwrap(), [work(&stream, &step.to_string(), "payload")]);
    }
    assert_eq!(journal.reserve().seq(), seq + 1);
    seq
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_by_half_after_kills() {
    let seed =
        std::env::var("RELATABLE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_231_114);
    writeln!(std::io::stderr(), "RELATABLE_TEST_SEED={seed}").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut random: u64 = seed;
    let (mut acknowledged, mut seq_before) = (BTreeMap::new(), 0);
    for round in 0..KILL_COUNT {
        // A linear congruence; its upper half is random enough for moments.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = random >> 33;
        // Every fourth is killed somewhere between its start and its first entry, the others while appending.
        let is_appending = round % 4 != 0;
        let delay = Duration::from_micros(moment % if is_appending { 60_000 } else { 15_000 });
        let told = run_and_kill(&path, is_appending, delay);
        assert!(told.keys().all(|seq| *seq > seq_before), "a number was given twice");
        acknowledged.extend(told);
        let seq = check(&path, &acknowledged);
        assert!(seq >= seq_before);
        assert!(!is_appending || seq > seq_before, "round {round} appended nothing");
        seq_before = seq;
    }
}

#[test]
fn a_living_process_holds_the_lease_and_a_killed_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut child = start(&path);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !lines.next().expect("the child ended by itself").unwrap().contains("acknowledged") {}
    let refused = relatable_journal::Journal::open(&path, "workspace", NOW_US + 1);
    child.kill().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let Err(JournalError::Held { holder: Some(holder), .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((holder.pid, holder.since_us), (pid, NOW_US));
    assert!(open(&path).settled() > 0);
}
