//! The database servers that tests talk to: started for one run, in a folder of their own, and stopped after it.

mod mariadb;
mod postgres;
mod releases;

pub(crate) use mariadb::MariaDb;
pub(crate) use postgres::Postgres;
pub(crate) use releases::{Programs, RELEASES, Release};

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::scratch::Scratch;
use crate::workspace::succeed;

/// How long a server may take to start.
const START_MAX: Duration = Duration::from_secs(60);
/// The password of addresses. Tests search all that programs say for it.
const PASSWORD: &str = "hunter2-of-the-tests";

/// Runs a server until it ends, or until whoever started this ends, by whatever it is: then it is told to end, and made to where
/// it does not within ten seconds.
const WATCH: &str = r#"
trap "" INT
exec 3<&0
"$@" 3<&- &
server=$!
{
    cat <&3 >/dev/null
    kill -QUIT $server 2>/dev/null
    for _ in $(seq 100); do kill -0 $server 2>/dev/null || exit 0; sleep 0.1; done
    kill -KILL $server
} &
wait $server
"#;

/// The servers of a run.
pub(crate) struct Servers {
    postgres: Postgres,
    mariadb: MariaDb,
}

impl Servers {
    /// Starts all of them, with their files in `parent`; PostgreSQL from these programs, or else the one that is installed.
    pub(crate) fn start(parent: &Path, postgres: Option<&Programs>) -> Result<Servers, Failure> {
        let postgres = match postgres {
            Some(programs) => Postgres::of(parent, programs)?,
            None => Postgres::start(parent)?,
        };
        Ok(Servers { postgres, mariadb: MariaDb::start(parent)? })
    }

    /// The variables that tell tests where they are, and their values.
    pub(crate) fn variables(&self) -> [(&'static str, String); 2] {
        [self.postgres.variable(), self.mariadb.variable()]
    }
}

/// Where a server has its files, and the user it runs as where this is root, as which none runs.
struct Home {
    folder: Scratch,
    /// Programs that were copied for that user.
    programs: Option<Scratch>,
    user: Option<(u32, u32)>,
}

impl Home {
    /// A folder in `parent` for the server called `name`, which runs as the first of these users that exists.
    fn new(parent: &Path, name: &str, users: &[&str]) -> Result<Home, Failure> {
        let folder = Scratch::new(parent, name)?;
        let user = other_user(folder.path(), users)?;
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group))
                .map_err(Failure::file("hand over", folder.path()))?;
        }
        Ok(Home { folder, programs: None, user })
    }

    /// A path in the folder.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program, run as that user in that folder.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path());
        command
    }

    /// A copy of a folder of programs, with all that lies beside it, where another user can read it.
    fn copied(&mut self, programs: &Path) -> Result<PathBuf, Failure> {
        let (Some(_), Some(all), Some(name)) = (self.user, programs.parent(), programs.file_name()) else {
            return Ok(programs.to_path_buf());
        };
        let copy = Scratch::new(&std::env::temp_dir(), "programs")?;
        let folder = copy.path().join("all");
        succeed(Command::new("cp").arg("-R").arg(all).arg(&folder))?;
        self.programs = Some(copy);
        Ok(folder.join(name))
    }

    /// Starts the server and waits until it says `ready`.
    fn serve(self, command: &Command, ready: &str) -> Result<Running, Failure> {
        let log = self.path("log");
        let out = File::create(&log).map_err(Failure::file("create", &log))?;
        let mut watched = self.command(Path::new("/bin/sh"));
        watched.args(["-c", WATCH, "sh"]).arg(command.get_program()).args(command.get_args());
        watched.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(out);
        let program = command.get_program().to_string_lossy().into_owned();
        let server = watched.spawn().map_err(|source| Failure::Start { program, source })?;
        let mut running = Running { server, _home: self };
        running.wait(&log, ready)?;
        Ok(running)
    }
}

/// A running server.
struct Running {
    server: Child,
    _home: Home,
}

impl Running {
    /// Waits until it takes connections.
    fn wait(&mut self, log: &Path, ready: &str) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            let said = fs::read_to_string(log).unwrap_or_default();
            if said.contains(ready) {
                return Ok(());
            }
            let ended = self.server.try_wait().is_ok_and(|status| status.is_some());
            if ended || began.elapsed() > START_MAX {
                return Err(Failure::Server { said });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // That is what has it ended; it may have ended by itself.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

/// The folder of a server's programs: the one given in a variable, or where they are installed, or where Debian's packages
/// then put them.
fn programs(
    given: &str,
    installed: impl Fn() -> Option<PathBuf>,
    server: &str,
    packages: &[&str],
) -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os(given) {
        return Ok(PathBuf::from(folder));
    }
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    install(server, packages)?;
    let names = packages.join("`, `");
    installed().ok_or_else(|| Failure::Server { said: format!("`{names}` brought no programs") })
}

/// Installs Debian's packages, since `what` is missing.
fn install(what: &str, packages: &[&str]) -> Result<(), Failure> {
    eprintln!("xtask: no {what} found: installing the packages `{}`", packages.join("`, `"));
    let apt_get = |arguments: &[&str]| {
        succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

/// The user and group to run a server as, where this is root.
fn other_user(folder: &Path, users: &[&str]) -> Result<Option<(u32, u32)>, Failure> {
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
    Ok(users.iter().find_map(ids))
}

/// A port that nobody listens to.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(Failure::file("find a free port on", "127.0.0.1"))
}
