//! Generated rule sets that lose nothing: any strategy at any of the paths that generated documents have.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use relatable_model::plan::Memory;
use relatable_model::rules::{ResourceRules, Rules, RulesError};
use relatable_model::shred::Shredder;

/// Members that generated documents have at any level.
const MEMBERS: [&str; 12] =
    ["a", "b", "c", "type", "value", "custom", "lists", "labels", "wrapped", "when", "count", "tags"];

/// A rule for the path on the left, as a line of TOML; `place` makes the names it gives distinct.
fn rule(path: String, place: usize) -> impl Strategy<Value = String> {
    let table = format!("{{ as = \"table\", table = \"table_{place}\" }}");
    let rules = vec![
        "\"table\"".to_owned(),
        table,
        "\"entries\"".to_owned(),
        format!("{{ as = \"entries\", table = \"map_{place}\" }}"),
        "{ as = \"table\", split_by = \"type\" }".to_owned(),
        format!("{{ as = \"table\", position = \"place_{place}\" }}"),
        "{ as = \"table\", split_by = \"when\", envelope = [\"data\"] }".to_owned(),
        "\"json\"".to_owned(),
        "\"flatten\"".to_owned(),
        "\"omit\"".to_owned(),
        format!("{{ as = \"flatten\", prefix = \"p{place}_\" }}"),
        "\"delimited\"".to_owned(),
        "\"list\"".to_owned(),
        format!("{{ as = \"list\", column = \"list_{place}\" }}"),
        "{ as = \"delimited\", delimiter = \"::\" }".to_owned(),
        format!("{{ column = \"column_{place}\" }}"),
        "{ envelope = [\"data\", \"items\"] }".to_owned(),
        "{ as = \"table\", envelope = \"data\" }".to_owned(),
        "{ type = \"integer\", null_if = [\"0\", \"nix\"] }".to_owned(),
        "{ type = \"text\" }".to_owned(),
        "{ type = \"timestamp\" }".to_owned(),
        "{ type = \"decimal\" }".to_owned(),
        "{ type = \"float\", null_if = [\"1\"] }".to_owned(),
        "{ synonyms = { nix = \"nothing\", \"\" = \"empty\", \"true\" = \"1\" } }".to_owned(),
        "{ as = \"flatten\", scalar = \"b\" }".to_owned(),
        "{ as = \"flatten\", scalar = \"value\" }".to_owned(),
        "{ as = \"table\", names = \"type\" }".to_owned(),
        format!("{{ as = \"table\", table = \"named_{place}\", names = \"label\", position = \"rank\" }}"),
        format!("{{ same_as = \"{}\" }}", sibling(&path, "c")),
        format!("{{ same_as = \"{}\" }}", sibling(&path, "custom.a")),
        "{ type = \"boolean\" }".to_owned(),
        "{ type = \"date\" }".to_owned(),
        "{ type = \"json\" }".to_owned(),
    ];
    select(rules).prop_map(move |rule| format!("\"{path}\" = {rule}"))
}

/// The path of another member of the object that a path stands in.
fn sibling(path: &str, member: &str) -> String {
    path.rsplit_once('.').map_or_else(|| member.to_owned(), |(home, _)| format!("{home}.{member}"))
}

/// A path of one to three steps.
fn path() -> impl Strategy<Value = String> {
    let step = prop_oneof![6 => select(&MEMBERS[..]), 1 => Just("*"), 1 => Just("[]")];
    (select(&MEMBERS[..]), vec(step, 0..3))
        .prop_map(|(first, rest)| std::iter::once(first).chain(rest).collect::<Vec<_>>().join("."))
}

/// The rules of `things` as the text says; `None` if they contradict themselves.
fn understood(text: &str) -> Option<ResourceRules> {
    let mut lower = Rules::default();
    lower.resources.insert("things".to_owned(), ResourceRules::default());
    let upper = match Rules::parse(text, "generated") {
        Err(RulesError::Contradiction { .. }) => return None,
        parsed => parsed.expect(text),
    };
    let rules = lower.overlay(upper, "generated").ok()?.resources.remove("things")?;
    Shredder::new("things", &rules, Memory::default(), None).ok()?.finish().ok()?;
    Some(rules)
}

/// Rule sets with their text. Sets that contradict themselves are refused when they are read, so they are none.
pub(crate) fn rule_sets() -> impl Strategy<Value = (String, ResourceRules)> {
    const HEADS: [&str; 3] = ["key = [\"id\"]", "unwrap_envelopes = true", "singular = \"one\""];
    let lines = vec(path(), 0..6).prop_flat_map(|mut paths| {
        paths.sort_unstable();
        paths.dedup();
        paths.into_iter().enumerate().map(|(place, path)| rule(path, place)).collect::<Vec<_>>()
    });
    (subsequence(&HEADS[..], 0..=HEADS.len()), lines).prop_filter_map(
        "contradicts itself",
        |(heads, lines)| {
            let text = format!("[things]\n{}\n[things.paths]\n{}", heads.join("\n"), lines.join("\n"));
            understood(&text).map(|rules| (text, rules))
        },
    )
}
