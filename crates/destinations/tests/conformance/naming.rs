//! Names of tables and columns.

use crate::bench::{Bench, child, column, counts, table};
use crate::client::Engine;
use relatable_destinations::DestinationError;
use relatable_model::logical::LogicalType;
use relatable_model::schema::View;
use serde_json::json;

/// Names that break what is not quoted.
const NAMES: [&str; 10] = [
    "select",
    "order",
    "a\"b",
    "a'b; DROP TABLE x --",
    "line\nbreak",
    "größe",
    "имя",
    "🙂",
    "with space.and.dots",
    "n234567890123456789012345678901234567890123456789012345678901",
];

pub(crate) fn any_name_is_one_name(engine: Engine) {
    for name in NAMES {
        if engine.of_server(false, true) && name == "🙂" {
            // MySQL has no place for such a name, and says so before anything is written.
            let mut bench = Bench::unclaimed(engine, vec![table("plain", &["id"], &[name])]);
            let error = bench.destination.check(&bench.tables).expect_err(name);
            assert!(matches!(&error, DestinationError::ReservedName { kind: "column", .. }), "{error:?}");
            continue;
        }
        let parent = format!("{name}_p");
        let mut odd = child(&parent, &[name], &[], "x", &[]);
        odd.parent = None;
        odd.columns.push(column("values", LogicalType::Text));
        odd.columns.push(column("group", LogicalType::Json));
        odd.views =
            vec![View { name: format!("{name}_v"), column: "values".into(), equals: name.to_owned() }];
        let below = child(name, &[name, "position"], &["to"], &parent, &[(name, name)]);
        let mut bench = Bench::new(engine, vec![odd, below, table("plain", &["id"], &[])]);
        let load = |bench: &mut Bench| {
            bench.load(vec![
                bench.rows(&parent, &[name, "values", "group"], json!([["1", name, "{}"]])),
                bench.replacing(
                    name,
                    &[name, "position", "to"],
                    json!([["1", "0", "v"]]),
                    &[name],
                    json!([["1"]]),
                ),
                bench.deleting(name, &[name, "position", "_deleted_at"], json!([["1", "0", 5]])),
            ])
        };
        assert_eq!(load(&mut bench).tables[name], counts(1, 0, 1), "{name}");
        assert!(load(&mut bench).tables.is_empty(), "{name}");
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let sql = format!("SELECT {}, \"to\" FROM {}", quoted(name), quoted(name));
        assert_eq!(bench.read(&sql), ["1|v"], "{name}");
        assert_eq!(bench.read(&format!("SELECT \"values\" FROM {}", quoted(&format!("{name}_v")))), [name]);
        let keys = ["1".to_owned()];
        assert!(bench.destination.versions(name, name, "_deleted_at", &keys).expect(name).contains_key("1"));
        let remembered = bench.destination.remembered().expect(name);
        assert!(remembered.iter().any(|entry| entry.table == name && entry.column.name == name), "{name}");
    }
}
