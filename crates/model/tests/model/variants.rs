//! A value that its column cannot hold exactly stands beside it, whole, and is told.

use super::tables::{cell, documents, memory, normal_of, rules, shred, shred_onto};
use relatable_model::logical::LogicalType;
use relatable_model::rules::ResourceRules;
use relatable_model::schema::ColumnRole;
use relatable_model::shred::{Shredded, ShreddedTable};

const THIRTY: &str = "123456789012345678901234567890";
const LONG: &str = "0.1234567890123456789012345678901";

/// Where the value at `v` of the only row stands, and what stands there.
fn found(table: &ShreddedTable) -> (&'static str, String) {
    let columns = table.table.columns.iter().filter(|column| column.path == "v");
    let filled: Vec<(&'static str, String)> = columns
        .map(|column| {
            let suffix = column.name.strip_prefix('v').expect("named after its path");
            let place = match (column.role, suffix) {
                (ColumnRole::Value, "") => "v",
                (ColumnRole::VariantText, "__text") => "v__text",
                (ColumnRole::VariantJson, "__json") => "v__json",
                other => panic!("{other:?}"),
            };
            (place, cell(&table.rows, &column.name, 0))
        })
        .filter(|(_, value)| value != "∅")
        .collect();
    assert_eq!(filled.len(), 1, "{filled:?}");
    filled.into_iter().next().unwrap()
}

/// The issues as kind, path and record.
fn issues(shredded: &Shredded) -> Vec<String> {
    let line = |issue: &relatable_model::issue::Issue| {
        format!("{} {} {} {}", issue.resource, issue.kind, issue.path, issue.record)
    };
    shredded.issues.iter().map(line).collect()
}

/// The rules of a resource whose member `v` has a declared type.
fn typed(logical: LogicalType) -> ResourceRules {
    let name = logical.name();
    rules(&format!("key = [\"id\"]\n[things.paths]\nid = {{ type = \"text\" }}\nv = {{ type = \"{name}\" }}"))
}

#[test]
fn a_declared_column_holds_exactly_its_values_and_the_rest_stands_beside_it() {
    use LogicalType::{Boolean, Date, Decimal, Float, Integer, Json, Text, Timestamp};
    for (logical, source, place, value) in [
        (Date, "\"0001-01-01\"", "v", "0001-01-01"),
        (Date, "\"0000-01-01\"", "v__text", "0000-01-01"),
        (Integer, "7", "v", "7"),
        (Integer, "7.0", "v", "7"),
        (Integer, "1e2", "v", "100"),
        (Integer, "-9223372036854775808", "v", "-9223372036854775808"),
        (Integer, "9223372036854775808", "v__json", "9223372036854775808"),
        (Integer, THIRTY, "v__json", THIRTY),
        (Integer, "7.5", "v__json", "7.5"),
        (Integer, "1e400", "v__json", "1e400"),
        (Integer, "\"7\"", "v__text", "7"),
        (Integer, "true", "v__json", "true"),
        (Integer, "\"\\ud800\"", "v__json", "\"\\ud800\""),
        (Decimal, "0.1", "v", "0.1"),
        (Decimal, "12345678901234567890123456789.123456789", "v", "12345678901234567890123456789.123456789"),
        (Decimal, "0.1234567890", "v", "0.123456789"),
        (Decimal, THIRTY, "v__json", THIRTY),
        (Decimal, LONG, "v__json", LONG),
        (Decimal, "1e400", "v__json", "1e400"),
        (Decimal, "\"0.1\"", "v__text", "0.1"),
        (Float, "0.1", "v", "0.1"),
        (Float, "5e-324", "v", "5e-324"),
        (Float, "9007199254740993", "v__json", "9007199254740993"),
        (Float, LONG, "v__json", LONG),
        (Float, "1e400", "v__json", "1e400"),
        (Float, "\"0.1\"", "v__text", "0.1"),
        (Boolean, "true", "v", "true"),
        (Boolean, "1", "v__json", "1"),
        (Boolean, "\"true\"", "v__text", "true"),
        (Text, "\"007\"", "v", "007"),
        (Text, "7", "v", "7"),
        (Text, "1.50", "v", "1.5"),
        (Text, "1e400", "v", "1e400"),
        (Text, THIRTY, "v", THIRTY),
        (Text, "false", "v__json", "false"),
        (Text, "\"x\\udc00\"", "v__json", "\"x\\udc00\""),
        (Timestamp, "1700000000", "v", "2023-11-14T22:13:20Z"),
        (Timestamp, "1700000000123", "v", "2023-11-14T22:13:20.123Z"),
        (Timestamp, "\"2023-11-14T23:13:20+01:00\"", "v", "2023-11-14T22:13:20Z"),
        (Timestamp, "910000000000", "v__json", "910000000000"),
        (Timestamp, "\"yesterday\"", "v__text", "yesterday"),
        (Timestamp, "\"2023-11-14\"", "v__text", "2023-11-14"),
        (Timestamp, "\"2023-11-14T23:59:60Z\"", "v__text", "2023-11-14T23:59:60Z"),
        (Timestamp, "\"2023-11-14T22:13:20.0000001Z\"", "v__text", "2023-11-14T22:13:20.0000001Z"),
        (Date, "\"2023-11-14\"", "v", "2023-11-14"),
        (Date, "\"2023-02-30\"", "v__text", "2023-02-30"),
        (Date, "\"2023-11-14T00:00:00Z\"", "v__text", "2023-11-14T00:00:00Z"),
        (Date, "1700000000", "v__json", "1700000000"),
        (Json, "{ \"b\":1.0,\"a\":[] }", "v", "{ \"b\":1.0,\"a\":[] }"),
        (Json, "1e400", "v", "1e400"),
    ] {
        let rules = typed(logical);
        let document = format!("{{\"id\":\"r1\",\"v\":{source}}}");
        let shredded = shred(&rules, &[&document]);
        assert_eq!(found(&shredded.tables[0]), (place, value.to_owned()), "{} {source}", logical.name());
        let told = if place == "v" { vec![] } else { vec!["things value_not_representable v r1".to_owned()] };
        assert_eq!(issues(&shredded), told, "{} {source}", logical.name());
        assert_eq!(
            documents(&shredded, &rules),
            [normal_of(&document, &rules)],
            "{} {source}",
            logical.name()
        );
    }
}

#[test]
fn an_undeclared_column_gets_the_type_that_most_of_a_load_agrees_on_and_loses_nothing() {
    use LogicalType::{Boolean, Decimal, Float, Integer, Text};
    for (values, logical, held, beside) in [
        (vec!["1", "2.0", "3e0"], Integer, 3, 0),
        (vec!["1", "9223372036854775808"], Decimal, 2, 0),
        (vec!["0.5", "1"], Float, 2, 0),
        (vec!["0.1", "9007199254740993", "9007199254740995"], Decimal, 3, 0),
        (vec![THIRTY, "1", "2"], Integer, 2, 1),
        (vec!["1e400", "0.5"], Float, 1, 1),
        (vec!["true", "false"], Boolean, 2, 0),
        (vec!["true", "\"true\""], Boolean, 1, 1),
        (vec!["1", "\"1\"", "true"], Integer, 1, 2),
        (vec!["\"1\"", "\"\""], Text, 2, 0),
    ] {
        let rules = rules("key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }");
        let sources: Vec<String> = (values.iter().enumerate())
            .map(|(place, value)| format!("{{\"id\":\"{place}\",\"v\":{value}}}"))
            .collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let shredded = shred(&rules, &sources);
        let root = &shredded.tables[0];
        assert_eq!(root.table.column("v").unwrap().logical, logical, "{values:?}");
        let filled = |name: &str| {
            (0..values.len())
                .filter(|&row| root.rows.column_by_name(name).is_some() && cell(&root.rows, name, row) != "∅")
                .count()
        };
        assert_eq!(filled("v"), held, "{values:?}");
        assert_eq!(filled("v__text") + filled("v__json"), beside, "{values:?}");
        assert_eq!(shredded.issues.len(), beside, "{values:?}");
        let expected: Vec<_> = sources.iter().map(|source| normal_of(source, &rules)).collect();
        assert_eq!(documents(&shredded, &rules), expected, "{values:?}");
    }
}

#[test]
fn a_type_once_given_stays_and_what_does_not_fit_it_later_stands_beside_it() {
    let rules = rules("key = [\"id\"]");
    let first = shred(&rules, &[r#"{"id":"a","v":1}"#]);
    let later =
        [r#"{"id":"b","v":0.5}"#, r#"{"id":"c","v":"x"}"#, r#"{"id":"d","v":2}"#, r#"{"id":"e","v":[3]}"#];
    let second = shred_onto(memory(&first), &rules, &later);
    let root = &second.tables[0];
    assert_eq!(root.table.column("v").unwrap().logical, LogicalType::Integer);
    let rows: Vec<String> = (0..4)
        .map(|row| ["id", "v", "v__text", "v__json"].map(|name| cell(&root.rows, name, row)).join(" "))
        .collect();
    assert_eq!(rows, ["b ∅ ∅ 0.5", "c ∅ x ∅", "d 2 ∅ ∅", "e ∅ ∅ ∅"]);
    let expected: Vec<_> = later.iter().map(|source| normal_of(source, &rules)).collect();
    assert_eq!(documents(&second, &rules), expected, "the list has a table of its own");
    // In a text column that no rule declares, a number is not the text that looks like it.
    let text = shred(&rules, &[r#"{"id":"a","v":"1"}"#]);
    let number = shred_onto(memory(&text), &rules, &[r#"{"id":"b","v":1}"#]);
    assert_eq!(found(&number.tables[0]), ("v__json", "1".to_owned()));
}

#[test]
fn a_name_that_a_variant_would_have_is_not_taken_from_the_path_that_has_it() {
    let rules = rules(
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nw = { type = \"text\", column = \"v__text\" }\n\
         v = { type = \"integer\" }",
    );
    let document = r#"{"id":"1","v":"x","w":"mine"}"#;
    let shredded = shred(&rules, &[document]);
    let root = &shredded.tables[0];
    assert_eq!(cell(&root.rows, "v__text", 0), "mine");
    let variant = root.table.columns.iter().find(|column| column.role == ColumnRole::VariantText).unwrap();
    assert!(variant.name.starts_with("v__text_"), "{}", variant.name);
    assert_eq!(cell(&root.rows, &variant.name, 0), "x");
    assert_eq!(documents(&shredded, &rules), [normal_of(document, &rules)]);
}
