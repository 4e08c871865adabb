//! A database with its journal, and the commands that are run on it.

use crate::disturbance::dump::{Dump, Engine};
use crate::secrets::{TOKEN, search};
use relatable_faults::{ARMING, REACHED};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};

/// The next number of a place: names are never used twice, since servers keep what was there.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A folder of its own, with a database in it or called after it.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    folder: tempfile::TempDir,
    number: u64,
}

/// How a command ended.
pub(crate) struct Run {
    status: ExitStatus,
    /// What it said on standard error.
    pub(crate) told: String,
    /// How often it reached each point.
    pub(crate) reached: BTreeMap<String, u64>,
}

impl Run {
    /// The exit code, unless it died.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal it died of.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

impl Place {
    /// A place without anything.
    pub(crate) fn new(engine: Engine) -> Place {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Place { engine, folder: tempfile::tempdir().unwrap(), number }
    }

    /// A place for commands that need no database.
    pub(crate) fn alone() -> Place {
        Place::new(Engine::Sqlite)
    }

    /// The database's file, or what it is called after.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join(format!("faults{}", self.number))
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.file("kept.journal")
    }

    /// A file beside the database.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn uri(&self) -> String {
        self.engine.uri(&self.database())
    }

    pub(crate) fn dump(&self) -> Dump {
        self.engine.dump(&self.database())
    }

    /// Runs the program, with points armed.
    pub(crate) fn run(&self, arguments: &[&str], armed: Option<&str>) -> Run {
        let trace = self.file("reached");
        let _ = std::fs::remove_file(&trace);
        let outcome = Command::new(env!("CARGO_BIN_EXE_relatable"))
            .args(arguments)
            .env("INTERCOM_TOKEN", TOKEN)
            .env("RUST_BACKTRACE", "0")
            .env(REACHED, &trace)
            .env(ARMING, armed.unwrap_or_default())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = text(&outcome.stderr);
        search(arguments, &text(&outcome.stdout), &told);
        Run { status: outcome.status, told, reached: counted(&trace) }
    }
}

/// How often each point was reached, by the file that was told.
fn counted(trace: &Path) -> BTreeMap<String, u64> {
    let mut reached = BTreeMap::new();
    for name in std::fs::read_to_string(trace).unwrap_or_default().lines() {
        *reached.entry(name.to_owned()).or_default() += 1;
    }
    reached
}
