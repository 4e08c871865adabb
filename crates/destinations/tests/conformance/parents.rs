//! Child rows and their parents.

use crate::bench::{Bench, child, counts, table};
use crate::client::Engine;
use serde_json::json;

/// Contacts and their tags.
fn contact_tags(engine: Engine) -> Bench {
    let tags =
        child("contact_tags", &["contact_id", "tag_id"], &["note"], "contacts", &[("contact_id", "id")]);
    Bench::new(engine, vec![table("contacts", &["id"], &[]), tags])
}

pub(crate) fn orphans_are_left_out_and_recorded(engine: Engine) {
    let mut bench = contact_tags(engine);
    bench.load(vec![bench.rows("contacts", &["id"], json!([["stored"]]))]);
    let rows = json!([["stored", "t"], ["new", "t"], ["nobody", "t"], ["nobody", "u"]]);
    let receipt = bench.load(vec![
        bench.rows("contacts", &["id"], json!([["new"]])),
        bench.rows("contact_tags", &["contact_id", "tag_id"], rows),
    ]);
    assert_eq!(receipt.orphans, 2);
    assert_eq!(receipt.tables["contact_tags"], counts(2, 0, 0));
    assert_eq!(bench.read("SELECT contact_id FROM contact_tags ORDER BY contact_id"), ["new", "stored"]);
    let sql = "SELECT resource, kind, path, record, \"count\" FROM _relatable_issues";
    assert_eq!(bench.read(sql), ["contacts|orphan|contact_tags||2"]);
    assert_eq!(bench.read("SELECT rows_orphaned FROM _relatable_loads ORDER BY id"), ["0", "2"]);
}

pub(crate) fn links_are_enforced_or_hold(engine: Engine) {
    let mut bench = contact_tags(engine);
    bench.load(vec![
        bench.rows("contacts", &["id"], json!([["a"]])),
        bench.rows("contact_tags", &["contact_id", "tag_id"], json!([["a", "t"], ["b", "t"]])),
    ]);
    let dangling = "SELECT count(*) FROM contact_tags WHERE contact_id NOT IN (SELECT id FROM contacts)";
    assert_eq!(bench.read(dangling), ["0"]);
    let links = engine.of(
        Some((
            "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('contact_tags')",
            "contact_id|contacts|id",
        )),
        None,
        Some(engine.of_server((
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE conrelid = 'contact_tags'::regclass AND contype = 'f' AND convalidated",
            "FOREIGN KEY (contact_id) REFERENCES contacts(id) DEFERRABLE INITIALLY DEFERRED",
        ), (
            "SELECT column_name, referenced_table_name, referenced_column_name FROM information_schema.key_column_usage \
             WHERE table_schema = DATABASE() AND table_name = 'contact_tags' AND referenced_table_name IS NOT NULL",
            "contact_id|contacts|id",
        ))),
    );
    if let Some((sql, expected)) = links {
        assert_eq!(bench.read(sql), [expected]);
    }
    if engine.of(true, false, false) {
        assert!(bench.read("PRAGMA foreign_key_check").is_empty());
    }
    let sql = "SELECT referenced_table FROM _relatable_keys WHERE kind = 'parent'";
    assert_eq!(bench.read(sql), ["contacts"]);
}
