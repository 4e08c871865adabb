//! `reassemble(shred(d)) == normal(d)`, for every document and every lossless rule set.

use super::documents::{LOSSLESS, check, documents as generated};
use super::rule_sets::rule_sets;
use super::tables::{documents, memory, normal_of, rules, shred_onto};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::width::Width;
use std::cell::Cell;

/// How many sets of documents each rule set meets.
const CASES: u32 = 400;

/// Checks that two loads of documents, the second over what the first left behind, come back from tables with room for
/// so many columns each.
fn come_back(rules: &ResourceRules, columns: [usize; 2], loads: [Vec<String>; 2]) -> TestCaseResult {
    let mut remembered = Memory::default();
    for (documents_of_load, columns) in loads.into_iter().zip(columns) {
        let chunk: Vec<&str> = documents_of_load.iter().map(String::as_str).collect();
        remembered.limit(&Width { columns, ..Width::UNLIMITED });
        let shredded = shred_onto(remembered, rules, &chunk);
        let back = documents(&shredded, rules);
        prop_assert_eq!(back.len(), chunk.len());
        for (document, back) in chunk.iter().zip(back) {
            let expected = normal_of(document, rules);
            prop_assert_eq!(back.to_string(), expected.to_string(), "{}", document);
        }
        remembered = memory(&shredded);
    }
    Ok(())
}

#[test]
fn documents_come_back_from_their_tables_in_the_first_load_and_in_the_next() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        check(name, CASES, &(generated(1..5), generated(1..4)), |(first, second)| {
            come_back(&rules, [usize::MAX; 2], [first, second])
        });
    }
}

#[test]
fn documents_come_back_from_tables_that_have_room_for_few_columns() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        let strategy = (0_usize..24, 0_usize..24, generated(1..5), generated(1..4));
        check(name, CASES, &strategy, |(columns, later, first, second)| {
            come_back(&rules, [columns, later], [first, second])
        });
    }
}

#[test]
fn a_hundred_thousand_documents_come_back_under_generated_rules() {
    /// How many pairs of a document and a rule set there must be.
    const PAIRS: usize = 100_000;
    let pairs = Cell::new(0);
    // Half of the time, tables have room for few columns.
    let room = || prop_oneof![Just(usize::MAX), 0_usize..40];
    let strategy = (rule_sets(), room(), room(), generated(4..12), generated(1..8));
    check(
        "generated rules",
        (PAIRS / 11) as u32 + 1_000,
        &strategy,
        |((text, rules), now, later, first, second)| {
            pairs.set(pairs.get() + first.len() + second.len());
            come_back(&rules, [now, later], [first, second]).map_err(|error| match error {
                TestCaseError::Fail(reason) => TestCaseError::fail(format!("{text}\n{reason}")),
                rejected => rejected,
            })
        },
    );
    println!("{} pairs of a document and a rule set", pairs.get());
    assert!(pairs.get() >= PAIRS, "{}", pairs.get());
}
