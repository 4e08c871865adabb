//! The database servers that tests talk to: started for one run, in a folder of their own, and stopped after it.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
/// How long the server may take to start.
const START_MAX: Duration = Duration::from_secs(60);
/// What it says once it has started.
const READY: &str = "ready to accept connections";
/// Nothing that tests write has to outlive the machine.
const SETTINGS: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=256MB",
    "max_wal_size=4GB",
    "max_connections=200",
];

/// A running PostgreSQL.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts one, installing Debian's package where there is none and it may be.
    pub(crate) fn start() -> Result<Postgres, Failure> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("relatable-postgres-{}", std::process::id()));
        fs::create_dir(&folder).map_err(Failure::file("create", &folder))?;
        let user = other_user(&folder)?;
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).map_err(Failure::file("hand over", &folder))?;
        }
        let data = folder.join("data");
        let command = |name: &str| {
            let mut command = Command::new(programs.join(name));
            if let Some((user, group)) = user {
                command.uid(user).gid(group);
            }
            command.current_dir(&folder).arg("-D").arg(&data);
            command
        };
        create(&command)?;
        let port = free_port()?;
        let log = folder.join("log");
        let out = File::create(&log).map_err(Failure::file("create", &log))?;
        let mut server = command("postgres");
        server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).args(["-p", &port.to_string()]);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(out);
        let start = |source| Failure::Start { program: "postgres".to_owned(), source };
        let server = server.spawn().map_err(start)?;
        let mut postgres = Postgres { server, folder, port };
        postgres.wait(&log)?;
        Ok(postgres)
    }

    /// Waits until it takes connections.
    fn wait(&mut self, log: &Path) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            let said = fs::read_to_string(log).unwrap_or_default();
            if said.contains(READY) {
                return Ok(());
            }
            let ended = self.server.try_wait().is_ok_and(|status| status.is_some());
            if ended || began.elapsed() > START_MAX {
                return Err(Failure::Server { said });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The variable for the tests, and its value.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (ADDRESS, format!("postgres://{NAME}@127.0.0.1:{}/postgres", self.port))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may have ended by itself, and what is left in a folder for temporary files harms nobody.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
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

/// The folder of PostgreSQL's programs.
fn programs() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os(GIVEN_FOLDER) {
        return Ok(PathBuf::from(folder));
    }
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    eprintln!("xtask: no PostgreSQL found: installing the package `{PACKAGE}`");
    let install = |arguments: &[&str]| {
        succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    install(&["update"])?;
    install(&["install", "--yes", "--no-install-recommends", PACKAGE])?;
    installed().ok_or_else(|| Failure::Server { said: format!("`{PACKAGE}` brought no programs") })
}

/// The folder of the newest version that is there.
fn installed() -> Option<PathBuf> {
    let has_programs = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir(PACKAGED)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_programs(folder))
        .collect();
    packaged.sort_unstable();
    let newest = packaged.pop().map(|(_, folder)| folder);
    newest.or_else(|| std::env::split_paths(&path).find(has_programs))
}

/// The user and group to run the server as, where this is root.
fn other_user(folder: &Path) -> Result<Option<(u32, u32)>, Failure> {
    let own = fs::metadata(folder).map_err(Failure::file("look at", folder))?;
    if own.uid() != 0 {
        return Ok(None);
    }
    let known = fs::read_to_string("/etc/passwd").map_err(Failure::file("read", "/etc/passwd"))?;
    let ids = |name: &&str| {
        let fields = known.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = fields.into_iter().find(|fields| fields.first() == Some(name))?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Ok(USERS.iter().find_map(ids))
}

/// A port that nobody listens to.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(Failure::file("find a free port on", "127.0.0.1"))
}
