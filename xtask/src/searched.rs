//! Programs whose output is searched for what none may say.

use std::fs;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::workspace::{Workspace, line};

/// The file of the texts that tests plant, one on each line; tests search what single programs say for them, too.
const PLANTED: &str = "crates/relatable/tests/secrets/planted.txt";

/// How long what a program said last is waited for once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What tests plant: secrets, and what is in everything that is about people.
#[derive(Clone)]
pub(crate) struct Planted(Vec<String>);

impl Planted {
    /// The texts of the workspace's tests.
    pub(crate) fn read(workspace: &Workspace) -> Result<Planted, Failure> {
        let file = workspace.root.join(PLANTED);
        let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
        Ok(Planted(text.lines().map(str::to_owned).collect()))
    }

    /// Runs a program to its end and hands on what it says and its exit code; fails where it says what is planted.
    pub(crate) fn search(&self, command: &mut Command) -> Result<ExitCode, Failure> {
        let shown = line(command);
        eprintln!("xtask: {shown}");
        if std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |source| Failure::Start { program: shown.clone(), source };
        let mut child = command.spawn().map_err(failed)?;
        let (sender, told) = channel();
        self.listen(child.stdout.take(), std::io::stdout(), &sender);
        self.listen(child.stderr.take(), std::io::stderr(), &sender);
        drop(sender);
        let status = child.wait().map_err(failed)?;
        // Who was started by the program, and outlives it, may keep its output open.
        let until = Instant::now() + LAST_WORDS;
        let left = || until.saturating_duration_since(Instant::now());
        let told = std::iter::from_fn(|| told.recv_timeout(left()).ok()).flatten().next();
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        match told.map(|told| Failure::Told { told }) {
            Some(failure) if status.success() => Err(failure),
            // A test that fails shows what it compared, which may be about people.
            told => {
                told.iter().for_each(|failure| eprintln!("xtask: {failure}"));
                Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
            }
        }
    }

    /// Has a thread hand on what is said, and send the first line with something planted once all is said.
    fn listen(
        &self,
        said: Option<impl Read + Send + 'static>,
        to: impl Write + Send + 'static,
        sender: &Sender<Option<String>>,
    ) {
        let (planted, sender) = (self.clone(), sender.clone());
        // Nobody waits any more only where the program has ended before.
        thread::spawn(move || drop(sender.send(planted.hand_on(said, to))));
    }

    /// Hands on all that is said, line by line; answers the first line with something planted.
    fn hand_on(&self, said: Option<impl Read>, mut to: impl Write) -> Option<String> {
        let mut said = BufReader::new(said?);
        let (mut line, mut told) = (Vec::new(), None);
        while said.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            // Whoever listened may have gone, and what is said is still searched.
            let _ = to.write_all(&line).and_then(|()| to.flush());
            if told.is_none() && self.is_in(&line) {
                told = Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            line.clear();
        }
        told
    }

    /// Whether something planted is in a line.
    fn is_in(&self, line: &[u8]) -> bool {
        let line = String::from_utf8_lossy(line);
        self.0.iter().any(|text| line.contains(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_plant_is_found_in_all_that_is_said_and_all_is_handed_on() {
        let planted = Planted::read(&Workspace::locate()).expect("the file");
        assert!(planted.0.len() >= 5 && planted.0.iter().all(|text| text.len() >= 8), "{:?}", planted.0);
        for text in &planted.0 {
            let said = format!("running 2 tests\ntest a ... ok\nan error tells {text}, and more\nend");
            let mut handed_on = Vec::new();
            let told = planted.hand_on(Some(said.as_bytes()), &mut handed_on);
            assert_eq!(told, Some(format!("an error tells {text}, and more")));
            assert_eq!(handed_on, said.as_bytes());
        }
        assert_eq!(planted.hand_on(Some(&b"\xff\ntest a ... ok"[..]), Vec::new()), None);
    }

    #[test]
    fn a_program_that_tells_what_is_planted_fails() {
        let planted = Planted(vec!["a secret".to_owned()]);
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        for script in ["echo of a secret", "echo of a secret >&2"] {
            let failure = planted.search(&mut shell(script)).expect_err(script);
            assert!(matches!(&failure, Failure::Told { told } if told == "of a secret"), "{failure}");
        }
        // What fails is told as that, and what outlives a program is not waited for.
        let others = [("echo nothing", 0), ("echo of a secret >&2; exit 3", 3), ("sleep 60 & exit 3", 3)];
        for (script, code) in others {
            assert_eq!(planted.search(&mut shell(script)).expect(script), ExitCode::from(code), "{script}");
        }
    }
}
