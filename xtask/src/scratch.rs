//! Folders for what only one run of tests needs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use crate::failure::Failure;
use crate::workspace::output;

/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// What tests and their servers take there, with room to spare.
const IN_MEMORY_MIN_KB: u64 = 8 << 20;

/// The purpose of a folder to try something out.
const PROBE: &str = "probe";
/// What folders in memory are for.
const PURPOSES: [&str; 4] = ["tests", "postgres", "mariadb", PROBE];

/// A folder that goes when this is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A folder for `purpose` in `parent`, from which those of runs that were killed are cleared.
    pub(crate) fn new(parent: &Path, purpose: &str) -> Result<Scratch, Failure> {
        let prefix = prefix(purpose);
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

/// The folder for files that need not outlive the machine: in memory, if there is room and programs can be run from there.
pub(crate) fn folder_in_memory() -> PathBuf {
    let memory = Path::new(IN_MEMORY);
    if memory.exists() {
        // What is left there takes the room that is looked for.
        PURPOSES.iter().for_each(|purpose| clear_abandoned(memory, &prefix(purpose)));
    }
    let is_roomy = |free: Option<u64>| free.is_some_and(|free_kb| free_kb >= IN_MEMORY_MIN_KB);
    if memory.exists() && is_roomy(free_kb(memory)) && is_roomy(available_kb()) && runs_programs(memory) {
        memory.to_path_buf()
    } else {
        std::env::temp_dir()
    }
}

/// How much of a file system is free.
fn free_kb(folder: &Path) -> Option<u64> {
    let said = output(Command::new("df").arg("-Pk").arg(folder)).ok()?;
    said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// How much memory is.
fn available_kb() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?.split_whitespace().next()?.parse().ok()
}

/// Whether a program can be run from a folder, as tests in documentation are.
fn runs_programs(folder: &Path) -> bool {
    let Ok(scratch) = Scratch::new(folder, PROBE) else { return false };
    let program = scratch.path().join("program");
    let written = fs::write(&program, "#!/bin/sh\n")
        .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o700)));
    written.is_ok() && Command::new(&program).status().is_ok_and(|status| status.success())
}

/// What the names of folders for a purpose begin with.
fn prefix(purpose: &str) -> String {
    format!("relatable-{purpose}-")
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
