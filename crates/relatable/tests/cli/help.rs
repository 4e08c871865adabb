//! The program explains itself, within the width of a terminal.

use crate::program::Place;

/// Every command, by the words that call it.
const COMMANDS: [&[&str]; 15] = [
    &[],
    &["demo"],
    &["sync"],
    &["check"],
    &["load"],
    &["export"],
    &["model"],
    &["model", "show"],
    &["model", "diff"],
    &["model", "suggest"],
    &["forget"],
    &["journal"],
    &["journal", "prune"],
    &["simulate"],
    &["help"],
];

#[test]
fn help_fits_79_columns_and_is_data() {
    let place = Place::new();
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let outcome = place.run(&[command, &[flag]].concat());
            outcome.succeeded();
            assert!(outcome.stdout.contains("Usage: relatable"), "{command:?}");
            assert_eq!(outcome.stderr, "", "{command:?}");
            let widest = outcome.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(widest.chars().count() <= 79, "{command:?} {flag}: {widest}");
        }
        if !command.is_empty() {
            let help = place.run(&[&["help"], command].concat());
            let usage = format!("Usage: relatable {}", command.join(" "));
            assert!(help.succeeded().stdout.contains(&usage), "{command:?}: {}", help.stdout);
        }
    }
}

#[test]
fn exit_codes_are_a_table_that_does_not_move() {
    let expected = "\
Exit codes; they keep their meaning from release to release.

    0  all was done
    1  a defect of the program, or something unforeseen
    2  the command line was not understood
    3  a rule file, a URI, a table's name, a key or the environment cannot be used
    4  another run holds the journal or the destination
    5  the token is not accepted, or lacks a permission; what it may read was done
    6  the API cannot be reached, fails, or answers something else
    7  the destination cannot be opened or written, or is not ours
    8  `verify` found that something is missing or wrong in the tables
    9  the journal cannot be used
   10  a file to load cannot be read, is not JSON, or has no usable document
  130  stopped by Ctrl-C or a signal; the next run goes on
";
    assert_eq!(Place::new().run(&["help", "exit-codes"]).succeeded().stdout, expected);
}

#[test]
fn the_environment_is_a_table() {
    let outcome = Place::new().run(&["help", "environment"]);
    for name in ["INTERCOM_TOKEN", "INTERCOM_BASE_URL", "HTTPS_PROXY"] {
        assert!(outcome.succeeded().stdout.contains(name), "{}", outcome.stdout);
    }
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 79), "{}", outcome.stdout);
}

#[test]
fn what_is_not_understood_is_a_usage_error() {
    let place = Place::new();
    for (arguments, said) in [
        (vec!["sink"], "unrecognized subcommand 'sink'"),
        (vec!["sync"], "--to <URI>"),
        (vec!["sync", "--to", "a.db", "--token", "x"], "unexpected argument '--token'"),
        (vec!["sync", "--to", "a.db", "--budget-share", "101"], "101 is not in 1..=100"),
        (vec!["sync", "--to", "a.db", "--region", "us", "--base-url", "http://x"], "cannot be used with"),
        (vec!["sync", "--to", "a.db", "--region", "mars"], "invalid value 'mars'"),
        (vec!["sync", "--to", "a.db", "--select", "contact"], "a similar value exists: 'contacts'"),
        (vec!["model", "show", "--resource", "tag"], "a similar value exists: 'tags'"),
        (vec!["load", "--table", "t", "--to", "a.db"], "<FILE>..."),
        (vec!["demo", "--contacts", "3"], "3 is not in 10..=1000000"),
        (vec!["simulate", "--timezone", "Mars/Base"], "unknown time zone"),
        (vec!["help", "sinks"], "there is no help on `sinks`"),
    ] {
        place.run(&arguments).failed_with(2, &["error: ", said]);
    }
}
