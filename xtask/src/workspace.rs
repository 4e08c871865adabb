//! The workspace on disk and the programs that are run in it.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// The workspace this command was started from.
pub(crate) struct Workspace {
    /// The folder with the root `Cargo.toml`.
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// The workspace of the running `cargo xtask`. Cargo says at run time which one it is, which matters when
    /// two clones share a target folder; outside of Cargo it is the one this program was compiled in.
    pub(crate) fn locate() -> Self {
        let manifest_folder = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest_folder.parent().map_or_else(|| manifest_folder.clone(), Path::to_path_buf);
        Self { root }
    }

    /// Cargo, started in the root so that `.cargo/config.toml` applies whatever the current folder is.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        // Cargo told this program which package it is. Some build scripts watch these variables and would run
        // again whenever a build is not, or otherwise, started from here.
        for (name, _) in env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start))
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// The folder Cargo builds into, from its own mouth.
    pub(crate) fn target_folder(&self) -> Result<PathBuf, Failure> {
        let metadata = output(self.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        target_folder_in(&metadata).ok_or(Failure::TargetFolder)
    }
}

/// Reads `target_directory` out of the text of `cargo metadata`.
fn target_folder_in(metadata: &str) -> Option<PathBuf> {
    const KEY: &str = "\"target_directory\":\"";
    let mut characters = metadata.split_once(KEY)?.1.chars();
    let mut folder = String::new();
    loop {
        match characters.next()? {
            '"' => return Some(folder.into()),
            // Only the quote and the backslash are expected to be escaped in a path.
            '\\' => folder.push(characters.next()?),
            plain => folder.push(plain),
        }
    }
}

/// Runs a program to its end with this terminal; its failure is ours.
pub(crate) fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|source| Failure::Start { program: program(command), source })?;
    if status.success() { Ok(()) } else { Err(Failure::Program { line: line(command), status }) }
}

/// Runs a program to its end and returns what it wrote to stdout; its talk goes to this terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Failure::Start { program: program(command), source })?;
    if !output.status.success() {
        return Err(Failure::Program { line: line(command), status: output.status });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The name of the program, without its folder.
fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(program(command).into()).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_read_from_metadata() {
        let cases = [
            (r#"{"packages":[],"target_directory":"/a b/target","version":1}"#, Some("/a b/target")),
            (r#"{"target_directory":"C:\\x\\target"}"#, Some(r"C:\x\target")),
            (r#"{"target_directory":"/cut"#, None),
            ("{}", None),
        ];
        for (metadata, expected) in cases {
            assert_eq!(target_folder_in(metadata), expected.map(PathBuf::from), "{metadata}");
        }
    }

    #[test]
    fn the_workspace_is_the_folder_above_this_package() {
        assert!(Workspace::locate().root.join("xtask/Cargo.toml").is_file());
    }
}
