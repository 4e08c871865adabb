//! How fast rows get into each database, against the fastest that is there to do the same, all in one run:
//!
//! * `postgres`: the same rows by `psql`'s `\copy` from CSV, and, as the limit, by `COPY` of bytes that are made already;
//! * `duckdb`: the same Arrow batches by DuckDB's own appender;
//! * `upsert`: a hundredth of a table changed, against loading it anew.
//!
//! `-- postgres duckdb upsert` chooses parts, `--rows N` the size. PostgreSQL is that of `RELATABLE_TEST_POSTGRES`, which
//! `cargo xtask bench` starts; `psql` is taken from `RELATABLE_POSTGRES_DIR` or the path.

#[cfg(feature = "duckdb")]
mod duckdb;
mod place;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
mod upsert;

use std::process::ExitCode;
use std::time::Instant;

/// Rows that are compared between programs.
const ROWS: usize = 1_000_000;
/// Rows of the table of which some change.
const ROWS_CHANGED: usize = 5_000_000;
/// How often everything is done; the shortest counts.
const ROUNDS: usize = 3;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = arguments.iter().position(|argument| argument == "--rows");
    let size =
        size.and_then(|place| arguments.get(place + 1)).map(|rows| rows.parse::<usize>()).transpose()?;
    let parts = ["postgres", "duckdb", "upsert"];
    let any = arguments.iter().any(|argument| parts.contains(&argument.as_str()));
    let chosen = |part: &str| !any || arguments.iter().any(|argument| argument == part);
    let mut holds = true;
    if chosen("postgres") || chosen("duckdb") {
        let batches = rows::batches(size.unwrap_or(ROWS))?;
        #[cfg(feature = "postgres")]
        if chosen("postgres") {
            holds &= postgres::compare(&batches)?;
        }
        #[cfg(feature = "duckdb")]
        if chosen("duckdb") {
            holds &= duckdb::compare(&batches)?;
        }
    }
    if chosen("upsert") {
        holds &= upsert::compare(size.unwrap_or(ROWS_CHANGED))?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Times of one thing in seconds.
#[derive(Debug, Default)]
struct Times(Vec<f64>);

impl Times {
    /// Does it once more.
    fn take<T>(&mut self, go: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let began = Instant::now();
        let done = go()?;
        self.0.push(began.elapsed().as_secs_f64());
        Ok(done)
    }

    /// The shortest.
    fn best(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// From the shortest to the longest, in words, and how many of `rows` are done in a second.
    fn told(&self, rows: usize) -> String {
        let longest = self.0.iter().copied().fold(0.0, f64::max);
        let thousands = rows as f64 / self.best() / 1e3;
        format!("{:6.2} s to {longest:.2} s, {thousands:.0} thousand rows/s", self.best())
    }
}

/// Whether a goal is reached, in words.
fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "does NOT hold" }
}

/// Tells what was measured.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}
