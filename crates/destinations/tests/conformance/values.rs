//! Values of every type, read back by a plain client.

use crate::bench::{Bench, LOADED_AT_US, column, table};
use crate::client::Engine;
use crate::reading::texts;
use arrow_array::RecordBatch;
use relatable_destinations::Reading;
use relatable_destinations::package::Erasure;
use relatable_model::logical::LogicalType;
use relatable_model::schema::Table;
use serde_json::{Value, json};
use std::error::Error;
use std::ops::ControlFlow;

/// A table with one column of a type.
fn typed(engine: Engine, logical: LogicalType) -> Bench {
    let mut values = table("samples", &["id"], &[]);
    values.columns.push(column("v", logical));
    Bench::new(engine, vec![values])
}

/// Loads values, twice, and answers the bench: the second time none of them differs.
fn loaded(engine: Engine, logical: LogicalType, values: &[Value]) -> Bench {
    let mut bench = typed(engine, logical);
    let rows: Vec<Value> =
        values.iter().enumerate().map(|(place, value)| json!([format!("{place:03}"), value])).collect();
    bench.load(vec![bench.rows("samples", &["id", "v"], json!(rows))]);
    let again = bench.load(vec![bench.rows("samples", &["id", "v"], json!(rows))]);
    assert!(again.tables.is_empty(), "{logical:?} does not compare as the same");
    bench
}

/// A value given, as SQLite has it, and as DuckDB prints it.
type Sample = (Value, &'static str, &'static str);

/// What a plain client must see, per type.
fn samples() -> Vec<(LogicalType, Vec<Sample>)> {
    let decimal = "99999999999999999999999999999999999999";
    vec![
        (LogicalType::Boolean, vec![(json!(true), "1", "true"), (json!(false), "0", "false")]),
        (
            LogicalType::Integer,
            vec![
                (json!(i64::MIN), "-9223372036854775808", "-9223372036854775808"),
                (json!(i64::MAX), "9223372036854775807", "9223372036854775807"),
            ],
        ),
        (
            LogicalType::Decimal,
            vec![
                (
                    json!(decimal),
                    "99999999999999999999999999999.999999999",
                    "99999999999999999999999999999.999999999",
                ),
                (json!("-1"), "-0.000000001", "-0.000000001"),
                (json!("1500000000"), "1.5", "1.500000000"),
                (json!("100000000000"), "100", "100.000000000"),
            ],
        ),
        (
            LogicalType::Timestamp,
            vec![
                (json!(0), "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00"),
                (json!(-62_135_596_800_000_000_i64), "0001-01-01T00:00:00.000000Z", "0001-01-01 00:00:00"),
                (
                    json!(253_402_300_799_999_999_i64),
                    "9999-12-31T23:59:59.999999Z",
                    "9999-12-31 23:59:59.999999",
                ),
                (json!(1_500_000), "1970-01-01T00:00:01.500000Z", "1970-01-01 00:00:01.5"),
            ],
        ),
        (
            LogicalType::Date,
            vec![
                (json!(-719_162), "0001-01-01", "0001-01-01"),
                (json!(2_932_896), "9999-12-31", "9999-12-31"),
                (json!(-1), "1969-12-31", "1969-12-31"),
            ],
        ),
        (
            LogicalType::Json,
            vec![
                (
                    json!("{\"a\" : 1.0, \"b\":[null]}"),
                    "{\"a\" : 1.0, \"b\":[null]}",
                    "{\"a\" : 1.0, \"b\":[null]}",
                ),
                (
                    json!("123456789012345678901234567890"),
                    "123456789012345678901234567890",
                    "123456789012345678901234567890",
                ),
                (json!("\"007\""), "\"007\"", "\"007\""),
                (json!("null"), "null", "null"),
                (json!("\"\\u0000\\ud800\""), "\"\\u0000\\ud800\"", "\"\\u0000\\ud800\""),
                (json!("1e400"), "1e400", "1e400"),
            ],
        ),
    ]
}

/// What MySQL's own text has beyond or short of what DuckDB prints.
fn mysql(logical: LogicalType, sqlite: &str, duckdb: &str) -> String {
    match logical {
        LogicalType::Boolean => sqlite.to_owned(),
        LogicalType::Timestamp => sqlite.replace('T', " ").replace('Z', ""),
        _ => duckdb.to_owned(),
    }
}

/// What PostgreSQL's own text has beyond or short of what DuckDB prints.
fn postgres(logical: LogicalType, duckdb: &str) -> String {
    match logical {
        LogicalType::Boolean => duckdb[..1].to_owned(),
        LogicalType::Timestamp => format!("{duckdb}+00"),
        _ => duckdb.to_owned(),
    }
}

pub(crate) fn every_type_reads_back_exactly(engine: Engine) {
    for (logical, cases) in samples() {
        let mut values: Vec<Value> = cases.iter().map(|(value, ..)| value.clone()).collect();
        values.push(Value::Null);
        let bench = loaded(engine, logical, &values);
        let mut expected: Vec<String> = cases
            .iter()
            .map(|(_, sqlite, duckdb)| {
                let server = engine.of_server(postgres(logical, duckdb), mysql(logical, sqlite, duckdb));
                engine.of((*sqlite).to_owned(), (*duckdb).to_owned(), server)
            })
            .collect();
        expected.push("∅".to_owned());
        assert_eq!(bench.read("SELECT v FROM samples ORDER BY id"), expected, "{logical:?}");
    }
    let floats =
        [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 0.1, 0.0, 1e15, 9_007_199_254_740_993.0, -1.5];
    let bench = loaded(engine, LogicalType::Float, &floats.map(|float| json!(float)));
    let bits = engine.float_bits(&bench.path, "SELECT v FROM samples ORDER BY id");
    assert_eq!(bits, floats.map(f64::to_bits));
}

pub(crate) fn text_stays_text(engine: Engine) {
    let long = "x".repeat(1_000_000);
    let texts = [
        "",
        "007",
        "1.50",
        "1e5",
        " 12 ",
        "true",
        "null",
        "2024-01-01",
        "it's \"quoted\"",
        "a\nb\r\n\tc",
        "Ünïcödé",
        "👩‍👩‍👧‍👦",
        "\u{feff}bom",
        "a\u{0}b",
        "\u{202e}rtl",
        "%s$1?",
        &long,
    ];
    let bench = loaded(engine, LogicalType::Text, &texts.map(|text| json!(text)));
    // PostgreSQL has no place for a zero character, and says so.
    let zero = engine.of("\0", "\0", engine.of_server("\u{FFFD}", "\0"));
    assert_eq!(bench.read("SELECT v FROM samples ORDER BY id"), texts.map(|text| text.replace('\0', zero)));
    let altered = engine.of(vec![], vec![], engine.of_server(vec!["contacts|v|2"], vec![]));
    let sql = "SELECT resource, path, \"count\" FROM _relatable_issues WHERE kind = 'text_altered'";
    assert_eq!(bench.read(sql), altered);
    let declared = "(SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() \
                    AND table_name = 'samples' AND column_name = 'v')";
    let typeof_text = engine.of("typeof(v)", "typeof(v)", engine.of_server("pg_typeof(v)", declared));
    let name = engine.of("text", "VARCHAR", engine.of_server("text", "longtext"));
    assert_eq!(bench.read(&format!("SELECT DISTINCT {typeof_text} FROM samples")), [name]);
}

pub(crate) fn a_text_of_more_than_sixteen_megabytes_is_stored_comes_back_and_is_found_by_what_is_in_it(
    engine: Engine,
) {
    let long = "0123456789abcde ".repeat((1 << 20) + 1) + "Ada@example.com";
    let mut bench = loaded(engine, LogicalType::Text, &[json!(long), json!("short")]);
    let sql = "SELECT length(v), substr(v, 16777217) FROM samples ORDER BY id";
    assert_eq!(bench.read(sql), ["16777247|0123456789abcde Ada@example.com", "5|"]);
    let reading = Reading { resource: "contacts", with_deleted: false, only: None };
    let mut came_back = Vec::new();
    let mut take = |group: &[(&Table, RecordBatch)]| {
        group.iter().for_each(|(_, rows)| came_back.extend(texts(rows, "v")));
        ControlFlow::Continue(())
    };
    bench.destination.read(&reading, &mut take).expect("read");
    assert!(
        came_back == [long.as_str(), "short"],
        "{:?}",
        came_back.iter().map(String::len).collect::<Vec<_>>()
    );
    let erasure = Erasure {
        ids: &[],
        alone: &[],
        rows: &[],
        blanked: &[],
        texts: &["ada@example.com".to_owned()],
        is_searched: &|_| true,
        rewrite: &|_| Some("gone".to_owned()),
        is_named: &|text| text.to_lowercase().contains("ada@example.com"),
        remembered: &[],
        erased_at_us: LOADED_AT_US,
    };
    let erased = bench.destination.erase(&erasure);
    if engine.scheme() == "mysql" {
        // The server would have to be told the whole text.
        let refused = erased.expect_err("too long");
        let refused = refused.source().expect("a cause").to_string();
        assert!(refused.contains("raise its `max_allowed_packet`"), "{refused}");
        assert_eq!(bench.read("SELECT length(v) FROM samples ORDER BY id"), ["16777247", "5"]);
    } else {
        erased.expect("erase");
        assert_eq!(bench.read("SELECT v FROM samples ORDER BY id"), ["gone", "short"]);
    }
}

pub(crate) fn queries_answer_text(engine: Engine) {
    let mut bench = loaded(engine, LogicalType::Integer, &[json!(5), json!(null), json!(7)]);
    let answer =
        bench.destination.query("SELECT id, v AS \"the v\" FROM samples ORDER BY id DESC; ").expect("query");
    assert_eq!(answer.columns, ["id", "the v"]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(answer.rows, [[text("002"), text("7")], [text("001"), None], [text("000"), text("5")]]);
    let answer = bench.destination.query("SELECT 1.5 AS x WHERE 1 = 2 -- none").expect("query");
    assert_eq!((answer.columns, answer.rows.len()), (vec!["x".to_owned()], 0));
    bench.destination.query("SELECT nothing FROM nowhere").expect_err("no such table");
}
