//! Generated documents: every shape JSON has, names that collide, values that fit no column.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use std::collections::HashSet;
use std::fmt;

/// JSON as it is written: numbers and strings by their source.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A number, a word, or a string with its quotes.
    Scalar(String),
    /// A list.
    Array(Vec<Source>),
    /// An object.
    Object(Vec<(String, Source)>),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Scalar(text) => formatter.write_str(text),
            Source::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(Source::to_string).collect();
                write!(formatter, "[{}]", elements.join(", "))
            }
            Source::Object(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
                write!(formatter, "{{{}}}", members.join(" ,"))
            }
        }
    }
}

/// A string as JSON source.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// The seed of a test, which is printed; `RELATABLE_SEED` sets it.
pub(crate) fn seed(name: &str) -> u64 {
    let seed = std::env::var("RELATABLE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261);
    println!("{name}: seed {seed}");
    seed
}

/// Runs a property over `cases` generated values, printing the seed, which `RELATABLE_SEED` sets.
pub(crate) fn check<S: Strategy>(
    name: &str,
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> TestCaseResult,
) {
    let seed = seed(name);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        max_global_rejects: 1 << 20,
        max_local_rejects: 1 << 20,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, rng);
    if let Err(error) = runner.run(strategy, property) {
        panic!("{name}, seed {seed}: {error}");
    }
}

/// Names that collide, mean something in paths, or hardly are names.
const NAMES: [&str; 26] = [
    "a",
    "b",
    "c",
    "A",
    "a_b",
    "a.b",
    "a b",
    "*",
    "[]",
    "\\",
    "",
    "e",
    "\\e",
    "type",
    "data",
    "value",
    "position",
    "id",
    "thing_id",
    "_synced_at",
    "naïve 🎉",
    "🎉",
    "Größe",
    "a__text",
    "a__json",
    "a_c",
];

/// Names that the rule sets speak of.
const RULED: [&str; 14] = [
    "avatar",
    "free",
    "labels",
    "wrapped",
    "when",
    "number_text",
    "flag",
    "amount",
    "count",
    "day",
    "size",
    "custom",
    "lists",
    "nothing",
];

/// A member's name.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&NAMES[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

/// Scalars, the odd ones among them.
fn scalar() -> impl Strategy<Value = Source> {
    let odd = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "0.0",
        "1",
        "-1",
        "1.0",
        "1.5",
        "1e2",
        "-1.25E-3",
        "0.1",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "123456789012345678901234567890",
        "0.123456789",
        "0.1234567890123456789",
        "1e400",
        "-1e-400",
        "1E+2",
        "5e-324",
        "1700000000",
        "1700000000000",
        "253402300799",
        "253402300800",
        "910000000000",
        "\"\"",
        "\"0\"",
        "\"1\"",
        "\"007\"",
        "\"true\"",
        "\"null\"",
        "\"1.50\"",
        "\"2023-11-14T22:13:20Z\"",
        "\"2023-11-14T23:13:20.000001+01:00\"",
        "\"2023-11-14T23:59:60Z\"",
        "\"2023-11-14\"",
        "\"1700000000\"",
        "\"a,b\"",
        "\"a\\\\,b\"",
        "\"\\ud800\"",
        "\"x\\uDC00\\u0041\"",
        "\"\\ud83c\\udf89 \\u0000\\n\\\"\"",
        "\"[]\"",
        "\"{}\"",
        "\" 1700000000 \"",
        "\"nix\"",
    ];
    prop_oneof![
        6 => select(odd.to_vec()).prop_map(|text| Source::Scalar(text.to_owned())),
        2 => any::<String>().prop_map(|text| Source::Scalar(quoted(&text))),
        2 => any::<i64>().prop_map(|number| Source::Scalar(number.to_string())),
        1 => any::<f64>().prop_filter("JSON has no infinities", |number| number.is_finite())
            .prop_map(|number| Source::Scalar(format!("{number:?}"))),
    ]
}

/// Members with distinct names.
fn members(members: Vec<(String, Source)>) -> Source {
    let mut seen = HashSet::new();
    Source::Object(members.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect())
}

/// What looks like a list wrapper, or nearly.
fn envelope(inner: impl Strategy<Value = Source> + Clone + 'static) -> impl Strategy<Value = Source> {
    let list = prop_oneof![
        5 => vec(inner.clone(), 0..3).prop_map(Source::Array),
        1 => Just(Source::Scalar("null".to_owned())),
        1 => inner,
    ];
    let extras = vec(
        prop_oneof![
            Just(("has_more", "false")),
            Just(("total_count", "1")),
            Just(("url", "\"/x\"")),
            Just(("pages", "{\"type\":\"pages\"}")),
            Just(("odd", "1")),
        ],
        0..3,
    );
    let kind = select(vec!["\"list\"", "\"tag.list\"", "\"other\"", "7"]);
    (kind, select(vec!["data", "items", "tags"]), list, extras).prop_map(|(kind, name, list, extras)| {
        let mut all = vec![("type".to_owned(), Source::Scalar(kind.to_owned())), (name.to_owned(), list)];
        let extra = |(name, value): (&str, &str)| (name.to_owned(), Source::Scalar(value.to_owned()));
        all.extend(extras.into_iter().map(extra));
        members(all)
    })
}

/// Any JSON value.
pub(crate) fn value() -> impl Strategy<Value = Source> + Clone {
    scalar().boxed().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => vec((name(), inner.clone()), 0..4).prop_map(members),
            3 => vec(inner.clone(), 0..4).prop_map(Source::Array),
            1 => envelope(inner),
        ]
    })
}

/// A list of objects whose ids are distinct, as keyed tables need it; or something that is no list at all.
fn keyed_list() -> impl Strategy<Value = Source> {
    let element = vec((name(), value()), 0..3);
    let listed = vec((element, any::<bool>()), 0..4).prop_map(|elements| {
        let with_id = |(place, (mut all, is_text)): (usize, (Vec<(String, Source)>, bool))| {
            let id = if is_text { format!("\"{place}\"") } else { place.to_string() };
            all.insert(0, ("id".to_owned(), Source::Scalar(id)));
            members(all)
        };
        Source::Array(elements.into_iter().enumerate().map(with_id).collect())
    });
    prop_oneof![5 => listed, 1 => scalar(), 1 => vec((name(), scalar()), 0..3).prop_map(members)]
}

/// A document: an id, members the rule sets speak of, and others.
fn document() -> impl Strategy<Value = Vec<(String, Source)>> {
    let ruled = (select(&RULED[..]).prop_map(str::to_owned), value());
    let labels = vec(select(vec!["\"x\"", "\"a,b\"", "\"\\\\\"", "\"\"", "\",\"", "\"::\"", "\":\""]), 0..4)
        .prop_map(|texts| {
            Source::Array(texts.into_iter().map(|text| Source::Scalar(text.to_owned())).collect())
        });
    let wrapped = envelope(value().boxed());
    let special = prop_oneof![
        6 => ruled,
        2 => (Just("tags".to_owned()), keyed_list()),
        2 => (Just("parts".to_owned()), keyed_list()),
        1 => (Just("labels".to_owned()), labels),
        1 => (Just("wrapped".to_owned()), wrapped),
        2 => (prop_oneof![Just("when".to_owned()), Just("count".to_owned())], scalar()),
    ];
    let other = (name().prop_filter("the id is given", |name| name != "id"), value());
    vec(prop_oneof![3 => special, 2 => other], 0..7)
}

/// Documents with distinct ids, as JSON text.
pub(crate) fn documents(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<String>> {
    vec(document(), count).prop_map(|documents| {
        let with_id = |(place, mut all): (usize, Vec<(String, Source)>)| {
            let at = place % (all.len() + 1);
            all.insert(at, ("id".to_owned(), Source::Scalar(format!("\"r{place}\""))));
            members(all).to_string()
        };
        documents.into_iter().enumerate().map(with_id).collect()
    })
}

/// Rule sets that lose nothing, by name.
pub(crate) const LOSSLESS: [(&str, &str); 12] = [
    ("automatic", ""),
    ("automatic with a key", "key = [\"id\"]"),
    ("envelopes found", "key = [\"id\"]\nunwrap_envelopes = true\n[things.paths]\nid = { type = \"text\" }"),
    (
        "keyed tables",
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\n\
         tags = { as = \"table\", table = \"thing_tags\", key = [\"thing_id\", \"tag_id\"] }\n\
         \"tags.id\" = { column = \"tag_id\", type = \"text\" }\n\"tags.a\" = { type = \"timestamp\" }\n\
         parts = { as = \"table\", key = [\"thing_id\", \"id\"] }\n\"parts.id\" = { type = \"text\" }\n\
         \"parts.a\" = { as = \"table\", table = \"part_as\" }",
    ),
    (
        "older shapes",
        "key = [\"id\"]\nunwrap_envelopes = true\n[things.paths]\navatar = { as = \"flatten\", scalar = \"a\" }\n\
         custom = { as = \"table\", names = \"b\" }\n\"custom.avatar\" = { as = \"flatten\", scalar = \"c\" }\n\
         \"custom.c\" = { same_as = \"custom.avatar.a\" }\nfree = { same_as = \"avatar.b\" }\n\
         nothing = { same_as = \"a\" }\nwhen = { synonyms = { nix = \"nothing\", \"0\" = \"zero\" } }\n\
         \"parts.[]\" = { as = \"flatten\", scalar = \"a\" }\n\"parts.b\" = { same_as = \"parts.a\" }",
    ),
    (
        "one-to-one tables",
        "key = [\"id\"]\n[things.paths]\navatar = \"table\"\n\"avatar.a\" = \"table\"\n\"avatar.b\" = { type = \"integer\" }\n\
         custom = { as = \"table\", table = \"customs\" }\na = \"table\"",
    ),
    (
        "json",
        "unwrap_envelopes = true\n[things.paths]\nfree = \"json\"\n\"a.*\" = \"json\"\nlists = { type = \"json\" }\n\
         \"tags.a\" = \"json\"\n\"parts.[]\" = \"json\"",
    ),
    (
        "delimited lists",
        "key = [\"id\"]\n[things.paths]\nlabels = \"delimited\"\nlists = { as = \"delimited\", delimiter = \"::\" }\n\
         a = \"delimited\"\n\"parts.a\" = \"delimited\"\n\"lists.[]\" = \"delimited\"\n\"custom.[]\" = \"delimited\"",
    ),
    (
        "lists in one column",
        "key = [\"id\"]\n[things.paths]\nlabels = \"list\"\ntags = { as = \"list\", column = \"marks\" }\nlists = \"list\"\n\
         a = \"list\"\n\"parts.a\" = \"list\"\n\"lists.[]\" = \"list\"\n\"custom.[]\" = \"list\"",
    ),
    (
        "envelopes declared",
        "key = [\"id\"]\nunwrap_envelopes = true\n[things.paths]\nwrapped = { envelope = [\"data\", \"items\"] }\n\
         \"wrapped.a\" = { envelope = \"data\" }\ntags = { as = \"table\", envelope = \"data\" }\n\
         labels = { as = \"delimited\", envelope = [\"data\", \"tags\"] }\n\"lists.[]\" = { envelope = \"data\" }",
    ),
    (
        "types",
        "key = [\"id\"]\n[things.paths]\nid = { type = \"text\" }\nwhen = { type = \"timestamp\" }\n\
         number_text = { type = \"text\" }\nflag = { type = \"boolean\" }\namount = { type = \"decimal\" }\n\
         count = { type = \"integer\", null_if = [\"0\", \"nix\"] }\nday = { type = \"date\" }\nsize = { type = \"float\" }\n\
         \"a.*\" = { type = \"text\" }\n\"lists.[]\" = { type = \"timestamp\", null_if = [\"1\"] }\n\"custom.*\" = { type = \"integer\" }",
    ),
    (
        "prefixes and names",
        "key = [\"id\"]\nsingular = \"one\"\n[things.paths]\ncustom = { as = \"flatten\", prefix = \"\" }\n\
         a = { as = \"flatten\", prefix = \"c_\" }\nfree = { column = \"a_b\" }\nwhen = { column = \"one_id\" }\n\
         parts = { as = \"table\", table = \"thing_a\" }\n\"parts.a\" = { column = \"one_id\" }\nnothing = \"omit\"",
    ),
];
