//! The guide to the rule language says what is so: its examples are run. `UPDATE_DOCS=1` writes what comes of them.

use super::tables::cell;
use relatable_model::plan::Memory;
use relatable_model::protect::{Protection, Salt};
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::schema::{ColumnRole, DELETED_AT, SYNCED_AT};
use relatable_model::shred::{Context, Shredded, ShreddedTable, Shredder};
use std::borrow::Cow;
use std::fmt::Write;
use std::path::PathBuf;

/// The guide.
fn guide() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md")
}

/// A block of the guide: its language, and where its text stands.
struct Block {
    language: String,
    range: std::ops::Range<usize>,
}

/// The fenced blocks of a page.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in page.split_inclusive('\n') {
        if let Some(language) = line.strip_prefix("```") {
            if open {
                blocks.last_mut().unwrap().range.end = at;
            } else {
                let start = at + line.len();
                blocks.push(Block { language: language.trim().to_owned(), range: start..start });
            }
            open = !open;
        }
        at += line.len();
    }
    blocks
}

/// The tables that documents become by rules over a model that knows nothing of them.
fn shredded(rules: &str, documents: &str) -> Shredded {
    let mut base = Rules::default();
    base.resources.insert("things".to_owned(), ResourceRules::default());
    let merged = base.overlay(Rules::parse(rules, "guide").expect(rules), "guide").expect(rules);
    let prefix = merged.table_prefix.clone().unwrap_or_default();
    let rules = merged.prefixed(&prefix).expect(rules);
    let mut shredder = Shredder::new("things", &rules.resources["things"], Memory::default(), None).unwrap();
    let salt = Salt::new(b"a secret of your own").unwrap();
    let protection = Protection::new("things", &rules.resources["things"], Some(&salt)).unwrap();
    for document in documents.lines() {
        let mut source = Cow::Borrowed(document.as_bytes());
        if let Some(protection) = &protection {
            source = protection.document(document.as_bytes()).expect(document);
        }
        shredder.document(&source, Context::default()).expect(document);
    }
    shredder.finish().unwrap()
}

/// A table as the guide shows it.
fn text(ShreddedTable { table, rows, .. }: &ShreddedTable) -> String {
    let is_shown = |role: ColumnRole| {
        !matches!(role, ColumnRole::Synced | ColumnRole::Deleted) && !role.is_of_versions()
    };
    let columns: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| is_shown(column.role))
        .map(|column| column.name.as_str())
        .filter(|name| ![SYNCED_AT, DELETED_AT].contains(name))
        .collect();
    let heads = columns.iter().map(|name| {
        let mark = if table.key.iter().any(|key| key == name) { "*" } else { "" };
        format!("{name}{mark}")
    });
    let mut lines: Vec<Vec<String>> = vec![heads.collect()];
    lines.extend((0..rows.num_rows()).map(|row| columns.iter().map(|name| cell(rows, name, row)).collect()));
    let width = |place: usize| lines.iter().map(|line| line[place].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = format!("{}\n", table.name);
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end()).unwrap();
    }
    text
}

#[test]
fn every_example_of_the_guide_comes_out_as_it_says() {
    let page = std::fs::read_to_string(guide()).unwrap();
    let mut written = page.clone();
    let blocks = blocks(&page);
    let mut examples = 0;
    for window in blocks.windows(3).rev() {
        let [rules, documents, tables] = window else { continue };
        if [rules, documents, tables].map(|block| block.language.as_str()) != ["toml", "json", "text"] {
            continue;
        }
        examples += 1;
        let shredded = shredded(&page[rules.range.clone()], &page[documents.range.clone()]);
        let outcome = shredded.tables.iter().map(text).collect::<Vec<_>>().join("\n");
        written.replace_range(tables.range.clone(), &outcome);
    }
    assert!(examples > 10 && blocks.len() == examples * 3, "{examples} examples in {} blocks", blocks.len());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(guide(), &written).unwrap();
    }
    assert_eq!(page, written, "the guide shows something else than what comes of its examples");
}

#[test]
fn the_guide_and_the_schema_know_every_word_of_the_language() {
    let page = std::fs::read_to_string(guide()).unwrap();
    let schema = serde_json::to_value(relatable_model::rules::json_schema()).unwrap();
    let definitions = &schema["$defs"];
    let mut words: Vec<String> = schema["properties"].as_object().expect("the top").keys().cloned().collect();
    assert_eq!(words, ["table_prefix"]);
    for definition in ["PathRule", "ResourceRules", "ViewRule", "ReferenceRule"] {
        let properties = definitions[definition]["properties"].as_object().expect(definition);
        words.extend(properties.keys().cloned());
    }
    for definition in ["Strategy", "Contract", "LogicalType", "WriteMode", "Deletions"] {
        let variants =
            definitions[definition]["oneOf"].as_array().or(definitions[definition]["enum"].as_array());
        let constant = |variant: &serde_json::Value| {
            variant["const"].as_str().or(variant.as_str()).map(str::to_owned).expect(definition)
        };
        words.extend(variants.expect(definition).iter().map(constant));
    }
    assert!(words.len() > 40, "{words:?}");
    for word in words {
        let is_shown = page.split(|c: char| !c.is_alphanumeric() && c != '_').any(|known| known == word);
        assert!(is_shown, "`{word}` is a word of the language, and the guide does not have it");
    }
}
