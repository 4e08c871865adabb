//! How fast documents become record batches, against two yardsticks on the same bytes: skipping them, which is the least
//! a parser can do, and walking a tree of values, which is what one would write first.

mod conversations;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relatable_model::plan::Memory;
use relatable_model::rules::{ResourceRules, Rules};
use relatable_model::shred::{Context, Shredder};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What the documents of one run weigh together, in bytes.
const TOTAL_BYTES: usize = 50 << 20;
/// Documents in one load.
const LOAD_DOCUMENTS: usize = 2_000;
/// The least share of the speed of skipping that shredding must reach.
const SHARE_OF_SKIPPING: f64 = 0.37;
/// How many times as fast two cores must be as one.
const TIMES_ON_TWO: f64 = 1.5;
/// How many times the speed of walking a tree it must reach.
const TIMES_WALKING: f64 = 2.0;

/// Looks at every scalar of a tree.
fn walk(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Bool(value) => usize::from(*value),
        Value::Number(number) => number.as_i64().map_or(1, |number| number as usize & 1),
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(walk).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + walk(value)).sum(),
    }
}

/// Skips every document.
fn skip_all(documents: &[Vec<u8>]) {
    for document in documents {
        black_box(sonic_rs::from_slice::<IgnoredAny>(document).expect("generated JSON"));
    }
}

/// Builds and walks a tree of every document.
fn walk_all(documents: &[Vec<u8>]) {
    for document in documents {
        black_box(walk(&serde_json::from_slice(document).expect("generated JSON")));
    }
}

/// Shreds every document, load by load, each with the memory of the one before.
fn shred_all(documents: &[Vec<u8>], rules: &ResourceRules) {
    let mut memory = Memory::default();
    for load in documents.chunks(LOAD_DOCUMENTS) {
        let mut shredder = Shredder::new("conversations", rules, memory.clone(), None).expect("plan");
        for document in load {
            shredder.document(document, Context::default()).expect("generated JSON");
        }
        let shredded = shredder.finish().expect("finish");
        shredded.tables.iter().for_each(|table| memory.remember_table(&table.table));
        black_box(shredded);
    }
}

/// [`shred_all`] with a half of the documents on each of two threads.
fn shred_on_two(documents: &[Vec<u8>], rules: &ResourceRules) {
    let (first, second) = documents.split_at(documents.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| shred_all(first, rules));
        shred_all(second, rules);
    });
}

/// The curated rules for conversations.
fn curated() -> ResourceRules {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../intercom/models/conversations.toml");
    let text = std::fs::read_to_string(path).expect(path);
    Rules::parse(&text, path)
        .expect("curated rules")
        .resources
        .remove("conversations")
        .expect("conversations")
}

/// How often each is run; the shortest run counts.
const ROUNDS: usize = 20;

/// The shortest run of each, in seconds. They take turns, so that a slow moment of the machine hits all alike.
fn best_seconds<const N: usize>(runs: [&dyn Fn(); N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..ROUNDS {
        for (run, best) in runs.iter().zip(&mut best) {
            let begin = Instant::now();
            run();
            *best = best.min(begin.elapsed().as_secs_f64());
        }
    }
    best
}

fn shredding(criterion: &mut Criterion) {
    let documents = conversations::generate(TOTAL_BYTES).collect::<Vec<_>>();
    let bytes: usize = documents.iter().map(Vec::len).sum();
    let curated = curated();
    let automatic = ResourceRules {
        key: Some(vec!["id".to_owned()]),
        unwrap_envelopes: Some(true),
        ..ResourceRules::default()
    };
    let mut group = criterion.benchmark_group("50 MB of conversations");
    group
        .throughput(Throughput::Bytes(bytes as u64))
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(3));
    group.bench_function("skip (sonic-rs IgnoredAny)", |bencher| bencher.iter(|| skip_all(&documents)));
    group.bench_function("walk (serde_json Value)", |bencher| bencher.iter(|| walk_all(&documents)));
    group.bench_function("shred (curated rules)", |bencher| bencher.iter(|| shred_all(&documents, &curated)));
    group.bench_function("shred (automatic rules)", |bencher| {
        bencher.iter(|| shred_all(&documents, &automatic))
    });
    group.finish();
    compare(&documents, &[("curated", &curated), ("automatic", &automatic)]);
}

/// Prints how shredding compares with the yardsticks, the best run of each, and fails where it falls short.
#[expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]
fn compare(documents: &[Vec<u8>], rules: &[(&str, &ResourceRules)]) {
    let bytes: usize = documents.iter().map(Vec::len).sum();
    let speed = |seconds: f64| bytes as f64 / seconds / 1e6;
    println!("{} documents of {} bytes on average", documents.len(), bytes / documents.len());
    for (name, rules) in rules {
        let [skipping, walking, shredding] =
            best_seconds([&|| skip_all(documents), &|| walk_all(documents), &|| shred_all(documents, rules)]);
        println!("skip {:.0} MB/s, walk {:.0} MB/s", speed(skipping), speed(walking));
        let (share, times) = (skipping / shredding, walking / shredding);
        println!(
            "shred with {name} rules {:.0} MB/s: {:.0} % of skipping (at least {:.0}), {times:.1} times walking (at \
             least {TIMES_WALKING})",
            speed(shredding),
            share * 100.0,
            SHARE_OF_SKIPPING * 100.0,
        );
        let [one, two] = best_seconds([&|| shred_all(documents, rules), &|| shred_on_two(documents, rules)]);
        println!(
            "shred with {name} rules on two cores: {:.1} times one (at least {TIMES_ON_TWO})",
            one / two
        );
        assert!(*name != "curated" || one / two >= TIMES_ON_TWO, "two cores bring less than promised");
        assert!(
            *name != "curated" || (share >= SHARE_OF_SKIPPING && times >= TIMES_WALKING),
            "shredding is slower than promised"
        );
    }
}

criterion_group!(benches, shredding);
criterion_main!(benches);
