//! MariaDB, which stands for MySQL too: no package of that is to be had.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Home, PASSWORD, Running, free_port, install, programs};
use crate::failure::Failure;
use crate::workspace::succeed;

/// The variable that tells the tests where the server is.
const ADDRESS: &str = "RELATABLE_TEST_MYSQL";
/// The variable that names the folder of MariaDB's server, instead of looking for it.
const GIVEN_FOLDER: &str = "RELATABLE_MARIADB_DIR";
/// Where Debian's packages put it, which may not be where programs are looked for.
const PACKAGED: &str = "/usr/sbin";
/// The Debian packages: the server without what would start it, and what makes its folder.
const PACKAGES: [&str; 2] = ["mariadb-server-core", "mariadb-client-core"];
/// The users to run the server as where this is root, which MariaDB refuses; the first that exists.
const USERS: [&str; 2] = ["mysql", "nobody"];
/// The user who may do everything.
const NAME: &str = "relatable";
/// What it says once it has started.
const READY: &str = "ready for connections";
/// Nothing that tests write has to outlive the machine; texts are sorted as a language has it, and SQL is read as the server
/// likes, unless one says how.
const SETTINGS: [&str; 12] = [
    "--no-defaults",
    "--bind-address=127.0.0.1",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=256M",
    "--innodb-log-file-size=256M",
    "--max-connections=200",
    "--character-set-server=latin1",
    "--collation-server=latin1_german1_ci",
    "--sql-mode=",
    "--skip-name-resolve",
];

/// The Debian package with the program that makes a certificate.
const OPENSSL: &str = "openssl";
/// A certificate for the name that tests call the server by, signed by itself.
const CERTIFICATE: &str = "[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost
basicConstraints = critical, CA:false
";

/// A running MariaDB.
pub(crate) struct MariaDb {
    _server: Running,
    port: u16,
}

impl MariaDb {
    /// Starts one with its files in `parent`, installing Debian's packages where there is none and it may be.
    pub(crate) fn start(parent: &Path) -> Result<MariaDb, Failure> {
        let programs = programs(GIVEN_FOLDER, installed, "MariaDB", &PACKAGES)?;
        let home = Home::new(parent, "mariadb", &USERS)?;
        let (data, socket) = (home.path("data"), home.path("socket"));
        // What makes the folder is a script beside the other programs.
        let script = [&programs, &PathBuf::from("/usr/bin")].map(|folder| folder.join("mariadb-install-db"));
        let script = script.into_iter().find(|script| script.exists());
        let script =
            script.ok_or_else(|| Failure::Server { said: "there is no mariadb-install-db".to_owned() })?;
        let mut install = home.command(&script);
        install.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
        install.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
        succeed(install.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let users = home.path("users.sql");
        let sql = format!(
            "CREATE USER '{NAME}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL PRIVILEGES ON *.* TO '{NAME}'@'%' WITH GRANT OPTION;\n"
        );
        fs::write(&users, sql).map_err(Failure::file("write", &users))?;
        let (certificate, key) = certify(&home)?;
        let port = free_port()?;
        let mut server = home.command(&programs.join("mariadbd"));
        server.args(SETTINGS).arg(format!("--port={port}")).arg(format!("--init-file={}", users.display()));
        server.arg(format!("--datadir={}", data.display())).arg(format!("--socket={}", socket.display()));
        server
            .arg(format!("--ssl-cert={}", certificate.display()))
            .arg(format!("--ssl-key={}", key.display()));
        // A server that starts clears what others left behind for temporary tables, whoever they are.
        server.arg(format!("--tmpdir={}", home.folder.path().display()));
        Ok(MariaDb { _server: home.serve(&server, READY)?, port })
    }

    /// The variable for the tests, and its value.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (ADDRESS, format!("mysql://{NAME}:{PASSWORD}@127.0.0.1:{}", self.port))
    }
}

/// A certificate for the server, and its key.
fn certify(home: &Home) -> Result<(PathBuf, PathBuf), Failure> {
    let is_there = Command::new(OPENSSL).arg("version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        install(OPENSSL, &[OPENSSL])?;
    }
    let (settings, certificate, key) =
        (home.path("certificate.cnf"), home.path("certificate.pem"), home.path("key.pem"));
    fs::write(&settings, CERTIFICATE).map_err(Failure::file("write", &settings))?;
    let mut openssl = home.command(Path::new(OPENSSL));
    openssl.args(["req", "-x509", "-nodes", "-days", "30", "-config"]).arg(settings);
    openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    succeed(openssl.stderr(Stdio::null()))?;
    Ok((certificate, key))
}

/// The folder of the server's program.
fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::iter::once(PathBuf::from(PACKAGED)).chain(std::env::split_paths(&path));
    folders.find(|folder| folder.join("mariadbd").exists())
}
