//! PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::releases::Programs;
use super::{Home, PASSWORD, Running, free_port, programs};
use crate::failure::Failure;
use crate::workspace::succeed;

/// The variable that tells the tests where the server is.
const ADDRESS: &str = "RELATABLE_TEST_POSTGRES";
/// The variable that names the folder of PostgreSQL's programs, instead of looking for it.
const GIVEN_FOLDER: &str = "RELATABLE_POSTGRES_DIR";
/// Where Debian's packages put them, by version.
const PACKAGED: &str = "/usr/lib/postgresql";
/// The Debian package.
const PACKAGE: &str = "postgresql";
/// The users to run the server as where this is root, which PostgreSQL refuses; the first that exists.
const USERS: [&str; 2] = ["postgres", "nobody"];
/// The superuser of the server and the name of its database.
const NAME: &str = "relatable";
/// What it says once it has started.
const READY: &str = "ready to accept connections";
/// Nothing that tests write has to outlive the machine, and as little as can be is left of a server that is killed: memory that
/// processes share is in files of its folder.
const SETTINGS: [&str; 8] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "dynamic_shared_memory_type=mmap",
    "full_page_writes=off",
    "shared_buffers=256MB",
    "max_wal_size=1GB",
    "max_connections=200",
];

/// A running PostgreSQL.
pub(crate) struct Postgres {
    _server: Running,
    port: u16,
}

impl Postgres {
    /// Starts the one that is installed, and installs Debian's package where there is none and it may be.
    pub(crate) fn start(parent: &Path) -> Result<Postgres, Failure> {
        let folder = programs(GIVEN_FOLDER, installed, "PostgreSQL", &[PACKAGE])?;
        Postgres::of(parent, &Programs { folder, are_kept: false })
    }

    /// Starts one from these programs, with its files in `parent`.
    pub(crate) fn of(parent: &Path, Programs { folder, are_kept }: &Programs) -> Result<Postgres, Failure> {
        let mut home = Home::new(parent, "postgres", &USERS)?;
        let programs = if *are_kept { home.copied(folder)? } else { folder.clone() };
        let command = |name: &str| {
            let mut command = home.command(&programs.join(name));
            command.arg("-D").arg(home.path("data"));
            command
        };
        create(&command)?;
        let port = free_port()?;
        let mut server = command("postgres");
        server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(["-p", &port.to_string()]);
        Ok(Postgres { _server: home.serve(&server, READY)?, port })
    }

    /// The variable for the tests, and its value.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (ADDRESS, format!("postgres://{NAME}:{PASSWORD}@127.0.0.1:{}/postgres", self.port))
    }
}

/// Makes the server's folder, with texts sorted as a language has it where that can be: what must be in the order of bytes
/// may not rely on the server for it.
fn create(command: &impl Fn(&str) -> Command) -> Result<(), Failure> {
    let initdb = |sorting: &[&str]| {
        let mut initdb = command("initdb");
        initdb.args(["-A", "trust", "-U", NAME, "-E", "UTF8", "--no-sync"]).args(sorting);
        initdb.stdout(Stdio::null());
        initdb
    };
    let by_language = ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"];
    if initdb(&by_language).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    succeed(&mut initdb(&["--locale=C.UTF-8"]))
}

/// Whether a folder has what a server needs.
pub(super) fn has_programs(folder: &Path) -> bool {
    folder.join("initdb").exists() && folder.join("postgres").exists()
}

/// The folder of a version that Debian's packages brought.
pub(super) fn packaged(version: u32) -> Option<PathBuf> {
    let folder = Path::new(PACKAGED).join(version.to_string()).join("bin");
    has_programs(&folder).then_some(folder)
}

/// The folder of the newest version that is there.
pub(super) fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir(PACKAGED)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|version| Some((version, packaged(version)?)))
        .collect();
    packaged.sort_unstable();
    let newest = packaged.pop().map(|(_, folder)| folder);
    newest.or_else(|| std::env::split_paths(&path).find(|folder| has_programs(folder)))
}
