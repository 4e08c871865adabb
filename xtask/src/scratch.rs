//! Folders for what only one run of tests needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use crate::failure::Failure;
use crate::workspace::output;

/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// What tests and their servers take there, with room to spare.
const IN_MEMORY_MIN_KB: u64 = 8 << 20;

/// A folder that goes when this is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A folder for `purpose` in `parent`, from which those of runs that were killed are cleared.
    pub(crate) fn new(parent: &Path, purpose: &str) -> Result<Scratch, Failure> {
        let prefix = format!("relatable-{purpose}-");
        clear_abandoned(parent, &prefix);
        let folder = parent.join(format!("{prefix}{}", process::id()));
        fs::create_dir(&folder).map_err(Failure::file("create", &folder))?;
        Ok(Scratch(folder))
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in a folder for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The folder for files that need not outlive the machine: in memory, if there is room. Programs may not be run from there.
pub(crate) fn folder_in_memory() -> PathBuf {
    let free = output(Command::new("df").args(["-Pk", IN_MEMORY]).stderr(Stdio::null()));
    let free_kb =
        free.ok().and_then(|said| said.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free_kb {
        Some(free_kb) if free_kb >= IN_MEMORY_MIN_KB => PathBuf::from(IN_MEMORY),
        _ => std::env::temp_dir(),
    }
}

/// Takes away what runs that were killed have left in a folder, as far as it can be told that they are over.
fn clear_abandoned(parent: &Path, prefix: &str) {
    let processes = Path::new("/proc");
    if !processes.join("self").exists() {
        return;
    }
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse::<u32>().ok());
        if process.is_some_and(|process| !processes.join(process.to_string()).exists()) {
            // Somebody else's, who may still be at it, stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
