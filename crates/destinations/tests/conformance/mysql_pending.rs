//! What a load makes before its rows, where that ends transactions: whatever breaks off, the tables are as before or as after.

use crate::bench::{Bench, LOADED_AT_US, child, column, counts, position, table};
use crate::client::Engine;
use crate::mysql_server::end_connections;
use relatable_destinations::DestinationError;
use relatable_destinations::package::{Change, Package, Retirement, TableChange};
use relatable_model::logical::LogicalType;
use relatable_model::schema::View;
use serde_json::json;

/// Every table, column and view there is but those of bookkeeping, and what views show.
fn made(bench: &Bench) -> Vec<String> {
    let columns = "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c \
                   WHERE c.table_schema = DATABASE() AND c.table_name NOT LIKE '\\_relatable%' \
                   ORDER BY c.table_name, c.ordinal_position";
    let views = "SELECT view_definition FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name";
    [bench.read(columns), bench.read(views)].concat()
}

/// What is written down as not yet done.
fn pending(bench: &Bench) -> Vec<String> {
    bench.read("SELECT kind, name FROM _relatable_pending ORDER BY id")
}

/// Contacts with a view of the users among them, one of which there is.
fn with_users() -> Bench {
    let mut contacts = table("contacts", &["id"], &["role"]);
    contacts.views = vec![View { name: "users".to_owned(), column: "role".into(), equals: "user".into() }];
    let mut bench = Bench::new(Engine::MySql, vec![contacts]);
    bench.load(vec![bench.rows("contacts", &["id", "role"], json!([["1", "user"]]))]);
    bench
}

/// Declares a further column, which the view shows too, another view, and another table.
fn extend(bench: &mut Bench, plan: LogicalType) {
    bench.table("contacts").columns.push(column("plan", plan));
    let leads = View { name: "leads".to_owned(), column: "role".into(), equals: "lead".into() };
    bench.table("contacts").views.push(leads);
    bench.tables.push(table("tags", &["id"], &[]));
}

/// Loads changes, of which none comes: before the first the producer does something and then fails.
fn break_off(bench: &mut Bench, package: &Package<'_>, then: impl Fn()) -> DestinationError {
    let mut changes = std::iter::once_with(|| {
        then();
        Err::<Change, Box<dyn std::error::Error + Send + Sync>>("on purpose".into())
    });
    bench.destination.load(package, &mut changes).expect_err("it was broken off")
}

/// Extends the tables in a load that is broken off.
fn break_off_extension(bench: &mut Bench, plan: LogicalType, then: impl Fn()) {
    extend(bench, plan);
    let (tables, checkpoint) = (bench.tables.clone(), position("w1", "j1", 2));
    let package = Package {
        models: &[],
        retired: None,
        tables: &tables,
        issues: &[],
        checkpoint: &checkpoint,
        loaded_at_us: LOADED_AT_US,
    };
    break_off(bench, &package, then);
}

#[test]
fn what_a_failed_load_made_goes_with_it() {
    let mut bench = with_users();
    let before = made(&bench);
    break_off_extension(&mut bench, LogicalType::Text, || {});
    assert_eq!(made(&bench), before);
    assert!(pending(&bench).is_empty());
    assert_eq!(bench.read("SELECT id FROM users"), ["1"]);
}

#[test]
fn what_a_load_made_whose_connection_ended_is_not_foreign_and_goes_before_the_next() {
    let mut bench = with_users();
    let (before, place) = (made(&bench), bench.path.clone());
    break_off_extension(&mut bench, LogicalType::Text, || end_connections(&place));
    assert_ne!(made(&bench), before, "it was made before the connection ended");
    let all = ["column_made|contacts", "view_made|users", "view_made|leads", "table_made|tags"];
    assert_eq!(pending(&bench), all);
    // The next time it is a number.
    bench.tables.truncate(1);
    bench.table("contacts").columns.pop();
    bench.table("contacts").views.pop();
    extend(&mut bench, LogicalType::Integer);
    bench.destination = bench.another();
    bench.destination.check(&bench.tables).expect("nothing stands against it");
    assert_eq!(pending(&bench), all, "a check changes nothing");
    bench.destination.claim("w1", "j1").expect("claim");
    assert_eq!(made(&bench), before, "a claim takes it back");
    let receipt =
        bench.load(vec![bench.rows("contacts", &["id", "role", "plan"], json!([["2", "user", 7]]))]);
    assert_eq!(receipt.tables["contacts"], counts(1, 0, 0));
    assert_eq!(bench.read("SELECT id, plan FROM users ORDER BY id"), ["1|∅", "2|7"]);
    assert!(pending(&bench).is_empty());
}

#[test]
fn what_somebody_filled_meanwhile_is_not_taken_back() {
    let mut bench = with_users();
    let place = bench.path.clone();
    break_off_extension(&mut bench, LogicalType::Text, || end_connections(&place));
    bench.engine.run(&bench.path, "INSERT INTO tags (id) VALUES ('mine')");
    bench.destination.claim("w1", "j1").expect("claim");
    assert_eq!(bench.read("SELECT id FROM tags"), ["mine"]);
    let error = bench.destination.check(&bench.tables).expect_err("now it is somebody else's");
    assert!(matches!(&error, DestinationError::Foreign { name, .. } if name == "tags"), "{error:?}");
}

/// Replaces the tables by one with another key, in a load whose rows are given.
fn remodel(bench: &mut Bench, kept_as: Option<&str>, then: impl Fn(), rows: Option<TableChange>) {
    let resources = ["contacts".to_owned()];
    let retirement = Retirement { resources: &resources, kept_as };
    let (tables, checkpoint) = (bench.tables.clone(), position("w1", "j1", 2));
    let package = Package {
        models: &[],
        retired: Some(retirement),
        tables: &tables,
        issues: &[],
        checkpoint: &checkpoint,
        loaded_at_us: LOADED_AT_US,
    };
    match rows {
        None => drop(break_off(bench, &package, then)),
        Some(rows) => {
            bench.destination.load(&package, &mut std::iter::once(Ok(rows.into()))).expect("load");
        }
    }
}

#[test]
fn tables_make_way_for_others_only_with_the_rows_of_those() {
    for kept_as in [None, Some("_old")] {
        let mut bench = with_users();
        let parent = [("contact_id", "id")];
        bench.tables.push(child("contact_tags", &["contact_id", "tag"], &[], "contacts", &parent));
        bench.load(vec![bench.rows("contact_tags", &["contact_id", "tag"], json!([["1", "t"]]))]);
        let before = made(&bench);
        bench.tables = vec![table("contacts", &["id", "role"], &[])];
        let rows = bench.rows("contacts", &["id", "role"], json!([["1", "user"], ["1", "lead"]]));
        remodel(&mut bench, kept_as, || {}, None);
        assert_eq!(made(&bench), before, "{kept_as:?}: the producer failed");
        let place = bench.path.clone();
        remodel(&mut bench, kept_as, || end_connections(&place), None);
        assert_ne!(made(&bench), before, "{kept_as:?}: the connection ended");
        bench.destination = bench.another();
        bench.destination.claim("w1", "j1").expect("claim");
        assert_eq!(made(&bench), before, "{kept_as:?}: a claim takes it back");
        assert_eq!(bench.read("SELECT id, tag FROM users JOIN contact_tags ON contact_id = id"), ["1|t"]);
        remodel(&mut bench, kept_as, || {}, Some(rows));
        assert_eq!(bench.read("SELECT role FROM contacts ORDER BY role"), ["lead", "user"]);
        let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
                      AND (table_name LIKE 'contact%' OR table_name LIKE '%left%' OR table_name = 'users') \
                      ORDER BY table_name";
        let expected = if kept_as.is_some() {
            vec!["contacts", "contacts_old", "contact_tags_old"]
        } else {
            vec!["contacts"]
        };
        assert_eq!(bench.read(tables), expected);
        assert!(pending(&bench).is_empty());
    }
}

#[test]
fn bookkeeping_tables_of_a_claim_that_was_broken_off_are_known_as_ours() {
    let mut bench = Bench::unclaimed(Engine::MySql, vec![]);
    bench.destination.claim("w1", "j1").expect("claim");
    bench.engine.run(&bench.path, "DELETE FROM _relatable_checkpoint; DROP TABLE _relatable_models");
    bench.destination = bench.another();
    assert_eq!(bench.destination.check(&[]).expect("nothing stands against it"), None);
    bench.destination.claim("w1", "j1").expect("claim");
    bench.load(vec![]);
}
