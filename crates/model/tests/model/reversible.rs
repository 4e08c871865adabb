//! `reassemble(shred(d)) == normal(d)`, for every document and every lossless rule set.

use super::documents::{LOSSLESS, check, documents as generated};
use super::tables::{documents, memory, normal_of, rules, shred, shred_onto};
use proptest::prelude::*;

/// How many sets of documents each rule set meets.
const CASES: u32 = 400;

#[test]
fn documents_come_back_from_their_tables_in_the_first_load_and_in_the_next() {
    for (name, text) in LOSSLESS {
        let rules = rules(text);
        check(name, CASES, &(generated(1..5), generated(1..4)), |(first, second)| {
            let mut remembered = None;
            for chunk in [first, second] {
                let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
                let shredded = match remembered.take() {
                    None => shred(&rules, &chunk),
                    Some(memory) => shred_onto(memory, &rules, &chunk),
                };
                let back = documents(&shredded, &rules);
                prop_assert_eq!(back.len(), chunk.len());
                for (document, back) in chunk.iter().zip(back) {
                    let expected = normal_of(document, &rules);
                    prop_assert_eq!(back.to_string(), expected.to_string(), "{}", document);
                }
                remembered = Some(memory(&shredded));
            }
            Ok(())
        });
    }
}
