//! What the project checks about its own sources: length of files, formatting, lints.

use std::fs;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::tasks::SHARED_LIBRARY;
use crate::workspace::{Workspace, output, succeed};

/// A source file of more lines fails the check.
const LIMIT: usize = 600;
/// A source file of more lines is named, because it should be split soon.
const NOTICE: usize = 450;

/// Runs all checks, the quickest first.
pub(crate) fn everything(workspace: &Workspace) -> Result<ExitCode, Failure> {
    file_lengths(workspace)?;
    succeed(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--features", SHARED_LIBRARY];
    succeed(workspace.cargo().args(clippy).args(["--", "-D", "warnings"]))?;
    Ok(ExitCode::SUCCESS)
}

/// What the length of a file asks for.
#[derive(Debug, PartialEq)]
enum Length {
    /// Nothing.
    Fine,
    /// A word to the author.
    Notable,
    /// The check fails.
    TooLong,
}

impl Length {
    /// Judges a number of lines.
    fn of(lines: usize) -> Self {
        if lines > LIMIT {
            Self::TooLong
        } else if lines > NOTICE {
            Self::Notable
        } else {
            Self::Fine
        }
    }
}

/// Names the long Rust files of the repository and fails when one is too long. Files that are new but not yet
/// committed count, ignored ones do not.
fn file_lengths(workspace: &Workspace) -> Result<(), Failure> {
    let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.rs"];
    let mut git = std::process::Command::new("git");
    let files = output(git.current_dir(&workspace.root).args(listing))?;
    let mut count = 0;
    for file in files.split_terminator('\0') {
        let path = workspace.root.join(file);
        // A file deleted but not yet committed is still listed.
        if !path.exists() {
            continue;
        }
        let lines = fs::read_to_string(&path).map_err(Failure::file("read", &path))?.lines().count();
        match Length::of(lines) {
            Length::Fine => {}
            Length::Notable => eprintln!("xtask: {file} has {lines} lines; over {LIMIT} will fail"),
            Length::TooLong => {
                eprintln!("xtask: {file} has {lines} lines, the limit is {LIMIT}");
                count += 1;
            }
        }
    }
    if count == 0 { Ok(()) } else { Err(Failure::LongFiles { count, limit: LIMIT }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_over_the_limit_fail_and_those_over_the_notice_are_named() {
        let cases = [
            (0, Length::Fine),
            (450, Length::Fine),
            (451, Length::Notable),
            (600, Length::Notable),
            (601, Length::TooLong),
        ];
        for (lines, expected) in cases {
            assert_eq!(Length::of(lines), expected, "{lines} lines");
        }
    }
}
