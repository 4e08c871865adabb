//! The program `relatable`: arguments in, rendering out.
//!
//! [`arguments`] says what can be asked, a file of [`commands`] does it, [`failure`] gives every way to fail its exit
//! code and its hint, and [`render`] is the only place that prints: data to the standard output, talk to standard
//! error.
//!
//! What this crate does **not** know: HTTP, SQL dialects, and how a run reads and loads. It starts runs and shows their
//! events.

mod arguments;
mod commands;
mod environment;
mod exit_code;
mod failure;
mod interruption;
mod render;
mod rules;
mod target;

use arguments::Arguments;
use clap::Parser;
use exit_code::ExitCode;
use failure::Failure;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// How long what is still going on may take to end after the command has. Loads are all or nothing, so nothing is lost
/// when it takes longer.
const GRACE: Duration = Duration::from_secs(5);

fn main() -> std::process::ExitCode {
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) => Ok(render::usage(&error)),
    }));
    let code = match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            render::failure(&failure);
            failure.exit_code()
        }
        // The panic's own words are on standard error already.
        Err(_) => ExitCode::Defect,
    };
    code.into()
}

/// Does what was asked.
fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    relatable_faults::arm()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(commands::run(arguments.command));
    runtime.shutdown_timeout(GRACE);
    outcome
}
