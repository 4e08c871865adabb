//! Finding the rule of a path: the exact one over patterns, the more specific pattern over the less specific one.

use crate::logical::LogicalType;
use crate::rules::path::{Path, Segment};
use crate::rules::{PathRule, ResourceRules, Strategy};

/// A rule's path and the rule.
#[derive(Debug)]
struct Entry {
    path: Path,
    rule: PathRule,
}

/// The rules of a resource, by path.
#[derive(Debug)]
pub(crate) struct RuleLookup {
    /// Patterns, least specific first, then exact paths in the file's order.
    entries: Vec<Entry>,
}

impl RuleLookup {
    /// The lookup over a resource's rules, whose paths were checked when they were read; one that is malformed all the
    /// same matches nothing.
    pub(crate) fn new(rules: &ResourceRules) -> RuleLookup {
        let mut entries: Vec<Entry> = rules
            .paths
            .iter()
            .filter_map(|(text, rule)| {
                let path = Path::parse(text).ok()?;
                Some(Entry { path, rule: rule.clone() })
            })
            .collect();
        entries.sort_by_key(|entry| {
            let exact = |segment: &&Segment| !matches!(segment, Segment::Any);
            let exact_count = entry.path.segments.iter().filter(exact).count();
            (exact_count == entry.path.segments.len(), exact_count)
        });
        RuleLookup { entries }
    }

    /// The rule in force at `path`: all that match, the more specific over the less. A rule for the very path does not
    /// take its strategy from a pattern: `"company.id" = { type = "text" }` stays a column beside `"company.*" = "omit"`.
    pub(crate) fn rule(&self, path: &str) -> PathRule {
        let mut merged = PathRule::default();
        let Ok(asked) = Path::parse(path) else { return merged };
        for entry in &self.entries {
            let is_exact = entry.path == asked;
            if is_exact && entry.rule.strategy.is_none() {
                merged.drop_strategy();
            }
            if is_exact || matches(&entry.path, &asked) {
                merged.overlay(entry.rule.clone());
            }
        }
        if merged.strategy.is_none() && merged.logical == Some(LogicalType::Json) {
            merged.strategy = Some(Strategy::Json);
        }
        merged
    }

    /// Every path without a wildcard that lies below `prefix` (or anywhere, for the root).
    pub(crate) fn exact_below(&self, prefix: &str) -> Vec<Path> {
        let Some(prefix) = (if prefix.is_empty() { Some(Vec::new()) } else { segments(prefix) }) else {
            return Vec::new();
        };
        self.entries
            .iter()
            .map(|entry| &entry.path)
            .filter(|path| path.segments.len() > prefix.len() && path.segments.starts_with(&prefix))
            .filter(|path| !path.segments.contains(&Segment::Any))
            .cloned()
            .collect()
    }
}

/// The segments of a path.
fn segments(path: &str) -> Option<Vec<Segment>> {
    Path::parse(path).ok().map(|path| path.segments)
}

/// Whether a pattern covers a path.
fn matches(pattern: &Path, path: &Path) -> bool {
    pattern.segments.len() == path.segments.len()
        && pattern.segments.iter().zip(&path.segments).all(|(pattern, step)| match pattern {
            Segment::Any => matches!(step, Segment::Member(_)),
            Segment::Member(_) | Segment::Element => pattern == step,
        })
}
