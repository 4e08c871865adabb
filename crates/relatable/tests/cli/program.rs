//! Running the executable in a folder of its own, with nothing of the tester's environment.

use crate::secrets;
pub(crate) use crate::secrets::TOKEN;
use relatable_simulator::{Settings, Simulator};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A folder to run programs in.
pub(crate) struct Place {
    folder: TempDir,
    token: Option<String>,
}

/// What a program left.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    /// An empty folder, and a token in the environment.
    pub(crate) fn new() -> Place {
        Place { folder: TempDir::new().unwrap(), token: Some(TOKEN.to_owned()) }
    }

    /// The same without a token.
    pub(crate) fn without_token() -> Place {
        Place { token: None, ..Place::new() }
    }

    /// The same with another token.
    pub(crate) fn with_token(token: &str) -> Place {
        Place { token: Some(token.to_owned()), ..Place::new() }
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Writes a file of the folder, whatever is in it, and the folders above it.
    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The program, ready to run; temporary files go to the folder `tmp` of this one.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let temporary = self.path("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_relatable"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("TMPDIR", temporary);
        command.stdin(Stdio::null());
        if let Some(token) = &self.token {
            command.env("INTERCOM_TOKEN", token);
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(arguments, &self.command(arguments).output().unwrap())
    }

    /// Waits for the end of a program that hands out nothing about people.
    pub(crate) fn wait(&self, child: Child) -> Outcome {
        self.outcome(&[], &child.wait_with_output().unwrap())
    }

    /// What a program left, with the folder's name taken out, searched for what no program may say.
    fn outcome(&self, arguments: &[&str], output: &Output) -> Outcome {
        let folder = self.folder.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(&folder, "[FOLDER]");
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        secrets::search(arguments, &stdout, &stderr);
        Outcome { code: output.status.code(), stdout, stderr }
    }
}

impl Outcome {
    /// The program failed with this code and these words, and printed no data.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, stderr: &str) {
        assert_eq!(self.stderr.trim_end(), stderr.trim(), "{self:#?}");
        self.failed_with(code, &[]);
    }

    /// The program failed with this code, said these things among others, and printed no data.
    #[track_caller]
    pub(crate) fn failed_with(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for words in said {
            assert!(self.stderr.contains(words), "`{words}` was not said: {self:#?}");
        }
        assert_eq!(self.stdout, "", "{self:#?}");
    }

    /// The program did what was asked.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Outcome {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// The lines of standard output as JSON.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(line).collect()
    }
}

/// A small workspace that is served without delay to whoever has [`TOKEN`].
pub(crate) async fn simulator(contacts: u64, latency_ms: u64) -> Simulator {
    let settings = Settings {
        contacts,
        latency_ms,
        token: TOKEN.to_owned(),
        limit_per_window: 100_000,
        ..Settings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    secrets::plant(&simulator);
    simulator
}

/// The cells of a query, through a plain SQLite client.
pub(crate) fn query(file: &Path, sql: &str) -> Vec<Vec<String>> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let cell = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Null => String::new(),
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => format!("{number:?}"),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(_) => panic!("no column holds bytes"),
    };
    let rows = statement.query_map([], |row| (0..width).map(|index| Ok(cell(row.get(index)?))).collect());
    rows.unwrap().map(Result::unwrap).collect()
}
