//! What somebody else did to our tables: what was added stays, what was taken away is found before anything is written.

use crate::bench::{Bench, child, column, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_model::logical::LogicalType;
use relatable_model::schema::View;
use serde_json::json;

/// Contacts with their tags, two rows each.
fn contacts_and_tags(engine: Engine) -> Bench {
    let mut contacts = table("contacts", &["id"], &["name"]);
    contacts.columns.insert(2, column("age", LogicalType::Integer));
    let equals = "Ann".to_owned();
    contacts.views = vec![View { name: "anns".to_owned(), column: "name".to_owned(), equals }];
    let tags = child("contact_tags", &["contact_id", "tag"], &["note"], "contacts", &[("contact_id", "id")]);
    let mut bench = Bench::new(engine, vec![contacts, tags]);
    let changes = both(&bench, "Ann");
    bench.load(changes);
    bench
}

/// The rows, the first contact under a name.
fn both(bench: &Bench, name: &str) -> Vec<relatable_destinations::package::TableChange> {
    vec![
        bench.rows("contacts", &["id", "name", "age"], json!([["1", name, 30], ["2", "Ben", 40]])),
        bench.rows("contact_tags", &["contact_id", "tag", "note"], json!([["1", "a", "x"], ["2", "b", "y"]])),
    ]
}

pub(crate) fn a_column_that_a_user_added_stays_with_what_is_in_it(engine: Engine) {
    let mut bench = contacts_and_tags(engine);
    engine.run(&bench.path, "ALTER TABLE contacts ADD COLUMN mine INTEGER");
    engine.run(&bench.path, "UPDATE contacts SET mine = 7");
    let changes = both(&bench, "Anna");
    bench.load(changes);
    let change = bench.rows("contacts", &["id", "name"], json!([["3", "Cleo"]]));
    bench.load(vec![change]);
    assert_eq!(
        bench.read("SELECT id, name, mine FROM contacts ORDER BY id"),
        ["1|Anna|7", "2|Ben|7", "3|Cleo|∅"]
    );
}

#[cfg(feature = "postgres")]
#[test]
fn names_that_differ_in_case_alone_are_somebody_elses_in_postgres() {
    let engine = Engine::Postgres;
    let mut bench = contacts_and_tags(engine);
    for sql in [
        "ALTER TABLE contacts ADD COLUMN \"Age\" text NOT NULL DEFAULT 'x'",
        "CREATE TABLE \"Contacts\" (id integer NOT NULL, mine integer NOT NULL)",
    ] {
        engine.run(&bench.path, sql);
    }
    let changes = both(&bench, "Anna");
    bench.load(changes);
    assert_eq!(bench.read("SELECT name, age, \"Age\" FROM contacts ORDER BY id"), ["Anna|30|x", "Ben|40|x"]);
    engine.run(&bench.path, "ALTER TABLE contacts ALTER COLUMN \"Age\" DROP DEFAULT");
    let changes = both(&bench, "Anna");
    let refused = bench.try_load(changes).expect_err("no row has a value for it").to_string();
    assert!(refused.contains("somebody's column `Age` must not be empty"), "{refused}");
    // What a trigger or a type fills in need not come with the row.
    let filled = "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN NEW.\"Age\" := 'filled'; RETURN NEW; END $$; \
        CREATE TRIGGER fill BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION fill()";
    engine.run(&bench.path, filled);
    let change = bench.rows("contacts", &["id", "name"], json!([["3", "Cleo"]]));
    bench.load(vec![change]);
    assert_eq!(bench.read("SELECT \"Age\" FROM contacts WHERE id = '3'"), ["filled"]);
    engine.run(&bench.path, "DROP VIEW anns; ALTER TABLE contacts DROP COLUMN age");
    let changes = both(&bench, "Anna");
    let refused = bench.try_load(changes).expect_err("it is gone").to_string();
    assert!(refused.contains("its column `age` is gone"), "{refused}");
}

pub(crate) fn what_somebody_took_away_or_retyped_is_found_and_mended_by_the_statement_named(engine: Engine) {
    let retyping = engine.of(
        "ALTER TABLE contacts DROP COLUMN age; ALTER TABLE contacts ADD COLUMN age TEXT",
        "ALTER TABLE contacts ALTER COLUMN age TYPE VARCHAR",
        engine.of_server(
            "ALTER TABLE contacts ALTER COLUMN age TYPE text",
            "ALTER TABLE contacts MODIFY COLUMN age LONGTEXT",
        ),
    );
    let without_view = "DROP VIEW anns";
    for (done, of, said) in [
        ("ALTER TABLE contacts DROP COLUMN age", "contacts", "its column `age` is gone"),
        ("ALTER TABLE contact_tags DROP COLUMN note", "contact_tags", "its column `note` is gone"),
        ("DROP TABLE contact_tags", "contact_tags", "it is gone"),
        (retyping, "contacts", "its column `age` is `"),
    ] {
        let mut bench = contacts_and_tags(engine);
        // Where a view's columns keep those of its table from being changed, whoever does it drops the view.
        engine.run(&bench.path, without_view);
        engine.run(&bench.path, done);
        let before = bench.read("SELECT count(*) FROM _relatable_loads");
        let tables = bench.tables.clone();
        let checked = bench.another().check(&tables).expect_err(done);
        let changes = both(&bench, "Anna");
        let loaded = bench.try_load(changes).expect_err(done);
        assert_eq!(checked.to_string(), loaded.to_string());
        let DestinationError::Drifted { table, difference, mend, .. } = loaded else { panic!("{loaded:?}") };
        assert_eq!(table, of, "{done}");
        assert!(difference.starts_with(said), "{difference}");
        assert_eq!(bench.read("SELECT count(*) FROM _relatable_loads"), before, "{done}");
        assert_eq!(bench.read("SELECT name FROM contacts WHERE id = '1'"), ["Ann"], "{done}");
        engine.run(&bench.path, &mend);
        let changes = both(&bench, "Anna");
        bench.load(changes);
        let rows = "SELECT c.name, c.age, t.note FROM contacts AS c JOIN contact_tags AS t ON t.contact_id = c.id \
                    ORDER BY c.id";
        assert_eq!(bench.read(rows), ["Anna|30|x", "Ben|40|y"], "{done}");
    }
}

pub(crate) fn a_users_column_that_must_not_be_empty_is_found_and_mended_by_the_statement_named(
    engine: Engine,
) {
    let mut bench = contacts_and_tags(engine);
    let required = engine.of(
        "PRAGMA writable_schema = ON; \
         UPDATE sqlite_schema SET sql = replace(sql, 'mine INTEGER', 'mine INTEGER NOT NULL') WHERE name = 'contacts'",
        "ALTER TABLE contacts ALTER COLUMN mine SET NOT NULL",
        engine.of_server(
            "ALTER TABLE contacts ALTER COLUMN mine SET NOT NULL",
            "ALTER TABLE contacts MODIFY COLUMN mine INTEGER NOT NULL",
        ),
    );
    let with_default = "ALTER TABLE contacts ADD COLUMN theirs INTEGER DEFAULT 3 NOT NULL";
    // DuckDB changes no table that a view stands on, and adds no column with a constraint.
    for sql in
        ["DROP VIEW anns", "ALTER TABLE contacts ADD COLUMN mine INTEGER", "UPDATE contacts SET mine = 7"]
    {
        engine.run(&bench.path, sql);
    }
    engine.run(&bench.path, required);
    if engine.scheme() != "duckdb" {
        engine.run(&bench.path, with_default);
    }
    let before = bench.read("SELECT count(*) FROM _relatable_loads");
    let tables = bench.tables.clone();
    let checked = bench.another().check(&tables).expect_err("no row has a value for it");
    let changes = both(&bench, "Anna");
    let loaded = bench.try_load(changes).expect_err("no row has a value for it");
    assert_eq!(checked.to_string(), loaded.to_string());
    let DestinationError::Drifted { table, difference, mend, .. } = loaded else { panic!("{loaded:?}") };
    assert_eq!(table, "contacts");
    assert!(difference.starts_with("somebody's column `mine` must not be empty"), "{difference}");
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_loads"), before);
    engine.run(&bench.path, &mend);
    let changes = both(&bench, "Anna");
    bench.load(changes);
    let change = bench.rows("contacts", &["id", "name"], json!([["3", "Cleo"]]));
    bench.load(vec![change]);
    assert_eq!(bench.read("SELECT id, name FROM contacts ORDER BY id"), ["1|Anna", "2|Ben", "3|Cleo"]);
}

pub(crate) fn a_view_of_ours_that_another_needs_is_not_dropped(engine: Engine) {
    let mut bench = contacts_and_tags(engine);
    engine.run(&bench.path, "CREATE VIEW mine AS SELECT id FROM anns");
    bench.table("contacts").views.clear();
    let tables = bench.tables.clone();
    let checked = bench.another().check(&tables).expect_err("the view is needed");
    let changes = both(&bench, "Anna");
    let loaded = bench.try_load(changes).expect_err("the view is needed");
    assert_eq!(checked.to_string(), loaded.to_string());
    assert!(loaded.to_string().contains("the view `mine` needs it"), "{loaded}");
    assert_eq!(bench.read("SELECT name FROM contacts WHERE id = '1'"), ["Ann"]);
    // Nor where its table makes way, kept or not: the view goes with it in either case.
    for kept_as in [None, Some("__old".to_owned())] {
        bench.retired = Some((vec!["contacts".to_owned()], kept_as));
        let refused = bench.try_load(Vec::new()).expect_err("the view is needed");
        assert!(
            matches!(&refused, DestinationError::Added { what, .. } if what == "view `mine` on `anns`"),
            "{refused:?}"
        );
        assert_eq!(bench.read("SELECT id FROM mine"), ["1"]);
    }
    bench.retired = None;
    engine.run(&bench.path, "DROP VIEW mine");
    let changes = both(&bench, "Anna");
    bench.load(changes);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_views"), ["0"]);
}
