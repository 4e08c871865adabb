//! Tables, columns, keys and views.

use crate::bench::{Bench, child, column, counts, table};
use crate::client::Engine;
use relatable_model::logical::LogicalType;
use relatable_model::schema::{ColumnRole, Reference, ReferenceCondition, View};
use serde_json::json;

pub(crate) fn nothing_is_created_before_claim(engine: Engine) {
    let mut bench = Bench::unclaimed(engine, vec![]);
    assert_eq!(bench.destination.checkpoint().expect("checkpoint"), None);
    assert_eq!(bench.destination.remembered().expect("remembered"), vec![]);
    let keys = ["1".to_owned()];
    assert!(bench.destination.versions("contacts", "id", "updated_at", &keys).expect("versions").is_empty());
    assert!(!engine.exists(&bench.path), "something was created");
    assert!(bench.destination.describe().contains("tables"));
}

pub(crate) fn tables_are_created_and_evolve(engine: Engine) {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    let receipt = bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "Ann"]]))]);
    assert_eq!(receipt.tables["contacts"], counts(1, 0, 0));
    bench.table("contacts").columns.push(column("plan", LogicalType::Integer));
    bench.tables.push(table("tags", &["id"], &["name"]));
    let receipt = bench.load(vec![
        bench.rows("contacts", &["id", "name", "plan"], json!([["2", "Bob", 7]])),
        bench.rows("tags", &["id", "name"], json!([["t", "new"]])),
    ]);
    assert_eq!(receipt.tables["contacts"], counts(1, 0, 0));
    assert_eq!(bench.read("SELECT id, name, plan FROM contacts ORDER BY id"), ["1|Ann|∅", "2|Bob|7"]);
    assert_eq!(bench.read("SELECT id, name FROM tags"), ["t|new"]);
    // A declaration that is older, without the new column, takes nothing away.
    bench.table("contacts").columns.retain(|column| column.name != "plan");
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["2", "Bea"]]))]);
    assert_eq!(bench.read("SELECT id, name, plan FROM contacts ORDER BY id"), ["1|Ann|∅", "2|Bea|7"]);
}

pub(crate) fn every_column_is_remembered_as_declared(engine: Engine) {
    let mut contacts = table("zebras", &["id"], &["name"]);
    contacts.columns[1].description = "What they're \"called\"".to_owned();
    contacts.columns[1].role = ColumnRole::VariantText;
    contacts.columns[1].references = vec![Reference {
        table: "names".to_owned(),
        when: Some(ReferenceCondition { column: "kind".to_owned(), values: vec!["a".into(), "b".into()] }),
    }];
    let mut bench = Bench::new(engine, vec![contacts, table("ants", &["id"], &[])]);
    bench.load(vec![]);
    bench.table("zebras").columns.push(column("later", LogicalType::Decimal));
    bench.load(vec![]);
    let remembered = bench.another().remembered().expect("remembered");
    let expected: Vec<_> = bench
        .tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| (table.name.clone(), column.clone())))
        .collect();
    let actual: Vec<_> = remembered.iter().map(|entry| (entry.table.clone(), entry.column.clone())).collect();
    assert_eq!(actual, expected);
    assert!(remembered.iter().all(|entry| entry.resource == "contacts" && entry.table_path.is_empty()));
    let sql = "SELECT column_name FROM _relatable_columns WHERE column_name IN ('id', 'later') \
               AND table_name = 'zebras' ORDER BY first_seen";
    assert_eq!(bench.read(sql), ["id", "later"]);
}

pub(crate) fn what_is_added_is_recorded_with_its_first_record(engine: Engine) {
    let mut bench =
        Bench::new(engine, vec![table("contacts", &["id"], &["name"]), table("empty", &["id"], &[])]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "Ann"], ["2", "Bob"]]))]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "Ann"]]))]);
    bench.table("contacts").columns.push(column("plan", LogicalType::Integer));
    let tags = child("tags", &["contact_id", "tag"], &[], "contacts", &[("contact_id", "id")]);
    bench.tables.push(tags);
    bench.load(vec![
        bench.rows("contacts", &["id", "plan"], json!([["1", null], ["3", 7], ["4", 8]])),
        bench.rows("tags", &["contact_id", "tag"], json!([["3", "new"]])),
    ]);
    let sql = "SELECT id, resource, \"change\", table_name, column_name, source_path, type, record \
               FROM _relatable_changes ORDER BY id";
    assert_eq!(
        bench.read(sql),
        [
            "1|contacts|table_appeared|contacts|∅||∅|1",
            "2|contacts|table_appeared|empty|∅||∅|∅",
            "3|contacts|column_appeared|contacts|plan|plan|integer|3",
            "4|contacts|table_appeared|tags|∅|tags|∅|3/new",
        ]
    );
    let moments = bench.read("SELECT count(DISTINCT changed_at) FROM _relatable_changes");
    assert_eq!(moments, ["2"], "each load is one moment");
}

pub(crate) fn keys_and_links_are_listed(engine: Engine) {
    let mut tags = child("contact_tags", &["contact_id", "tag_id"], &[], "contacts", &[("contact_id", "id")]);
    tags.columns[1].references = vec![Reference { table: "tags".to_owned(), when: None }];
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &[]), tags]);
    bench.load(vec![]);
    let sql = "SELECT table_name, kind, columns, referenced_table, referenced_columns, \"condition\", enforced \
               FROM _relatable_keys ORDER BY table_name, kind";
    let (enforced, never) = (
        engine.of("1", "false", engine.of_server("t", "1")),
        engine.of("0", "false", engine.of_server("f", "0")),
    );
    let expected = |referenced: &str| {
        [
            format!("contact_tags|parent|[\"contact_id\"]|contacts|[\"id\"]|{{}}|{enforced}"),
            format!("contact_tags|primary|[\"contact_id\",\"tag_id\"]||∅|{{}}|{enforced}"),
            format!("contact_tags|reference|[\"tag_id\"]|tags|{referenced}|{{}}|{never}"),
            format!("contacts|primary|[\"id\"]||∅|{{}}|{enforced}"),
        ]
    };
    assert_eq!(bench.read(sql), expected("∅"));
    // Once the table pointed at is known, so is its key.
    bench.tables = vec![table("tags", &["id"], &[])];
    bench.load(vec![]);
    let mut completed = expected("[\"id\"]").to_vec();
    completed.push(format!("tags|primary|[\"id\"]||∅|{{}}|{enforced}"));
    assert_eq!(bench.read(sql), completed);
}

pub(crate) fn views_list_columns_and_follow_new_ones(engine: Engine) {
    let mut contacts = table("contacts", &["id"], &["role"]);
    let equals = "it's a user".to_owned();
    contacts.views = vec![View { name: "users".to_owned(), column: "role".to_owned(), equals }];
    let mut bench = Bench::new(engine, vec![contacts]);
    let all = ["id", "role", "_deleted_at"];
    bench.load(vec![bench.rows(
        "contacts",
        &all,
        json!([["1", "it's a user", null], ["2", "lead", null], ["3", "it's a user", 5]]),
    )]);
    assert_eq!(bench.read("SELECT id FROM users"), ["1"]);
    bench.table("contacts").columns.push(column("plan", LogicalType::Text));
    bench.load(vec![bench.rows("contacts", &["id", "role", "plan"], json!([["1", "it's a user", "pro"]]))]);
    assert_eq!(bench.read("SELECT id, plan FROM users"), ["1|pro"]);
    let definition = bench.read("SELECT definition FROM _relatable_views");
    assert!(
        definition[0].contains(engine.of_server("\"id\", \"role\"", "`id`, `role`"))
            && definition[0].ends_with("IS NULL"),
        "{definition:?}"
    );
}

pub(crate) fn a_view_no_longer_asked_for_goes(engine: Engine) {
    let mut contacts = table("contacts", &["id"], &["role"]);
    let view = |name: &str| View { name: name.to_owned(), column: "role".into(), equals: "user".into() };
    contacts.views = vec![view("users"), view("people")];
    let mut bench = Bench::new(engine, vec![contacts]);
    bench.load(vec![]);
    bench.table("contacts").views = vec![view("users")];
    bench.load(vec![]);
    assert_eq!(bench.read("SELECT view_name FROM _relatable_views"), ["users"]);
    engine.run(&bench.path, "CREATE TABLE people (x INTEGER)");
}

pub(crate) fn descriptions_are_kept_where_the_database_has_room(engine: Engine) {
    let mut contacts = table("contacts", &["id"], &["name"]);
    contacts.description = "People; it's them".to_owned();
    contacts.columns[1].description = "First name".to_owned();
    let mut bench = Bench::new(engine, vec![contacts]);
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "Ann"]]))]);
    bench.table("contacts").columns[1].description = "Full name".to_owned();
    bench.load(vec![bench.rows("contacts", &["id", "name"], json!([["1", "Ann B"]]))]);
    let sql = "SELECT description FROM _relatable_columns WHERE column_name = 'name'";
    assert_eq!(bench.read(sql), ["Full name"]);
    let comments = engine.of(
        None,
        Some((
            "SELECT comment FROM duckdb_tables() WHERE table_name = 'contacts'",
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'contacts' AND column_name = 'name'",
        )),
        Some(engine.of_server((
            "SELECT obj_description('contacts'::regclass, 'pg_class')",
            "SELECT col_description('contacts'::regclass, attnum) FROM pg_attribute \
             WHERE attrelid = 'contacts'::regclass AND attname = 'name'",
        ), (
            "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'contacts'",
            "SELECT column_comment FROM information_schema.columns WHERE table_schema = DATABASE() \
             AND table_name = 'contacts' AND column_name = 'name'",
        ))),
    );
    if let Some((of_table, of_column)) = comments {
        assert_eq!(bench.read(of_table), ["People; it's them"]);
        assert_eq!(bench.read(of_column), ["Full name"]);
    }
}
