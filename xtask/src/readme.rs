//! The commands README.md tells a newcomer to type, so that what is checked is what is printed.

use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Prints the N-th cargo command of README.md, counted from 1.
pub(crate) fn print_command(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let number = arguments.first().and_then(|argument| argument.to_str()?.parse().ok()).unwrap_or(1);
    let path = workspace.root.join("README.md");
    let readme = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    let found = commands(&readme);
    let command = usize::checked_sub(number, 1).and_then(|index| found.get(index));
    println!("{}", command.ok_or(Failure::ReadmeCommand { number, found: found.len() })?);
    Ok(ExitCode::SUCCESS)
}

/// The lines that start with `cargo ` (after an optional `$ ` prompt) in the fenced shell blocks of a text.
fn commands(readme: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut block = None;
    for line in readme.lines().map(str::trim) {
        if let Some(language) = line.strip_prefix("```") {
            block = if block.is_some() { None } else { Some(language) };
        } else if block.is_some_and(|language| ["sh", "bash", "shell", "console"].contains(&language)) {
            let command = line.strip_prefix("$ ").unwrap_or(line);
            if command.starts_with("cargo ") {
                found.push(command);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cargo_lines_of_shell_blocks_are_commands() {
        let readme = "# Title\ncargo in prose\n\n```sh\n# a remark\ncargo xtask demo\n```\ncargo outside\n\
                      ```toml\ncargo = 1\ncargo no\n```\n  ```console\n  $ cd x\n  $ cargo xtask test   # all\n  out\n  ```\n";
        assert_eq!(commands(readme), ["cargo xtask demo", "cargo xtask test   # all"]);
    }

    #[test]
    fn a_text_without_shell_blocks_has_no_commands() {
        assert!(commands("```\ncargo xtask demo\n```\n```rust\ncargo x\n```").is_empty());
    }
}
