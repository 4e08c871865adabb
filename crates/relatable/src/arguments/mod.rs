//! What can be asked on the command line. The comments are the help.

mod connection;
mod forget;
mod journal;
mod naming;
mod reading;
mod references;
mod resource;

pub(crate) use connection::ConnectionArguments;
pub(crate) use forget::ForgetArguments;
pub(crate) use journal::{JournalArguments, JournalCommand, PruneArguments, ReleaseArguments};
pub(crate) use naming::NamingArguments;
pub(crate) use reading::ReadingArguments;
pub(crate) use references::ReferencesArguments;

use crate::rules::{AskedRules, resource_names};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use journal::retention;
use reading::select_help;
use relatable_pipeline::Retention;
use resource::ResourceParser;
use std::path::PathBuf;

/// No line of help is wider.
const HELP_WIDTH: usize = 79;

/// The destination of a demo unless another is named.
#[cfg(feature = "duckdb")]
pub(crate) const DEMO_URI: &str = "duckdb:demo.duckdb";
/// The destination of a demo unless another is named.
#[cfg(not(feature = "duckdb"))]
pub(crate) const DEMO_URI: &str = "sqlite:demo.db";

/// The help of `--keep-journal` where there is room: with the price of each choice.
const KEEP_HELP: &str = "\
    How long the journal keeps answers that are loaded, from this run on: `forever` \
    (the default), so long (30d say), or `loaded` for no longer than that. What is \
    not loaded stays, and so do the definitions of attributes. Without the answers \
    `remodel` puts every record together from the tables, and refuses rules that \
    want what was never put into them; `verify` cannot tell what moved without a \
    time of change since the last run from what got lost; `model suggest --to` \
    measures what is left.";

/// Makes an Intercom workspace relational: tables in your own database.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = HELP_WIDTH,
    disable_help_subcommand = true,
    after_help = "More: `relatable help exit-codes`, `relatable help environment`"
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read a simulated workspace into a database file and show what is there
    Demo(DemoArguments),
    /// Read a workspace into a database, or bring it up to date
    Sync(SyncArguments),
    /// Prove that the tables hold what the API has, and mend what they lack
    Verify(VerifyArguments),
    /// Test token, permissions and destination
    Check(CheckArguments),
    /// Tell what a first sync would read and how many requests it takes
    Plan(PlanArguments),
    /// Load JSON or NDJSON files into tables
    Load(LoadArguments),
    /// Put tables back together into documents
    Export(ExportArguments),
    /// Make tables anew under other rules, from what was read
    Remodel(RemodelArguments),
    /// Take a person out of tables and journal, for good
    Forget(ForgetArguments),
    /// Show what was received and is kept, and make it less
    Journal(JournalArguments),
    /// Show the tables that documents become
    #[command(subcommand)]
    Model(ModelCommand),
    /// Serve a simulated Intercom until Ctrl-C
    Simulate(SimulateArguments),
    /// Explain a command, `exit-codes` or `environment`
    Help(HelpArguments),
}

/// Flags of `demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "The simulated workspace is served on this machine with a raised rate limit, so that \
                        the demo takes seconds; a real one takes as long as its limit makes it."
)]
pub(crate) struct DemoArguments {
    /// Where the tables go: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI", default_value = DEMO_URI)]
    pub(crate) to: String,
    /// Contacts in the workspace; everything else in proportion
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    pub(crate) contacts: u64,
    /// Decides what is in the workspace
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    /// Keep the journal, and say where it is
    #[arg(long)]
    pub(crate) keep_journal: bool,
}

/// Flags of `sync`. The token comes from INTERCOM_TOKEN.
#[derive(Debug, Args)]
#[command(after_help = "The access token is taken from INTERCOM_TOKEN; there is no flag for it.")]
pub(crate) struct SyncArguments {
    /// Where the tables go: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…;
    /// given more than once, one reading goes to all of them
    #[arg(long, value_name = "URI", required = true)]
    pub(crate) to: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    /// The journal [default: the (first) destination's file with .journal]; if it is
    /// lost, one that does not exist yet goes on from what the tables hold
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// How long the journal keeps answers that are loaded: `forever`, so long
    /// (30d say), or `loaded` for no longer than that
    #[arg(long, value_name = "TIME", default_value = "forever", hide_default_value = true,
          value_parser = retention, long_help = KEEP_HELP)]
    pub(crate) keep_journal: Retention,
    #[command(flatten)]
    pub(crate) references: ReferencesArguments,
    #[command(flatten)]
    pub(crate) rules: RulesArguments,
    #[command(flatten)]
    pub(crate) reporting: ReportingArguments,
}

/// Flags of `verify`. The token comes from INTERCOM_TOKEN.
#[derive(Debug, Args)]
#[command(after_help = "\
What lists and totals bring up is asked for record by record; only what is then
still different, and was so when it was read, is told. What changed since is
left out. Exit code 8 where something is missing or wrong, 0 where all is well
in what was compared.
The access token is taken from INTERCOM_TOKEN; there is no flag for it.")]
pub(crate) struct VerifyArguments {
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// Only these resources, with commas between [default: all]
    #[arg(long, value_name = "RESOURCES", value_delimiter = ',', hide_possible_values = true,
          long_help = select_help(),
          value_parser = ResourceParser::new())]
    pub(crate) select: Option<Vec<String>>,
    /// These, too, which are read only where they are asked for
    #[arg(long, value_name = "RESOURCES", value_delimiter = ',')]
    pub(crate) also: Vec<String>,
    /// Types of custom objects, beside those in the tables and those that
    /// attributes point at
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(crate) object_types: Vec<String>,
    /// Records of each resource to fetch anew and compare with all that hangs
    /// on them
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) sample: u64,
    /// Decides which [default: another one each time; it is told]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// List every id, not only those of stretches of time whose totals differ
    #[arg(long)]
    pub(crate) every_id: bool,
    /// Fetch what is missing or wrong, mark what is gone, and verify again
    #[arg(long)]
    pub(crate) repair: bool,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: RulesArguments,
    #[command(flatten)]
    pub(crate) reporting: ReportingArguments,
}

/// Flags that say what becomes of documents.
#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// Your rules (TOML), laid over the built-in model
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    /// A file with the secret of hashes, for rules that protect [env: RELATABLE_SALT]
    #[arg(long, value_name = "FILE")]
    pub(crate) salt_file: Option<PathBuf>,
}

impl RulesArguments {
    /// The rules asked for.
    pub(crate) fn asked(&self) -> AskedRules<'_> {
        self.naming.asked(self.model.as_deref())
    }
}

/// How much is said.
#[derive(Debug, Args)]
pub(crate) struct ReportingArguments {
    /// Print what happens as JSON lines on standard output
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) json: bool,
    /// Say nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Flags of `check`. The token comes from INTERCOM_TOKEN.
#[derive(Debug, Args)]
#[command(after_help = "The access token is taken from INTERCOM_TOKEN; there is no flag for it.")]
pub(crate) struct CheckArguments {
    /// A destination to look at: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// Your rules (TOML), to see whether they can be followed
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    #[command(flatten)]
    pub(crate) references: ReferencesArguments,
}

/// Flags of `plan`. The token comes from INTERCOM_TOKEN.
#[derive(Debug, Args)]
#[command(after_help = "\
The workspace is asked for the first page of everything; from that follows how
many requests a first sync takes. The access token is taken from INTERCOM_TOKEN.")]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
    /// Print the costs as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of `load`.
#[derive(Debug, Args)]
#[command(after_help = "\
A file holds one JSON document, one per line (NDJSON), several one behind the
other, or lists of them, and may be compressed with gzip or Zstandard. A folder
stands for its *.json, *.ndjson and *.jsonl files (also with .gz or .zst) and
those below it, a pattern in quotes for what it matches; both sorted by path.

A line that is no JSON is left out, counted and noted in _relatable_issues with
its file and line. A document over several lines, or in a list, cannot be left
out: what follows it could not be told apart, so nothing is loaded.

Files are read twice; standard input and pipes are kept in a temporary file
(TMPDIR) for that.")]
pub(crate) struct LoadArguments {
    /// Files with documents, folders or patterns; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The table they become
    #[arg(long, value_name = "T")]
    pub(crate) table: String,
    /// Paths that identify a document [default: its content]
    #[arg(long, value_name = "PATHS", value_delimiter = ',')]
    pub(crate) key: Vec<String>,
    /// The path to a list of documents inside each document, `data.items` say
    #[arg(long, value_name = "PATH")]
    pub(crate) records: Option<String>,
    /// Load nothing if a line or document cannot be used, instead of leaving it out
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where the tables go: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// Your rules (TOML), under the table's name
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    /// A file with the secret of hashes, for rules that protect [env: RELATABLE_SALT]
    #[arg(long, value_name = "FILE")]
    pub(crate) salt_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reporting: ReportingArguments,
}

/// Flags of `export`.
#[derive(Debug, Args)]
#[command(after_help = "Documents come in the order of their keys, one a line, in normal form: no nulls, \
                        ids as text, instants in UTC. Lists come in the order of their positions, or of \
                        their keys where they have none.")]
pub(crate) struct ExportArguments {
    /// What to export: a resource, or the table of a `load`
    #[arg(value_name = "RESOURCE")]
    pub(crate) resource: String,
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) from: String,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The rules (TOML) the tables were made by [default: those that the
    /// destination remembers]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// Records found to be gone, too
    #[arg(long)]
    pub(crate) deleted: bool,
}

/// Flags of `remodel`.
#[derive(Debug, Args)]
#[command(after_help = "\
The API is not asked. Tables are built beside those that are there, from the
journal, and take their place in one transaction: a reader sees the old or the
new. Records that the journal does not show are put together from the tables
where the rules they were made by, which the destination remembers, lose
nothing; else nothing is done, and what would have to be read again is named.
So it is where the new rules would lose a record or an element of a list, since
several have one key say, where they protect values otherwise, and where somebody
made columns, comments, indexes, triggers or views on the tables.
Where references are enforced, or are to be, or no longer, all tables are made
anew together.
`relatable model diff` says beforehand what will be otherwise.")]
pub(crate) struct RemodelArguments {
    /// What to remodel: resources, or tables of a `load` [default: what the rules change]
    #[arg(value_name = "RESOURCE")]
    pub(crate) resources: Vec<String>,
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The rules (TOML) to follow [default: the built-in model]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// Keep the old tables, as NAME__old_DATE_TIME
    #[arg(long)]
    pub(crate) keep_old: bool,
    #[command(flatten)]
    pub(crate) references: ReferencesArguments,
    #[command(flatten)]
    pub(crate) reporting: ReportingArguments,
}

/// What can be done with the model.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Show tables, columns, types, keys and references
    Show(ModelShowArguments),
    /// Print the JSON Schema of rule files, for editors
    Schema,
    /// Say what rules would do to the tables that are there
    Diff(ModelDiffArguments),
    /// Measure documents and suggest rules for them
    Suggest(ModelSuggestArguments),
}

/// Flags of `model show`.
#[derive(Debug, Args)]
pub(crate) struct ModelShowArguments {
    /// Your rules (TOML), laid over the built-in model
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    /// Only this resource
    #[arg(long, value_name = "RESOURCE", hide_possible_values = true,
          value_parser = PossibleValuesParser::new(resource_names()))]
    pub(crate) resource: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of `model diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "`+` is new, `-` is no longer written, `~` is otherwise. Nothing is changed. A load makes what is \
                        new by itself; where the rest stands against it, the reason is told."
)]
pub(crate) struct ModelDiffArguments {
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The rules (TOML) to compare with [default: the built-in model]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) naming: NamingArguments,
    #[command(flatten)]
    pub(crate) references: ReferencesArguments,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of `model suggest`.
#[derive(Debug, Args)]
#[command(
    after_help = "Prints a rule file ready for `--model`, with the reason for each rule as a comment: how often a \
                        path is filled and with what, how wide and how far apart objects are, how long lists are, what \
                        identifies their elements."
)]
pub(crate) struct ModelSuggestArguments {
    /// Files with documents, one or many each; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "to", conflicts_with = "to")]
    pub(crate) files: Vec<PathBuf>,
    /// The table they are to become [default: the first file's name]
    #[arg(long, value_name = "T", conflicts_with = "to")]
    pub(crate) table: Option<String>,
    /// Measure what was read for this destination: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: Option<String>,
    /// The journal of the destination [default: its file with .journal]
    #[arg(long, value_name = "PATH", requires = "to")]
    pub(crate) journal: Option<PathBuf>,
    /// Only this resource of what was read
    #[arg(long, value_name = "RESOURCE", hide_possible_values = true, requires = "to",
          value_parser = PossibleValuesParser::new(resource_names()))]
    pub(crate) resource: Option<String>,
}

/// Flags of `simulate`.
#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Port on this machine [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// Decides what is in the workspace
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Contacts in the workspace
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) contacts: u64,
    /// Companies [default: a quarter of the contacts]
    #[arg(long, value_name = "N")]
    pub(crate) companies: Option<u64>,
    /// Conversations [default: half of the contacts]
    #[arg(long, value_name = "N")]
    pub(crate) conversations: Option<u64>,
    /// Time each answer is held back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Requests allowed per 10 seconds
    #[arg(long, value_name = "N", default_value_t = 1_666)]
    pub(crate) limit: u32,
    /// Seconds until a change shows in searches
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) index_lag_s: u64,
    /// Time zone of the workspace
    #[arg(long, value_name = "NAME", default_value = "Europe/Dublin")]
    pub(crate) timezone: String,
    /// The token it accepts; no secret
    #[arg(long, value_name = "TEXT", default_value = "simulated-token")]
    pub(crate) token: String,
}

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct HelpArguments {
    /// A command, `exit-codes` or `environment`
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_consistent() {
        Arguments::command().debug_assert();
    }
}
