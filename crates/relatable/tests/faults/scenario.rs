//! The commands that reach failpoints, and what they need before.

use crate::disturbance::dump::{Dump, Engine};
use crate::place::{Place, Run};

/// What is read.
const SELECTED: &str = "contacts,tags";
/// Rules that make a table anew.
const RULES: &str = "[tags.paths]\n\"name\" = { column = \"label\" }\n";

/// A command, on what comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// A first reading.
    Sync,
    /// A reading into tables whose journal is lost.
    Adopt,
    /// Other rules for tables that are there.
    Remodel,
    /// The journal is made smaller.
    Prune,
    /// A contact is forgotten.
    Forget,
    /// Documents are written into a file.
    Export,
}

impl Scenario {
    pub(crate) const ALL: [Scenario; 6] = [
        Scenario::Sync,
        Scenario::Adopt,
        Scenario::Remodel,
        Scenario::Prune,
        Scenario::Forget,
        Scenario::Export,
    ];
    /// All but the first reading.
    pub(crate) const OTHERS: [Scenario; 5] =
        [Scenario::Adopt, Scenario::Remodel, Scenario::Prune, Scenario::Forget, Scenario::Export];
    /// Those that write to the database in different ways.
    pub(crate) const OF_A_DATABASE: [Scenario; 3] = [Scenario::Sync, Scenario::Remodel, Scenario::Forget];
}

/// Where scenarios take place.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) base_url: String,
    /// The contact that is forgotten.
    pub(crate) contact: String,
}

impl Stage {
    /// A stage in a workspace.
    pub(crate) fn new(engine: Engine, base_url: String) -> Stage {
        let mut stage = Stage { engine, base_url, contact: String::new() };
        let place = stage.prepared(Scenario::Forget);
        stage.contact = contact(engine, &place.dump());
        stage
    }

    /// A place at which the scenario can begin.
    pub(crate) fn prepared(&self, scenario: Scenario) -> Place {
        let place = Place::new(self.engine);
        std::fs::write(place.file("rules.toml"), RULES).unwrap();
        if scenario != Scenario::Sync {
            let run = self.run(Scenario::Sync, &place, None);
            assert_eq!(run.code(), Some(0), "{}", run.told);
        }
        if scenario == Scenario::Adopt {
            std::fs::remove_file(place.journal()).unwrap();
        }
        place
    }

    /// Runs the scenario's command, with points armed.
    pub(crate) fn run(&self, scenario: Scenario, place: &Place, armed: Option<&str>) -> Run {
        let (uri, journal) = (place.uri(), place.journal().display().to_string());
        let (rules, out) =
            (place.file("rules.toml").display().to_string(), place.file("out").display().to_string());
        let arguments: Vec<&str> = match scenario {
            Scenario::Sync | Scenario::Adopt => {
                let read = ["sync", "--base-url", &self.base_url, "--select", SELECTED, "--quiet"];
                [&read[..], &["--to", &uri, "--journal", &journal]].concat()
            }
            Scenario::Remodel => {
                vec!["remodel", "--model", &rules, "--quiet", "--to", &uri, "--journal", &journal]
            }
            Scenario::Prune => {
                vec!["journal", "prune", "--keep", "loaded", "--to", &uri, "--journal", &journal]
            }
            Scenario::Forget => {
                vec!["forget", "--contact", &self.contact, "--to", &uri, "--journal", &journal]
            }
            Scenario::Export => vec!["export", "contacts", "--from", &uri, "--out", &out],
        };
        place.run(&arguments, armed)
    }

    /// What is there after the scenario: every table, and the file that it may have written.
    pub(crate) fn outcome(&self, place: &Place) -> Dump {
        let mut dump = place.dump();
        if let Ok(written) = std::fs::read_to_string(place.file("out")) {
            dump.insert("out".to_owned(), written.lines().map(str::to_owned).collect());
        }
        dump
    }
}

/// The id of a contact in a dump.
fn contact(engine: Engine, dump: &Dump) -> String {
    let row = dump["contacts"].first().unwrap();
    let id = row.split('|').find_map(|cell| cell.strip_prefix("id=")).unwrap();
    // SQLite's cells have their storage class before them.
    if engine == Engine::Sqlite { id[1..].to_owned() } else { id.to_owned() }
}
