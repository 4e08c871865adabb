//! From counts to choices: for each path what happens to it, and why.

use super::node::Node;
use super::{Distinct, ROOT};
use crate::naming::{singular, snake_case};
use crate::plan::RuleLookup;
use crate::rules::path::{element_of, member_of};
use crate::rules::{PathRule, ResourceRules, Strategy};
use std::collections::HashMap;

/// An object with more names than this may be a map whose names are data.
const WIDE: usize = 50;
/// Objects that share fewer of their names than this, in percent, are hardly of one kind.
const SHARED_LITTLE_PERCENT: u64 = 20;
/// A list of at most so many texts is simple enough for one column.
const DELIMITED_ELEMENTS_MAX: u64 = 20;
/// Texts of at most so many bytes are simple enough to be joined.
const DELIMITED_BYTES_MAX: usize = 60;
/// Endings of names of moments.
const MOMENT_ENDINGS: [&str; 6] = ["at", "on", "date", "time", "timestamp", "since"];

/// What is advised for one path.
#[derive(Debug)]
pub(super) struct Advice {
    /// The path, as in rules; empty for the documents themselves.
    pub(super) path: String,
    /// The rule's right side; `None` where the automatic choice is as good.
    pub(super) rule: Option<String>,
    /// What was measured, and why this follows.
    pub(super) reasons: Vec<String>,
}

/// Advice for every path, documents first and parents before members.
pub(super) fn advise(nodes: &[Node], resource: &str, rules: Option<&ResourceRules>) -> Vec<Advice> {
    let ruled = rules.map(RuleLookup::new);
    let mut adviser = Adviser { nodes, advice: Vec::new(), inherited: None, ruled };
    adviser.document(resource);
    without_shared(adviser.advice)
}

/// Takes back the rules for paths that stand for two things: members of an object, and of the elements of a list that
/// stands in its place in other documents. What suits the one need not suit the other.
fn without_shared(mut advice: Vec<Advice>) -> Vec<Advice> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    advice.iter().for_each(|advice| *counts.entry(advice.path.clone()).or_default() += 1);
    for advice in advice.iter_mut().filter(|advice| counts[&advice.path] > 1) {
        advice.rule = None;
    }
    advice
}

/// Walks the paths.
struct Adviser<'a> {
    nodes: &'a [Node],
    advice: Vec<Advice>,
    /// The column by which rows split from a document name it.
    inherited: Option<String>,
    /// The rules there are already; with them, what identifies a document is settled.
    ruled: Option<RuleLookup>,
}

impl Adviser<'_> {
    /// Advises on the documents themselves and everything in them.
    fn document(&mut self, resource: &str) {
        let root = &self.nodes[ROOT];
        let mut reasons = vec![shapes(root)];
        if self.ruled.is_some() {
            self.advice.push(Advice { path: String::new(), rule: None, reasons });
            self.members(ROOT, "", true);
            return;
        }
        let key = root.members.iter().find(|(name, node)| {
            let node = &self.nodes[**node];
            is_identity_name(name) && is_in_each(node, root.objects) && !node.values.repeated
        });
        let rule = key.map(|(name, _)| {
            reasons.push(format!("`{name}` is in each, and no value of it comes twice"));
            if snake_case(name) == "id" {
                self.inherited = Some(format!("{}_id", singular(&snake_case(resource))));
            }
            format!("key = [{}]", super::text::quoted(&member_of("", name)))
        });
        if rule.is_none() {
            reasons.push("nothing identifies a document, so its content does".to_owned());
        }
        self.advice.push(Advice { path: String::new(), rule, reasons });
        self.members(ROOT, "", true);
    }

    /// Advises on the members of an object whose members' paths begin with `base`.
    fn members(&mut self, node: usize, base: &str, is_top: bool) {
        let nodes = self.nodes;
        for (name, &member) in &nodes[node].members {
            let path = member_of(base, name);
            self.value(member, name, &path, &path, nodes[node].objects, is_top);
        }
    }

    /// Advises on the value called `name` at `path`, whose members' paths begin with `base`, and which can stand in `of`
    /// places.
    fn value(&mut self, node: usize, name: &str, path: &str, base: &str, of: u64, is_top: bool) {
        let found = &self.nodes[node];
        let mut reasons = vec![format!("{} {}", fill(found, of), kinds(found))];
        let place = self.advice.len();
        let known =
            self.ruled.as_ref().map(|ruled| ruled.rule(path)).filter(|rule| **rule != PathRule::default());
        let is_whole = known.as_ref().is_some_and(|rule| {
            matches!(
                rule.strategy,
                Some(Strategy::Json | Strategy::Omit | Strategy::Delimited | Strategy::List)
            )
        });
        let rule = if is_whole {
            None
        } else if found.filled() == 0 {
            reasons.push("never a value, so never a column".to_owned());
            None
        } else if let Some((list, list_name)) = self.envelope(found) {
            reasons.push(format!("a wrapper around the list `{list_name}`"));
            let rule = self.list(list, path, is_top, &mut reasons);
            Some(with_envelope(rule, list_name))
        } else if found.is_array() {
            self.list(node, path, is_top, &mut reasons)
        } else if found.is_object() {
            self.object(node, base, &mut reasons)
        } else if found.is_scalar() {
            scalar(found, name, &mut reasons)
        } else {
            reasons.push("of several kinds: each keeps a place of its own".to_owned());
            if found.objects > 0 {
                self.members(node, base, false);
            }
            if found.arrays > 0 {
                self.elements(node, path);
            }
            None
        };
        let rule = rule.filter(|_| known.is_none());
        if known.is_some() {
            reasons.push("the model has a rule for it".to_owned());
        }
        self.advice.insert(place, Advice { path: path.to_owned(), rule, reasons });
    }

    /// Advises on objects.
    fn object(&mut self, node: usize, base: &str, reasons: &mut Vec<String>) -> Option<String> {
        let found = &self.nodes[node];
        reasons.push(shapes(found));
        let names: Vec<&String> = found.members.keys().collect();
        let look_like_data = !names.is_empty() && names.iter().all(|name| is_data(name));
        let is_map = found.is_wider || (names.len() > WIDE && found.shared_percent() < SHARED_LITTLE_PERCENT);
        if look_like_data || is_map {
            reasons.push(if look_like_data {
                "the names look like data, and each would be a column: a row for each".to_owned()
            } else {
                format!("an object has {} % of the names on average: a row for each", found.shared_percent())
            });
            return Some("\"entries\"".to_owned());
        }
        self.members(node, base, false);
        None
    }

    /// Advises on lists.
    fn list(&mut self, node: usize, path: &str, is_top: bool, reasons: &mut Vec<String>) -> Option<String> {
        let found = &self.nodes[node];
        let element = found.element.map(|element| &self.nodes[element])?;
        let mean = found.elements_total as f64 / found.arrays.max(1) as f64;
        reasons.push(format!("{mean:.1} elements on average, {} at most", found.elements_most));
        if element.filled() == 0 {
            reasons.push("never an element".to_owned());
            return None;
        }
        if element.texts == element.count
            && found.elements_most <= DELIMITED_ELEMENTS_MAX
            && element.text_bytes_most <= DELIMITED_BYTES_MAX
        {
            reasons.push(format!("short texts, {} bytes the longest: one column", element.text_bytes_most));
            return Some("\"delimited\"".to_owned());
        }
        let mut rule = None;
        if element.is_object() && element.nulls == 0 {
            reasons.push(shapes(element));
            let kind = self.kind_member(element, reasons);
            if kind.is_none()
                && element.shared_percent() < SHARED_LITTLE_PERCENT
                && element.members.len() > WIDE
            {
                reasons.push("the shapes are too far apart for one table".to_owned());
                return Some("\"json\"".to_owned());
            }
            let properties = [
                kind.map(|name| format!("split_by = {}", super::text::quoted(name))),
                self.list_key(element, is_top, reasons),
            ];
            let properties: Vec<String> = properties.into_iter().flatten().collect();
            if !properties.is_empty() {
                rule = Some(format!("{{ as = \"table\", {} }}", properties.join(", ")));
            }
            if kind.is_some() {
                reasons.push("a table for each kind".to_owned());
                self.elements(node, path);
                return rule;
            }
        }
        reasons.push("a table of its own, a row for each element".to_owned());
        self.elements(node, path);
        Some(rule.unwrap_or_else(|| "\"table\"".to_owned()))
    }

    /// The member that tells the kinds of a list's elements, where these have little in common.
    fn kind_member<'n>(&self, element: &'n Node, reasons: &mut Vec<String>) -> Option<&'n str> {
        let fit = element.kinds.clean(element.objects, element.shared_percent())?;
        let (name, _) = element.members.iter().find(|(_, member)| **member == fit.member)?;
        reasons.push(format!(
            "`{name}` tells {} kinds, and an element has {} % of the names of its kind",
            fit.kinds, fit.of_kind_percent
        ));
        Some(name)
    }

    /// The key of a list of objects, as a property, where one member tells the elements of each list apart.
    fn list_key(&self, element: &Node, is_top: bool, reasons: &mut Vec<String>) -> Option<String> {
        let (name, _) = element.members.iter().find(|(name, member)| {
            let member = &self.nodes[**member];
            let tells_apart = member.lists_repeating == 0 && member.lists_distinct > 0;
            let same = element.members.keys().filter(|other| snake_case(other) == snake_case(name));
            same.count() == 1 && is_identity_name(name) && is_in_each(member, element.objects) && tells_apart
        })?;
        reasons.push(format!("`{name}` is in each element and never twice in a list"));
        let column = snake_case(name);
        let inherited = self.inherited.as_ref().filter(|inherited| is_top && **inherited != column)?;
        Some(format!("key = [\"{inherited}\", \"{column}\"]"))
    }

    /// Advises on what stands in the elements of a list.
    fn elements(&mut self, node: usize, path: &str) {
        let Some(element) = self.nodes[node].element else { return };
        let found = &self.nodes[element];
        if found.objects > 0 {
            self.members(element, path, false);
        }
        if found.arrays > 0 {
            let inner = element_of(path);
            self.elements(element, &inner);
        }
    }

    /// The list inside an object that merely wraps it: one list, and beside it a type called `list` or the like.
    fn envelope(&self, object: &Node) -> Option<(usize, String)> {
        let is_wrapper = object.is_object()
            && object.members.get("type").is_some_and(|kind| {
                let kind = &self.nodes[*kind];
                kind.lists_named > 0 && kind.lists_named == kind.count
            });
        let mut lists = object.members.iter().filter(|(_, member)| self.nodes[**member].is_array());
        let (name, list) = lists.next().filter(|_| is_wrapper)?;
        lists.next().is_none().then(|| (*list, name.clone()))
    }
}

/// A list's rule with the name of the wrapper's list in it.
fn with_envelope(rule: Option<String>, list: String) -> String {
    let envelope = format!("envelope = {}", super::text::quoted(&list));
    match rule {
        None => format!("{{ {envelope} }}"),
        Some(rule) => match rule.strip_prefix('{') {
            Some(rest) => format!("{{ {envelope},{rest}"),
            None => format!("{{ as = {rule}, {envelope} }}"),
        },
    }
}

/// Advises on a column for scalars.
fn scalar(found: &Node, name: &str, reasons: &mut Vec<String>) -> Option<String> {
    let all = found.filled();
    let typed = |logical: &str| Some(format!("{{ type = \"{logical}\" }}"));
    if found.instants == all {
        reasons.push("each is a moment with a zone".to_owned());
        return typed("timestamp");
    }
    if found.days == all {
        reasons.push("each is a calendar day".to_owned());
        return typed("date");
    }
    if found.texts < all && found.booleans == 0 && is_identity_name(name) {
        reasons.push("an id names and does not count: text".to_owned());
        return typed("text");
    }
    for (moments, unit) in [(found.epoch_seconds, "seconds"), (found.epoch_milliseconds, "milliseconds")] {
        if moments == all && is_moment_name(name) {
            reasons.push(format!("each is a moment of the years 2000 to 2049 in epoch {unit}"));
            return typed("timestamp");
        }
        if moments == all {
            reasons.push(format!(
                "could be epoch {unit}; if so, add {{ type = \"timestamp\" }}: the name does not say"
            ));
        }
    }
    if found.texts > 0 && found.texts < all {
        reasons.push("of several kinds: what the column's type cannot hold goes beside it".to_owned());
    }
    None
}

/// Whether a scalar stands in each of `of` places.
fn is_in_each(node: &Node, of: u64) -> bool {
    of > 0 && node.is_scalar() && node.nulls == 0 && node.count == of && node.booleans == 0
}

/// Whether a name is one that identities have.
fn is_identity_name(name: &str) -> bool {
    let name = snake_case(name);
    ["id", "uuid", "guid", "key", "sku"]
        .iter()
        .any(|word| name == *word || name.strip_suffix(word).is_some_and(|stem| stem.ends_with('_')))
}

/// Whether a name is one that moments have.
fn is_moment_name(name: &str) -> bool {
    let name = snake_case(name);
    name.rsplit('_').next().is_some_and(|word| MOMENT_ENDINGS.contains(&word))
}

/// Whether a member's name looks like a value: a number, a day, an address, a long hexadecimal id.
fn is_data(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits > 0 && name.bytes().all(|byte| byte.is_ascii_digit() || b".-:/+".contains(&byte));
    let is_hexadecimal =
        name.len() >= 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || is_hexadecimal || name.contains('@')
}

/// How often something stands here.
fn fill(node: &Node, of: u64) -> String {
    let percent = if of == 0 { 0.0 } else { node.filled() as f64 * 100.0 / of as f64 };
    format!("filled {percent:.0} % ({} of {of}):", node.filled())
}

/// What stands here, most frequent kind first.
fn kinds(node: &Node) -> String {
    let mut kinds = [
        (node.booleans, "boolean"),
        (node.integers, "integer"),
        (node.fractions, "decimal"),
        (node.texts, "text"),
        (node.objects, "object"),
        (node.arrays, "list"),
        (node.nulls, "null"),
    ];
    kinds.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let total = kinds.iter().filter(|(count, _)| *count > 0).count();
    let told = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| if total == 1 { (*kind).to_owned() } else { format!("{kind} {count}") });
    told.collect::<Vec<_>>().join(", ")
}

/// How many things were told apart.
fn told_apart(distinct: &Distinct) -> String {
    let more = if distinct.is_more { "more than " } else { "" };
    format!("{more}{}", distinct.count())
}

/// How wide objects are and how far apart their shapes.
fn shapes(node: &Node) -> String {
    let more = if node.is_wider { "more than " } else { "" };
    let names = match node.members.len() {
        1 => "1 name".to_owned(),
        width => format!("{more}{width} names"),
    };
    match told_apart(&node.shapes).as_str() {
        "1" => format!("{names}, one shape"),
        shapes => format!("{names}, {shapes} shapes, an object has {} % of the names", node.shared_percent()),
    }
}
