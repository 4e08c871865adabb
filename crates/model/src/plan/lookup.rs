//! Finding the rule of a path: the exact one over patterns, the more specific pattern over the less specific one.

use crate::logical::LogicalType;
use crate::rules::path::{Path, Segment};
use crate::rules::{PathRule, Protect, ResourceRules, Strategy};
use indexmap::IndexMap;
use std::sync::Arc;

/// A rule's path and the rule.
#[derive(Debug)]
struct Entry {
    path: Path,
    rule: Arc<PathRule>,
}

/// The rules of a resource, by path.
#[derive(Debug)]
pub(crate) struct RuleLookup {
    /// Paths without a wildcard in the file's order, by how the plan writes them.
    exact: IndexMap<String, Entry>,
    /// Patterns, the less specific first: of two, the one with fewer names, then the one whose names begin later.
    patterns: Vec<Entry>,
    /// The steps to values that are protected, and so text, and how.
    protected: Vec<(Vec<Segment>, Protect)>,
    /// The rule of a path that nobody described.
    nothing: Arc<PathRule>,
}

impl RuleLookup {
    /// The lookup over a resource's rules, whose paths were checked when they were read; one that is malformed all the
    /// same matches nothing.
    pub(crate) fn new(rules: &ResourceRules) -> RuleLookup {
        let mut lookup = RuleLookup {
            exact: IndexMap::new(),
            patterns: Vec::new(),
            protected: Vec::new(),
            nothing: Arc::default(),
        };
        for (text, rule) in &rules.paths {
            let Ok(path) = Path::parse(text) else { continue };
            if let Some(protect) = rule.protect {
                lookup.protected.push((without_elements(&path), protect));
            }
            let written = path.to_string();
            let entry = Entry { path, rule: Arc::new(settled(rule.clone())) };
            if entry.path.segments.contains(&Segment::Any) {
                lookup.patterns.push(entry);
            } else {
                lookup.exact.insert(written, entry);
            }
        }
        lookup.patterns.sort_by_cached_key(|entry| {
            let exact: Vec<bool> = entry.path.segments.iter().map(|step| *step != Segment::Any).collect();
            (exact.iter().filter(|is_exact| **is_exact).count(), exact)
        });
        lookup
    }

    /// The rule in force at `path`: all that match, the more specific over the less. A rule for the very path does not
    /// take its strategy from a pattern: `"company.id" = { type = "text" }` stays a column beside `"company.*" = "omit"`.
    pub(crate) fn rule(&self, path: &str) -> Arc<PathRule> {
        let rule = self.written_rule(path);
        let is_typed =
            rule.logical.is_some_and(|logical| !matches!(logical, LogicalType::Json | LogicalType::Text));
        if is_typed && self.protection(path).is_some() {
            return Arc::new(PathRule { logical: Some(LogicalType::Text), ..PathRule::clone(&rule) });
        }
        rule
    }

    /// The rule in force where a rule of this very path, a pattern perhaps, is written; `None` for a pattern that none is.
    pub(crate) fn given(&self, path: &str) -> Option<Arc<PathRule>> {
        let parsed = Path::parse(path).ok()?;
        if !parsed.segments.contains(&Segment::Any) {
            return Some(self.rule(&parsed.to_string()));
        }
        self.patterns.iter().find(|entry| entry.path == parsed).map(|entry| entry.rule.clone())
    }

    /// How the value at `path`, or the outermost thing it stands in that is, is protected.
    pub(crate) fn protection(&self, path: &str) -> Option<Protect> {
        let path = Path::parse(path).ok().filter(|_| !self.protected.is_empty())?;
        let steps = without_elements(&path);
        let covering = self.protected.iter().filter(|(protected, _)| {
            protected.len() <= steps.len()
                && protected.iter().zip(&steps).all(|(known, step)| known == step || *known == Segment::Any)
        });
        let any = |steps: &[Segment]| steps.iter().filter(|step| **step == Segment::Any).count();
        covering.min_by_key(|(steps, _)| (steps.len(), any(steps))).map(|(_, protect)| *protect)
    }

    /// The rule in force at `path`, as it is written.
    fn written_rule(&self, path: &str) -> Arc<PathRule> {
        let exact = self.exact.get(path).map(|entry| &entry.rule);
        let asked = if self.patterns.is_empty() { None } else { Path::parse(path).ok() };
        let mut patterns = self
            .patterns
            .iter()
            .filter(|entry| asked.as_ref().is_some_and(|asked| matches(&entry.path, asked)))
            .peekable();
        if patterns.peek().is_none() {
            return exact.unwrap_or(&self.nothing).clone();
        }
        let mut merged = PathRule::default();
        for entry in patterns {
            merged.overlay(PathRule::clone(&entry.rule));
        }
        if let Some(rule) = exact {
            if rule.strategy.is_none() {
                merged.drop_strategy();
            }
            merged.overlay(PathRule::clone(rule));
        }
        Arc::new(settled(merged))
    }

    /// The place of a path among those that have a rule of their own, in the file's order.
    pub(crate) fn place(&self, path: &str) -> Option<usize> {
        self.exact.get_index_of(path)
    }

    /// Every path without a wildcard that lies below `prefix` (or anywhere, for the root).
    pub(crate) fn exact_below(&self, prefix: &str) -> Vec<Path> {
        let Some(prefix) = (if prefix.is_empty() { Some(Vec::new()) } else { segments(prefix) }) else {
            return Vec::new();
        };
        self.exact
            .values()
            .map(|entry| &entry.path)
            .filter(|path| path.segments.len() > prefix.len() && path.segments.starts_with(&prefix))
            .cloned()
            .collect()
    }
}

/// A rule that says what it means: a column of JSON is kept as JSON.
fn settled(mut rule: PathRule) -> PathRule {
    if rule.strategy.is_none() && rule.logical == Some(LogicalType::Json) {
        rule.strategy = Some(Strategy::Json);
    }
    rule
}

/// The steps of a path without those to elements.
fn without_elements(path: &Path) -> Vec<Segment> {
    path.segments.iter().filter(|step| **step != Segment::Element).cloned().collect()
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
            Segment::Member(_) | Segment::Element | Segment::Kind(_) => pattern == step,
        })
}
