//! The binary as a child process whose events are read while it runs.

use crate::disturbance::dump::Engine;
use crate::secrets::{TOKEN, search};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// What a run was doing when it was caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Moment {
    /// A request was under way.
    Reading,
    /// An answer was being written to the journal.
    Journalling,
    /// Rows were being handed to the destination.
    Loading,
    /// The destination was committing.
    Committing,
}

impl Moment {
    pub(crate) const ALL: [Moment; 4] =
        [Moment::Reading, Moment::Journalling, Moment::Loading, Moment::Committing];

    /// What an event ends and what it begins.
    fn steps(event: &serde_json::Value) -> (Option<Moment>, Option<Moment>) {
        match (event["event"].as_str(), event["stage"].as_str()) {
            (Some("request"), Some("reading")) => (None, Some(Moment::Reading)),
            (Some("request"), Some("journalling")) => (Some(Moment::Reading), Some(Moment::Journalling)),
            (Some("request"), Some("journalled")) => (Some(Moment::Journalling), None),
            (Some("load"), Some("loading")) => (None, Some(Moment::Loading)),
            (Some("load"), Some("committing")) => (Some(Moment::Loading), Some(Moment::Committing)),
            (Some("load"), Some("committed")) => (Some(Moment::Committing), None),
            _ => (None, None),
        }
    }
}

/// How a run that was to be killed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself, before its time came.
    Finished,
    /// Killed while it did this, by its own last word; several things may go on at once, and what was wanted comes first.
    Caught(Moment),
    /// Killed between two things.
    Between,
}

/// A run that may be killed.
pub(crate) struct Victim {
    child: Child,
    events: BufReader<ChildStdout>,
}

impl Victim {
    /// Starts a sync of the workspace at `base_url` into `database`, with its journal beside it, and with these flags.
    pub(crate) fn start(base_url: &str, engine: Engine, database: &Path, flags: &[&str]) -> Victim {
        let mut child = Command::new(env!("CARGO_BIN_EXE_relatable"))
            .args(["sync", "--json", "--base-url", base_url, "--to", &engine.uri(database)])
            .arg("--journal")
            .arg(database.with_extension("journal"))
            .args(flags)
            .env("INTERCOM_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Victim { child, events }
    }

    /// Lets the run finish, which it must.
    pub(crate) fn finish(mut self) {
        let mut told = String::new();
        self.events.read_to_string(&mut told).unwrap();
        let (status, talk) = self.ended(&told);
        assert!(status.success(), "{status}: {talk}");
        assert!(told.trim_end().lines().last().is_some_and(|last| last.contains("run_finished")), "{told}");
    }

    /// Kills the run when it tells of `wanted` for the time after `skip` others. What it wrote into the pipe before it
    /// died is read to the end, so that its own last word tells what it was doing.
    ///
    /// Answers also how many requests were under way: begun, and not in the journal.
    pub(crate) fn kill_at(mut self, wanted: Moment, skip: u64) -> (End, u64) {
        let mut begun: BTreeMap<Moment, i64> = BTreeMap::new();
        let (mut seen, mut killed, mut finished) = (0, false, false);
        let mut told = String::new();
        loop {
            let before = told.len();
            if self.events.read_line(&mut told).unwrap() == 0 {
                break;
            }
            // The last line may have been cut by the kill.
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&told[before..]) else { continue };
            finished |= event["event"] == "run_finished";
            let (ends, begins) = Moment::steps(&event);
            ends.into_iter().for_each(|moment| *begun.entry(moment).or_default() -= 1);
            begins.into_iter().for_each(|moment| *begun.entry(moment).or_default() += 1);
            if begins == Some(wanted) && !killed {
                if seen == skip {
                    self.child.kill().unwrap();
                    killed = true;
                }
                seen += 1;
            }
        }
        let (status, talk) = self.ended(&told);
        let requests = [Moment::Reading, Moment::Journalling].iter().filter_map(|moment| begun.get(moment));
        let under_way = u64::try_from(requests.sum::<i64>()).unwrap();
        if finished || status.success() {
            return (End::Finished, under_way);
        }
        assert!(killed, "the run ended by itself: {status}: {talk}");
        let open = |moment: &Moment| begun.get(moment).is_some_and(|count| *count > 0);
        let caught = [wanted].into_iter().chain(Moment::ALL).find(|moment| open(moment));
        (caught.map_or(End::Between, End::Caught), under_way)
    }

    /// Waits for the end, which has come where the events have; answers what was said beside the events.
    fn ended(&mut self, told: &str) -> (ExitStatus, String) {
        let mut talk = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
        search(&["sync"], told, &talk);
        (self.child.wait().unwrap(), talk)
    }
}
