//! What is erased is gone, from the rows and from the files, and nothing else is.

use crate::bench::{Bench, LOADED_AT_US, child, column, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_destinations::package::{Erased, Erasure, Named, Remembered};
use relatable_model::issue::Issue;
use relatable_model::logical::LogicalType;
use relatable_model::schema::Table;
use serde_json::json;

/// The text that must go, in whatever case.
const SECRET: &str = "ada@example.com";

/// Rows that name people in a column.
fn named(table: &str, column: &str, split_below: Option<&str>) -> Named {
    Named { table: table.to_owned(), column: column.to_owned(), split_below: split_below.map(str::to_owned) }
}

/// Contacts and conversations, of which `p1` has some alone and some with others.
fn filled(engine: Engine) -> Bench {
    let link = [("conversation_id", "id")];
    let mut parts = child("parts", &["id"], &["conversation_id", "author", "body"], "conversations", &link);
    parts.columns.insert(0, column("details", LogicalType::Json));
    let mut tables = vec![
        table("contacts", &["id"], &["email"]),
        table("conversations", &["id"], &["title"]),
        child("members", &["conversation_id", "contact"], &[], "conversations", &link),
        parts,
        child("files", &["part_id", "position"], &["url"], "parts", &[("part_id", "id")]),
    ];
    tables.iter_mut().skip(1).for_each(|table| table.resource = "conversations".to_owned());
    let mut bench = Bench::new(engine, tables);
    let issue = |record: &str, detail: &str| Issue {
        resource: "conversations".to_owned(),
        kind: "k".to_owned(),
        path: String::new(),
        record: record.to_owned(),
        detail: detail.to_owned(),
    };
    bench.issues = vec![issue("c1", "d"), issue("c2", "to Ada@Example.com"), issue("c2", "d")];
    bench.load(vec![
        bench.rows(
            "contacts",
            &["id", "email"],
            json!([["p1", "Ada@Example.com"], ["p2", "canada@example.com"]]),
        ),
        bench.rows(
            "conversations",
            &["id", "title"],
            json!([["c1", "one"], ["c2", "of ada@example.com"], ["c3", "x"]]),
        ),
        bench.rows(
            "members",
            &["conversation_id", "contact"],
            json!([["c1", "p1"], ["c2", "p1"], ["c2", "p2"], ["c3", "p2"]]),
        ),
        bench.rows(
            "parts",
            &["id", "conversation_id", "author", "body", "details"],
            json!([
                ["m1", "c1", "p1", "only", null],
                ["m2", "c2", "p1", "written by p1", null],
                ["m3", "c2", "p2", "see ADA@example.com.", "{\"to\":\"ada@example.com\"}"],
            ]),
        ),
        bench.rows(
            "files",
            &["part_id", "position", "url"],
            json!([["m1", "0", "u1"], ["m2", "0", "u2"], ["m3", "0", "u3"]]),
        ),
    ]);
    bench
}

/// Erases `p1`.
fn erase(bench: &mut Bench) -> Result<Erased, DestinationError> {
    let rewrite = |text: &str| {
        let at = text.to_lowercase().find(SECRET)?;
        (!text.contains("canada")).then(|| format!("{}…{}", &text[..at], &text[at + SECRET.len()..]))
    };
    bench.destination.erase(&Erasure {
        ids: &["p1".to_owned()],
        alone: &[named("members", "contact", None)],
        rows: &[
            named("members", "contact", None),
            named("contacts", "id", None),
            named("missing", "id", None),
        ],
        blanked: &[(
            named("parts", "author", Some("")),
            vec!["author".to_owned(), "body".to_owned(), "id".to_owned()],
        )],
        texts: &[SECRET.to_owned()],
        is_searched: &|table: &Table| table.name != "missing",
        rewrite: &rewrite,
        is_named: &|text| text.to_lowercase().contains(SECRET),
        remembered: &[Remembered { digest: "d1".to_owned(), salt: "s".to_owned() }],
        erased_at_us: LOADED_AT_US,
    })
}

/// Every file of the database; on a server, those of its tables, with what is stored beside their rows.
fn bytes(bench: &Bench) -> Vec<u8> {
    #[cfg(feature = "mysql")]
    if bench.engine == Engine::MySql {
        return crate::mysql_server::bytes(&bench.path);
    }
    if bench.engine.of(false, false, true) {
        bench.engine.run(&bench.path, "CHECKPOINT");
        let sql = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(f.oid) FROM pg_class AS c \
                   JOIN pg_class AS f ON f.oid IN (c.oid, c.reltoastrelid) \
                   WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))";
        return bench.read(sql).iter().flat_map(|file| std::fs::read(file).expect("its bytes")).collect();
    }
    let files = std::fs::read_dir(bench.path.parent().expect("a folder")).expect("its files");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes")).collect()
}

pub(crate) fn what_is_erased_is_in_no_row_and_no_file_and_nothing_else_goes(engine: Engine) {
    let mut bench = filled(engine);
    engine.run(&bench.path, "CREATE VIEW mine AS SELECT id FROM conversations");
    let has =
        |bench: &Bench, text: &str| bytes(bench).windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has(&bench, "Ada@Example.com") && has(&bench, "written by p1"));
    let erased = erase(&mut bench).expect("erased");
    // One conversation with its member, part and file; a contact; a member; a file of a part that stays.
    assert_eq!((erased.rows, erased.changed), (7, 4));
    let mut records = erased.records;
    records.sort_unstable();
    let pairs = [("contacts", "p1"), ("conversations", "c1")];
    assert_eq!(records, pairs.map(|(resource, key)| (resource.to_owned(), key.to_owned())));
    for (sql, expected) in [
        ("SELECT id, email FROM contacts", vec!["p2|canada@example.com"]),
        ("SELECT id, title FROM conversations ORDER BY id", vec!["c2|of …", "c3|x"]),
        ("SELECT * FROM mine ORDER BY id", vec!["c2", "c3"]),
        ("SELECT conversation_id, contact FROM members ORDER BY 1", vec!["c2|p2", "c3|p2"]),
        ("SELECT id, author, body FROM parts ORDER BY id", vec!["m2|∅|∅", "m3|p2|see …."]),
        ("SELECT details FROM parts WHERE id = 'm3'", vec!["{\"to\":\"…\"}"]),
        ("SELECT part_id FROM files", vec!["m3"]),
        ("SELECT record, detail FROM _relatable_issues", vec!["c2|d"]),
        ("SELECT digest, salt FROM _relatable_forgotten", vec!["d1|s"]),
    ] {
        assert_eq!(bench.read(sql), expected, "{sql}");
    }
    for text in ["Ada@Example.com", "ADA@example.com", "of ada@", "written by p1", "u2"] {
        assert!(!has(&bench, text), "`{text}` is in a file");
    }
    // Again there is nothing to do, and loading goes on.
    let again = erase(&mut bench).expect("erased");
    assert_eq!(again, Erased::default());
    assert_eq!(bench.destination.forgotten().expect("remembered").len(), 1);
    bench.load(vec![bench.rows("contacts", &["id", "email"], json!([["p3", "e"]]))]);
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), ["2"]);
}

#[cfg(feature = "postgres")]
#[test]
fn nothing_is_kept_in_files_of_postgres_for_who_may_still_see_it() {
    use crate::client::connect;
    let mut bench = filled(Engine::Postgres);
    let mut reader = connect(&bench.path);
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT id FROM contacts").expect("a reader");
    let reading = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        reader.batch_execute("COMMIT").expect("the end");
    });
    erase(&mut bench).expect("erased");
    reading.join().expect("the reader");
    let bytes = bytes(&bench);
    for text in ["Ada@Example.com", "written by p1"] {
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "`{text}` is in a file");
    }
}

pub(crate) fn only_who_holds_the_destination_erases(engine: Engine) {
    let mut bench = filled(engine);
    let before = bench.read("SELECT * FROM contacts ORDER BY id");
    let mut other = bench.another();
    std::mem::swap(&mut bench.destination, &mut other);
    let error = erase(&mut bench).expect_err("not claimed");
    assert!(matches!(error, DestinationError::NotClaimed { .. }), "{error:?}");
    bench.destination.claim("w1", "j1").expect("claim");
    std::mem::swap(&mut bench.destination, &mut other);
    let error = erase(&mut bench).expect_err("fenced");
    assert!(matches!(error, DestinationError::Fenced { .. }), "{error:?}");
    assert_eq!(bench.read("SELECT * FROM contacts ORDER BY id"), before);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_forgotten"), ["0"]);
}

pub(crate) fn a_destination_of_the_first_format_is_brought_up_to_date_by_a_claim(engine: Engine) {
    let mut bench = filled(engine);
    engine
        .run(&bench.path, "DROP TABLE _relatable_forgotten; UPDATE _relatable_checkpoint SET \"format\" = 1");
    let before = bench.read("SELECT * FROM contacts ORDER BY id");
    let mut older = bench.another();
    // Looking at it changes nothing.
    assert_eq!(older.checkpoint().expect("known").expect("claimed").seq, 1);
    assert_eq!(older.forgotten().expect("nobody"), []);
    assert_eq!(older.tables().expect("tables").len(), 5);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["1"]);
    assert_eq!(older.claim("w1", "j1").expect("claim").seq, 1);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["3"]);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_forgotten"), ["0"]);
    assert_eq!(bench.read("SELECT * FROM contacts ORDER BY id"), before);
    bench.destination = older;
    bench.load(vec![bench.rows("contacts", &["id", "email"], json!([["p3", "e"]]))]);
    assert_eq!(bench.read("SELECT count(*) FROM contacts"), ["3"]);
}

pub(crate) fn a_destination_of_the_second_format_is_brought_up_to_date_by_a_claim(engine: Engine) {
    let mut bench = filled(engine);
    engine.run(
        &bench.path,
        "DROP TABLE _relatable_modes; DROP TABLE _relatable_gone; UPDATE _relatable_checkpoint SET \"format\" = 2",
    );
    let mut older = bench.another();
    // Looking at it changes nothing.
    assert_eq!(older.checkpoint().expect("known").expect("claimed").seq, 1);
    assert_eq!(older.tables().expect("tables").len(), 5);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["2"]);
    assert_eq!(older.claim("w1", "j1").expect("claim").seq, 1);
    assert_eq!(bench.read("SELECT \"format\" FROM _relatable_checkpoint"), ["3"]);
    bench.destination = older;
    bench.load(vec![bench.rows("contacts", &["id", "email"], json!([["p3", "e"]]))]);
    assert_eq!(bench.read("SELECT count(*) FROM _relatable_modes"), ["0"]);
}
