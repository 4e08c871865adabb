//! Neither the order of documents nor of their members decides names, types or rows.

use super::documents::{LOSSLESS, check, documents as generated};
use super::rule_sets::rule_sets;
use super::tables::{rows, rules, shred};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::Shredded;

/// Tables and rows, without any order.
fn unordered(shredded: &Shredded) -> Vec<String> {
    let mut tables: Vec<String> = shredded
        .tables
        .iter()
        .map(|table| {
            let mut columns: Vec<&str> =
                table.table.columns.iter().map(|column| column.name.as_str()).collect();
            columns.sort_unstable();
            let mut rows = rows(&table.rows, &columns);
            rows.sort_unstable();
            let mut schema: Vec<String> = table
                .table
                .columns
                .iter()
                .map(|column| {
                    format!("{} {} {} {:?}", column.name, column.path, column.logical.name(), column.role)
                })
                .collect();
            schema.sort_unstable();
            format!("{} {} {:?}\n{schema:#?}\n{rows:#?}", table.table.name, table.table.path, table.table.key)
        })
        .collect();
    tables.sort_unstable();
    tables
}

/// Documents, and the same in another order.
fn shuffled() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    generated(2..6).prop_flat_map(|documents| (Just(documents.clone()), Just(documents).prop_shuffle()))
}

/// Checks that both orders give the same tables.
fn are_alike(rules: &ResourceRules, orders: (Vec<String>, Vec<String>)) -> TestCaseResult {
    let [plain, shuffled] = [orders.0, orders.1].map(|documents| {
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        unordered(&shred(rules, &documents))
    });
    prop_assert_eq!(plain, shuffled);
    Ok(())
}

#[test]
fn the_same_documents_in_any_order_give_the_same_tables() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        check(name, 150, &shuffled(), |orders| are_alike(&rules, orders));
    }
}

#[test]
fn the_order_decides_nothing_under_generated_rules_either() {
    check("generated rules", 3_000, &(rule_sets(), shuffled()), |((text, rules), orders)| {
        are_alike(&rules, orders).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))
    });
}
