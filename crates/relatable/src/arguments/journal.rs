//! Flags about the journal.

use super::reading::age_s;
use clap::{Args, Subcommand};
use relatable_pipeline::Retention;
use std::path::PathBuf;

/// Flags of `journal`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Shows what the journal takes on the disk, which answers it has, how far the
destination has loaded them, what is still to be asked for, and where each
stream of answers stands. Nothing is changed, and a run may be under way."
)]
pub(crate) struct JournalArguments {
    #[command(subcommand)]
    pub(crate) command: Option<JournalCommand>,
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI", required = true)]
    pub(crate) to: Option<String>,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be done with a journal beside looking at it.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Take away what is loaded, and give the space back
    Prune(PruneArguments),
    /// Let go of a destination that was given up
    Release(ReleaseArguments),
}

/// Flags of `journal release`.
#[derive(Debug, Args)]
#[command(after_help = "\
A journal that serves several destinations keeps what any of them has not
loaded. One that never comes back would keep it growing; released, it is
forgotten. Neither its tables nor answers are touched, and it need not be there
any more. While a run has the journal, nothing is done (exit code 4).")]
pub(crate) struct ReleaseArguments {
    /// Where the tables are or were: sqlite:FILE, duckdb:FILE, postgres://… or
    /// mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
}

/// Flags of `journal prune`.
#[derive(Debug, Args)]
#[command(after_help = "\
Only what the destination has loaded goes; of the definitions of attributes the
last stays. The file is then rewritten, which takes the space of what is left
once more meanwhile. `relatable help sync` says under --keep-journal what is
lost. While a run has the journal, nothing is done (exit code 4).")]
pub(crate) struct PruneArguments {
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// What to keep: answers of so long (30d say), or `loaded`: only what is not
    /// loaded yet; `forever` only rewrites the file
    #[arg(long, value_name = "TIME", value_parser = retention)]
    pub(crate) keep: Retention,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// How long answers are kept: `forever`, `loaded`, or a time.
pub(super) fn retention(text: &str) -> Result<Retention, String> {
    match text {
        "forever" => Ok(Retention::Forever),
        "loaded" => Ok(Retention::Loaded),
        text => age_s(text)
            .map(Retention::Seconds)
            .map_err(|_| format!("`{text}` is no time like 30d, and neither `forever` nor `loaded`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_is_understood_or_refused() {
        for (text, expected) in [
            ("forever", Retention::Forever),
            ("loaded", Retention::Loaded),
            ("30d", Retention::Seconds(2_592_000)),
            ("36h", Retention::Seconds(129_600)),
        ] {
            assert_eq!(retention(text), Ok(expected), "{text}");
        }
        for text in ["", "30", "-1d", "all"] {
            assert!(retention(text).unwrap_err().contains("`forever`"), "{text}");
        }
    }
}
