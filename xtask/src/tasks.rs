//! The commands that build and run: demo, run, test, bench, duckdb.
//!
//! All of them (and the lints) resolve features over the whole workspace including what only tests need, so the
//! dependencies are compiled once and shared.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::duckdb;
use crate::failure::Failure;
use crate::scratch::{Scratch, folder_in_memory};
use crate::searched::Planted;
use crate::servers::{Postgres, Programs, Release, Servers};
use crate::workspace::{Workspace, line, succeed};

/// The feature that links DuckDB's shared library.
pub(crate) const SHARED_LIBRARY: &str = "relatable/duckdb";
/// The feature that compiles DuckDB from source into the binary.
const BUNDLED: &str = "relatable/duckdb-bundled";

/// The flag of `test` that chooses a version of PostgreSQL.
const POSTGRES: &str = "--postgres";
/// The tests of what is promised of destinations that talk to PostgreSQL: all but those of other databases.
const ON_POSTGRES: [&str; 9] =
    ["--test", "conformance", "--", "--skip", "sqlite::", "--skip", "duckdb::", "--skip", "mysql"];

/// The folder of the target folder that builds of the dev profile go to.
const DEBUG: &str = "debug";
/// The folder of the target folder that benchmarks go to.
const RELEASE: &str = "release";

/// `relatable demo`, without DuckDB when the tables go elsewhere.
pub(crate) fn demo(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let feature = if needs_duckdb(arguments) { Some(link_duckdb(workspace, DEBUG)?) } else { None };
    let binary = build(workspace, feature)?;
    start(Command::new(binary).arg("demo").args(arguments))
}

/// `relatable` with any arguments; a leading `--` is not one of them.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let arguments = arguments.strip_prefix(&[OsString::from("--")]).unwrap_or(arguments);
    let feature = link_duckdb(workspace, DEBUG)?;
    start(Command::new(build(workspace, Some(feature))?).args(arguments))
}

/// Every test of the workspace, with DuckDB, and then what is promised of destinations on the oldest and the newest
/// PostgreSQL; or the tests that the arguments choose, on one version.
pub(crate) fn test(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let (asked, arguments) = postgres_asked(arguments)?;
    let programs = |release: Release| Ok((release.version, release.programs(workspace)?));
    let one = asked.map(|release| release.programs(workspace)).transpose()?;
    // What cannot be had is told before the tests that take long.
    let others = if one.is_none() && arguments.is_empty() { Release::ends() } else { Vec::new() };
    let others = others.into_iter().map(programs).collect::<Result<Vec<(u32, Programs)>, Failure>>()?;
    let feature = link_duckdb(workspace, DEBUG)?;
    // Waiting for a disk, at each table that a server makes above all, would take a part of the time.
    let memory = folder_in_memory();
    let temporary = Scratch::new(&memory, "tests")?;
    let servers = Servers::start(&memory, one.as_ref())?;
    let cargo = || {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--workspace", "--features", feature]).env("TMPDIR", temporary.path());
        cargo
    };
    let mut all = cargo();
    let planted = Planted::read(workspace)?;
    let mut code = planted.search(all.args(arguments).envs(servers.variables()))?;
    drop(servers);
    for (version, programs) in &others {
        if code != ExitCode::SUCCESS {
            break;
        }
        let postgres = Postgres::of(&memory, programs)?;
        let (name, address) = postgres.variable();
        let mut cargo = cargo();
        cargo.args(ON_POSTGRES);
        eprintln!("xtask: with PostgreSQL {version}");
        code = planted.search(cargo.env(name, address))?;
    }
    Ok(code)
}

/// What of the arguments of `test` asks for a version of PostgreSQL, and the rest.
fn postgres_asked(arguments: &[OsString]) -> Result<(Option<Release>, Vec<OsString>), Failure> {
    let mut rest = Vec::new();
    let mut asked = None;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--" {
            rest.push(argument.clone());
            break;
        }
        match text.strip_prefix(POSTGRES) {
            Some("") => {
                let version = arguments.next().map(|version| version.to_string_lossy());
                asked = Some(Release::of(&version.unwrap_or_default())?);
            }
            Some(version) if version.starts_with('=') => asked = Some(Release::of(&version[1..])?),
            _ => rest.push(argument.clone()),
        }
    }
    rest.extend(arguments.cloned());
    Ok((asked, rest))
}

/// Every benchmark, or those the arguments choose.
pub(crate) fn bench(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let feature = link_duckdb(workspace, RELEASE)?;
    let mut cargo = workspace.cargo();
    cargo.args(["bench", "--workspace", "--features", feature]);
    if arguments.is_empty() {
        // Only real benchmarks: the unit tests of a library would be built as benchmarks too.
        cargo.args(["--bench", "*"]);
    }
    let servers = Servers::start(&std::env::temp_dir(), None)?;
    start(cargo.args(arguments).envs(servers.variables()))
}

/// Obtains the DuckDB library and prints where it is.
pub(crate) fn duckdb(workspace: &Workspace) -> Result<ExitCode, Failure> {
    match duckdb::obtain(workspace)? {
        Some(library) => {
            println!("{}", library.display());
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("xtask: no DuckDB library found; builds will compile DuckDB from source");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Whether the arguments of the demo leave DuckDB as the destination, which is its default.
fn needs_duckdb(arguments: &[OsString]) -> bool {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let destination = match argument.strip_prefix("--to=") {
            Some(destination) => Some(destination.to_owned()),
            None if argument == "--to" => arguments.next().map(Into::into),
            None => None,
        };
        if let Some(destination) = destination {
            return destination.starts_with("duckdb:");
        }
    }
    true
}

/// Sees to it that DuckDB can be linked and found at run time, and returns the feature to build with.
fn link_duckdb(workspace: &Workspace, profile_folder: &str) -> Result<&'static str, Failure> {
    let Some(library) = duckdb::obtain(workspace)? else {
        eprintln!(
            "xtask: no DuckDB library found: compiling DuckDB from source, about 50 minutes of one core.\n\
             xtask: `cargo xtask demo --to sqlite:demo.db` needs no DuckDB; RELATABLE_DUCKDB_DIR names a folder \
             with a library."
        );
        return Ok(BUNDLED);
    };
    duckdb::stage(&library, &workspace.target_folder()?.join(profile_folder))?;
    if std::env::var_os("RUSTFLAGS").is_some() {
        eprintln!(
            "xtask: RUSTFLAGS replaces the flags of .cargo/config.toml: binaries started outside of Cargo may \
             not find the DuckDB library"
        );
    }
    Ok(SHARED_LIBRARY)
}

/// Builds the binary and returns where it is.
fn build(workspace: &Workspace, feature: Option<&str>) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo();
    match feature {
        // There are no examples: asking for them makes Cargo resolve features as it does for tests, so that
        // `demo` and `test` share every dependency.
        Some(feature) => {
            cargo.args(["build", "--workspace", "--bin", "relatable", "--examples", "--features", feature])
        }
        None => cargo.args(["build", "--package", "relatable"]),
    };
    let begin = Instant::now();
    eprintln!("xtask: {}", line(&cargo));
    succeed(&mut cargo)?;
    eprintln!("xtask: built in {:.1} s", begin.elapsed().as_secs_f32());
    let name = format!("relatable{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target_folder()?.join(DEBUG).join(name))
}

/// Runs a program to its end and hands on its exit code.
fn start(command: &mut Command) -> Result<ExitCode, Failure> {
    let shown = line(command);
    eprintln!("xtask: {shown}");
    let status = command.status().map_err(|source| Failure::Start { program: shown, source })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_postgres_is_taken_out_of_the_arguments_of_cargo() {
        let cases: [(&[&str], Option<u32>, &[&str]); 6] = [
            (&[], None, &[]),
            (&["--postgres", "13"], Some(13), &[]),
            (&["--test", "cli", "--postgres=17", "--", "x"], Some(17), &["--test", "cli", "--", "x"]),
            (&["--test", "cli", "--", "--postgres", "x"], None, &["--test", "cli", "--", "--postgres", "x"]),
            (&["--postgres", "14", "--no-run"], Some(14), &["--no-run"]),
            (&["--postgresql"], None, &["--postgresql"]),
        ];
        for (arguments, version, rest) in cases {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            let (asked, left) = postgres_asked(&arguments).expect("a known version");
            assert_eq!(asked.map(|release| release.version), version, "{arguments:?}");
            assert_eq!(left, rest, "{arguments:?}");
        }
        for arguments in [&["--postgres"][..], &["--postgres", "12"], &["--postgres="]] {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            assert!(postgres_asked(&arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn the_demo_needs_duckdb_unless_its_tables_go_elsewhere() {
        let cases: [(&[&str], bool); 7] = [
            (&[], true),
            (&["--contacts", "10"], true),
            (&["--to", "duckdb:x.duckdb"], true),
            (&["--to=duckdb:x.duckdb"], true),
            (&["--to", "sqlite:demo.db"], false),
            (&["--seed", "1", "--to=sqlite:demo.db"], false),
            (&["--to"], true),
        ];
        for (arguments, expected) in cases {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            assert_eq!(needs_duckdb(&arguments), expected, "{arguments:?}");
        }
    }
}
