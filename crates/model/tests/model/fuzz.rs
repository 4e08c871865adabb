//! Bytes to rows, whatever the bytes. `cargo test` replays the corpus beside this file, changes it, and tries inputs of
//! its own; `cargo bolero test fuzz::any_bytes_become_rows_or_an_error` searches on with a fuzzing engine.

use super::documents::seed;
use super::tables::{documents, normal_of, rules};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relatable_model::json::Json;
use relatable_model::plan::Memory;
use relatable_model::rules::ResourceRules;
use relatable_model::shred::{Context, Shredder};

/// A document before and one behind the bytes, which must come back whatever they are.
const NEIGHBOURS: [&str; 2] = [r#"{"id":"first","a":[1,{"b":2}]}"#, r#"{"id":"last","a":{"c":[true]}}"#];
/// Inputs that bolero makes.
const RANDOM_INPUTS: usize = 20_000;
/// Inputs made by changing the corpus.
const CHANGED_INPUTS: usize = 100_000;
/// The bytes that JSON's structure is made of.
const STRUCTURE: &[u8] = b"{}[]\",:\\ue-+.0123456789ntf \n\0\xff";

/// The rule sets that the bytes meet.
fn rule_sets() -> [ResourceRules; 3] {
    [
        "",
        "key = [\"id\"]\nunwrap_envelopes = true\n[things.paths]\nid = { type = \"text\" }",
        "[things.paths]\na = \"json\"\n\"b.*\" = \"table\"",
    ]
    .map(rules)
}

/// Shreds the bytes between two good documents: they become rows from which they come back, or an error that leaves no
/// trace.
fn become_rows_or_an_error(bytes: &[u8], rules: &ResourceRules) {
    let mut shredder = Shredder::new("things", rules, Memory::default(), None).expect("plan");
    let mut taken = Vec::new();
    for document in [NEIGHBOURS[0].as_bytes(), bytes, NEIGHBOURS[1].as_bytes()] {
        match shredder.document(document, Context::default()) {
            Ok(()) => taken.push(std::str::from_utf8(document).expect("JSON is text")),
            Err(error) => assert!(!error.to_string().is_empty() && document == bytes, "{error}"),
        }
    }
    let shredded = shredder.finish().expect("finish");
    // What does not come back has been told of.
    if shredded.repeated.is_empty() && shredded.issues.is_empty() {
        let expected: Vec<Json> = taken.iter().map(|document| normal_of(document, rules)).collect();
        assert_eq!(documents(&shredded, rules), expected);
    }
}

#[test]
fn any_bytes_become_rows_or_an_error() {
    let sets = rule_sets();
    bolero::check!().with_iterations(RANDOM_INPUTS).for_each(|bytes: &[u8]| {
        sets.iter().for_each(|rules| become_rows_or_an_error(bytes, rules));
    });
}

/// Bytes with some of them changed, moved, doubled or gone.
fn changed(corpus: &[Vec<u8>], random: &mut impl Rng) -> Vec<u8> {
    let mut bytes = corpus.choose(random).expect("a corpus").clone();
    for _ in 0..random.random_range(1..5) {
        let at = random.random_range(0..=bytes.len());
        let end = random.random_range(at..=bytes.len().min(at + 20));
        match random.random_range(0..5) {
            0 => bytes.insert(at, *STRUCTURE.choose(random).expect("bytes")),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            3 => bytes.splice(at..end, corpus.choose(random).expect("a corpus").clone()).for_each(drop),
            _ if at < bytes.len() => bytes[at] = *STRUCTURE.choose(random).expect("bytes"),
            _ => {}
        }
    }
    bytes
}

#[test]
fn changed_bytes_become_rows_or_an_error() {
    let folder = format!(
        "{}/tests/model/__fuzz__/fuzz__any_bytes_become_rows_or_an_error/corpus",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect(&folder).map(|file| file.expect("a file").path()).collect();
    files.sort_unstable();
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a file")).collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed("changed bytes"));
    let sets = rule_sets();
    for _ in 0..CHANGED_INPUTS {
        let bytes = changed(&corpus, &mut random);
        let outcome = std::panic::catch_unwind(|| {
            become_rows_or_an_error(&bytes, sets.choose(&mut random.clone()).expect("sets"))
        });
        assert!(outcome.is_ok(), "{:?}", String::from_utf8_lossy(&bytes));
    }
}
