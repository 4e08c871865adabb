//! The first thing a person tries works without an account and shows real results.

use crate::program::{Place, query};

/// Arguments of a demo that is small and lands in SQLite whatever is built.
const DEMO: [&str; 5] = ["demo", "--to", "sqlite:demo.db", "--contacts", "80"];

#[test]
fn a_demo_shows_its_tables_and_the_real_answers_of_three_queries() {
    let place = Place::without_token();
    let outcome = place.run(&DEMO);
    outcome.succeeded();
    assert!(outcome.stderr.contains("its rate limit is raised"), "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("\nSQLite file demo.db now holds\n"), "{}", outcome.stdout);
    let has_line = |cells: &[String]| {
        let wanted = cells.join(" ");
        outcome.stdout.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == wanted)
    };
    let database = place.path("demo.db");
    for table in ["contacts", "contact_tags", "companies", "conversation_parts", "counts"] {
        let count = query(&database, &format!("SELECT count(*) FROM {table}"))[0][0].clone();
        assert_ne!(count, "0", "{table}");
        let grouped = if count.len() > 3 {
            format!("{},{}", &count[..count.len() - 3], &count[count.len() - 3..])
        } else {
            count
        };
        assert!(has_line(&[table.to_owned(), grouped.clone()]), "{table} {grouped}: {}", outcome.stdout);
    }
    for name in ["teammates", "tags", "companies"] {
        let file = format!("{}/queries/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        let rows = query(&database, &std::fs::read_to_string(file).unwrap());
        assert!(rows.len() > 2, "{name}");
        for row in &rows {
            let words: Vec<String> =
                row.iter().flat_map(|cell| cell.split_whitespace()).map(str::to_owned).collect();
            assert!(has_line(&words), "{name}: {words:?}: {}", outcome.stdout);
        }
    }
    assert!(outcome.stdout.contains("\n  sqlite3 demo.db "), "{}", outcome.stdout);
}

#[test]
fn a_demo_can_be_repeated_and_leaves_no_journal_unless_asked_to() {
    let place = Place::without_token();
    place.run(&DEMO).succeeded();
    let left = || std::fs::read_dir(place.path("tmp")).unwrap().count();
    assert_eq!(left(), 0);
    let again = place.run(&[&DEMO[..], &["--keep-journal"]].concat());
    assert!(
        again.succeeded().stderr.contains("the journal is [FOLDER]/tmp/relatable-demo-"),
        "{}",
        again.stderr
    );
    assert_eq!(left(), 1);
    assert_eq!(query(&place.path("demo.db"), "SELECT count(*) FROM contacts"), [["80"]]);
}

#[test]
fn another_seed_is_another_workspace_and_is_not_mixed_into_the_first() {
    let place = Place::without_token();
    place.run(&DEMO).succeeded();
    let outcome = place.run(&[&DEMO[..], &["--seed", "2"]].concat());
    outcome.failed_with(7, &["holds workspace `", "hint: a database holds one workspace"]);
}

#[cfg(unix)]
#[test]
fn a_simulated_workspace_is_served_until_it_is_stopped_and_says_how_to_sync_it() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let place = Place::with_token("simulated-token");
    let mut child = place
        .command(&["simulate", "--contacts", "20"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base_url = lines.next().unwrap().unwrap();
    let line = lines.next().unwrap().unwrap();
    assert_eq!(
        line,
        format!(
            "INTERCOM_TOKEN=simulated-token relatable sync --base-url {base_url} --to sqlite:simulated.db"
        )
    );
    let words: Vec<&str> = line.split(' ').skip(2).collect();
    place.run(&words).succeeded();
    assert!(place.path("simulated.db").exists());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "to be stopped is how it is meant to end");
}
