//! `demo`: a simulated workspace in a database, without an account.

use super::showcase;
use crate::arguments::DemoArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Ending, Reporter, grouped};
use crate::rules;
use crate::target::Target;
use relatable_intercom::client::{CONNECTIONS_DEFAULT, SHARE_PERCENT_DEFAULT, VERSION_DEFAULT};
use relatable_intercom::clock::Clock;
use relatable_intercom::{Settings as ClientSettings, client};
use relatable_pipeline::{ReadingSettings, Retention, SyncSettings, prefix_in_force, remembered_rules, sync};
use relatable_simulator::{Settings, Simulator};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Requests per 10 seconds that the simulated workspace allows: so many that a demo takes seconds.
const LIMIT_PER_WINDOW: u32 = 100_000;
/// Requests per 10 seconds that a real workspace allows (API notes §2).
const LIMIT_REAL: u64 = 1_666;

/// Reads a simulated workspace into a database file and shows what is there.
pub(super) async fn run(arguments: &DemoArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let target = Target::new(&arguments.to)?;
    let mut destination = target.open_alone(clock.as_ref())?;
    let remembered = remembered_rules(destination.as_mut())?;
    let asked = arguments.naming.asked(None);
    let rules = rules::merged_for(&remembered, asked)?.rules;
    let prefix = prefix_in_force(&remembered, asked.prefix)?;
    let folder = JournalFolder::make(arguments.keep_journal)?;
    let simulated = Settings {
        seed: arguments.seed,
        contacts: arguments.contacts,
        limit_per_window: LIMIT_PER_WINDOW,
        ..Settings::default()
    };
    let token = simulated.token.clone();
    let simulator = Simulator::start(simulated).await.map_err(Failure::Simulator)?;
    render::talk(&format!(
        "a simulated workspace with {} contacts is served at {}\n\
         its rate limit is raised, so that this takes seconds; a real one allows {} requests per 10 s",
        grouped(arguments.contacts),
        simulator.base_url(),
        grouped(LIMIT_REAL),
    ));
    let settings = SyncSettings {
        client: client_settings(simulator.base_url(), token),
        rules: rules.clone(),
        curated: rules::curated_for(&remembered)?,
        journal: folder.path.join("demo.journal"),
        reading: ReadingSettings::default(),
        retention: Retention::Forever,
        salt: None,
        clock: clock.clone(),
    };
    let reporter = Reporter::talking(Ending::Totals, clock);
    let outcome = super::finish(sync(settings, destination, reporter.observer()), &reporter).await;
    simulator.stop().await;
    if arguments.keep_journal {
        render::talk(&format!("the journal is {}", folder.path.join("demo.journal").display()));
    }
    if outcome?.is_none() {
        render::talk("stopped; run it again to finish the demo");
        return Ok(ExitCode::Interrupted);
    }
    showcase::show(&target, &prefix, &rules)?;
    Ok(ExitCode::Success)
}

/// How to reach the simulated workspace.
fn client_settings(base_url: String, token: String) -> client::Settings {
    ClientSettings {
        base_url,
        token: token.into(),
        version: VERSION_DEFAULT.to_owned(),
        share_percent: SHARE_PERCENT_DEFAULT,
        requests_max: None,
        connections: CONNECTIONS_DEFAULT,
    }
}

/// A folder for the journal of one demo, removed at its end unless it is to stay.
struct JournalFolder {
    path: PathBuf,
    stays: bool,
}

impl JournalFolder {
    /// Makes a folder of its own among the system's temporary ones.
    fn make(stays: bool) -> Result<JournalFolder, Failure> {
        let parent = std::env::temp_dir();
        let mut number = 0_u32;
        loop {
            let path = parent.join(format!("relatable-demo-{}-{number}", std::process::id()));
            match make_private(&path) {
                Ok(()) => return Ok(JournalFolder { path, stays }),
                // A process of the same number left it; folders that exist are never used.
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists && number < 1_000 => {
                    number += 1
                }
                Err(cause) => return Err(Failure::Folder { folder: path, cause }),
            }
        }
    }
}

impl Drop for JournalFolder {
    fn drop(&mut self) {
        if !self.stays {
            // What cannot be removed is left to the system, whose temporary folder it is.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a folder that only this user may look into.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
