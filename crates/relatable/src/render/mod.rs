//! All that a person or a program gets to see. This module tree is the only place that prints: data goes to the
//! standard output, talk to standard error.

mod documents;
mod forgotten;
mod grid;
mod journal;
mod json;
mod lines;
mod progress;
mod proof;
mod quantity;
mod report;
mod reporter;
mod words;

pub(crate) use documents::DocumentWriter;
pub(crate) use forgotten::{forgotten, forgotten_json};
pub(crate) use grid::{Alignment, Grid};
pub(crate) use journal::{JournalView, Loaded, pruned, pruned_json};
pub(crate) use proof::{findings, proof};
pub(crate) use quantity::{duration, grouped};
pub(crate) use reporter::{Ending, Reporter};

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints data and sees to it that it is out at once. A reader that went away had enough.
///
/// # Errors
/// [`Failure::Output`] when the standard output cannot be written.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

/// Says something. Where nobody can be told, there is nobody to tell that either.
pub(crate) fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says what may not be as meant, and stops nothing.
pub(crate) fn warning(about: &impl Display) {
    talk(&format!("warning: {about}"));
}

/// Says what failed, why, and what to do.
pub(crate) fn failure(failure: &Failure) {
    talk(&failure_text(failure));
}

/// Prints what the command line's reader has to say: help and version as data, the rest as an error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // As with all talk, nobody could be told that this did not get through.
    let _ = error.print();
    if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success }
}

/// A failure in words: what, why, and what now.
fn failure_text(failure: &Failure) -> String {
    let mut text = format!("error: {}", indented(&failure.to_string()));
    for cause in failure.causes() {
        text += &format!("\n  caused by: {}", indented(&cause.to_string()));
    }
    if let Some(hint) = failure.hint() {
        text += &format!("\n\nhint: {hint}");
    }
    text
}

/// A failure in one line, for lists of findings.
pub(crate) fn failure_line(failure: &Failure) -> String {
    let causes = failure.causes().map(ToString::to_string);
    let all: Vec<String> = [failure.to_string()].into_iter().chain(causes).collect();
    all.join(": ").lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Several lines, all but the first moved to the right.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_model::rules::Rules;

    #[test]
    fn a_failure_says_what_why_and_what_now() {
        let error = Rules::parse("[contacts.paths]\n\"avatar\" = \"flaten\"", "mine.toml").unwrap_err();
        let text = failure_text(&Failure::Rules(error));
        assert!(text.starts_with("error: failed to read the rules in mine.toml\n  caused by: "), "{text}");
        assert!(text.contains("line 2, column 12"), "{text}");
        assert!(text.contains("\n\nhint: did you mean `flatten`?"), "{text}");
    }
}
