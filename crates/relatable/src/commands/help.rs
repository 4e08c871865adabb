//! `help`: commands explained at length, and the tables that scripts rely on.

use crate::arguments::{Arguments, HelpArguments};
use crate::environment::VARIABLES;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Alignment, Grid};
use clap::CommandFactory;

/// Explains what was asked about, or the program.
pub(super) fn run(arguments: &HelpArguments) -> Result<ExitCode, Failure> {
    let topic: Vec<&str> = arguments.topic.iter().map(String::as_str).collect();
    let text = match topic.as_slice() {
        ["exit-codes"] => exit_codes(),
        ["environment"] => environment(),
        path => of_command(path)?,
    };
    render::data(text.trim_end())?;
    Ok(ExitCode::Success)
}

/// The table of exit codes.
fn exit_codes() -> String {
    let mut grid = Grid::new(&[Alignment::Right, Alignment::Left]);
    for code in ExitCode::ALL {
        grid.row([code.number().to_string(), code.meaning().to_owned()]);
    }
    format!("Exit codes; they keep their meaning from release to release.\n\n{}", grid.text("  "))
}

/// The table of environment variables.
fn environment() -> String {
    let mut grid = Grid::new(&[Alignment::Left, Alignment::Left]);
    for (name, meaning) in VARIABLES {
        grid.row([name, meaning]);
    }
    format!("Environment variables.\n\n{}", grid.text("  "))
}

/// The help of a command, by the words that call it.
fn of_command(path: &[&str]) -> Result<String, Failure> {
    let mut command = Arguments::command();
    command.build();
    let mut found = &mut command;
    for word in path {
        let unknown = || Failure::UnknownTopic { topic: path.join(" ") };
        found = found.find_subcommand_mut(word).ok_or_else(unknown)?;
    }
    Ok(found.render_long_help().to_string())
}
