//! A test run again in a process of its own, for what a process cannot do to itself and go on.

use crate::client::Engine;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that tells a test that it is the child, and which folder it works in.
const FOLDER: &str = "RELATABLE_TEST_FOLDER";

/// The folder a child works in; `None` in the parent.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// A command that runs only this case, as a child.
pub(crate) fn command(engine: Engine, case: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("{}::{case}", engine.scheme()), "--nocapture"]).env(FOLDER, folder);
    command
}

/// As [`command`], with a small file system of memory mounted on the folder; `None` where that is not permitted.
pub(crate) fn command_on_small_disk(engine: Engine, case: &str, folder: &Path) -> Option<Command> {
    let permitted = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !permitted.is_ok_and(|status| status.success()) {
        return None;
    }
    let inner = command(engine, case, folder);
    let mut outer = Command::new("unshare");
    outer
        .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
        .arg("mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$@\"")
        .arg(folder)
        .arg(inner.get_program())
        .args(inner.get_args())
        .env(FOLDER, folder);
    Some(outer)
}
