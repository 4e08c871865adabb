//! What documents are like, path by path, and what that suggests as rules.
//!
//! A [`Profile`] takes documents one after the other and keeps counts; its memory is bounded whatever they hold: of what
//! could be endless (member names, values, shapes) only so many are told apart. The same documents in the same order
//! give the same profile. [`Profile::suggestion`] is a rule file made from it, with the reason for each choice.

mod advice;
mod kinds;
mod node;
mod text;

use crate::convert::canonical_number;
use crate::json::{JsonError, Sink, Want, parse};
use crate::rules::ResourceRules;
use kinds::{Element, KIND_BYTES_MAX};
use node::Node;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most paths that are told apart.
const PATHS_MAX: usize = 20_000;
/// The most member names of one object that are told apart.
const WIDTH_MAX: usize = 1_000;
/// The most elements of one list among which repetitions are looked for.
const SIBLINGS_MAX: usize = 10_000;
/// The node of whole documents.
const ROOT: usize = 0;

/// What documents are like.
#[derive(Debug)]
pub struct Profile {
    nodes: Vec<Node>,
}

impl Default for Profile {
    fn default() -> Self {
        Profile { nodes: vec![Node::default()] }
    }
}

impl Profile {
    /// Takes a document.
    ///
    /// # Errors
    /// When it is no JSON; what stands before the error may have been counted.
    pub fn document(&mut self, bytes: &[u8]) -> Result<(), JsonError> {
        parse(bytes, &mut Taker { nodes: &mut self.nodes, open: Vec::new() })
    }

    /// How many documents were taken.
    pub fn document_count(&self) -> u64 {
        self.nodes[ROOT].count
    }

    /// A rule file for the resource `resource`, which is to become the table of this name, ready to be used: a rule
    /// where something else than the automatic choice is advised, and a comment for every path that says why.
    pub fn suggestion(&self, resource: &str) -> String {
        text::file(resource, self.document_count(), &advice::advise(&self.nodes, resource, None))
    }

    /// As [`suggestion`](Self::suggestion), for a resource that has rules already: advises only on what they leave open.
    pub fn suggestion_beside(&self, resource: &str, rules: &ResourceRules) -> String {
        text::file(resource, self.document_count(), &advice::advise(&self.nodes, resource, Some(rules)))
    }
}

/// An object or list that is not closed yet.
enum Open {
    /// An object: its node, its shape so far, how many members it has, the node of the member that comes next, and what may
    /// tell its kind where it is an element of a list.
    Object { node: usize, shape: u64, members: u64, next: Option<usize>, element: Option<Element> },
    /// A list: its node, that of its elements, how many there were, and the scalars that its elements have as members.
    Array { node: usize, element: Option<usize>, count: u64, siblings: BTreeMap<usize, Siblings> },
}

/// The values of one member of a list's elements.
#[derive(Default)]
struct Siblings {
    seen: HashSet<u64>,
    count: u64,
    repeated: bool,
}

/// Counts the events of one document.
struct Taker<'p> {
    nodes: &'p mut Vec<Node>,
    open: Vec<Open>,
}

/// A number that is the same for the same value.
fn fingerprint(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Taker<'_> {
    /// The node of the value that comes now, counted; `None` where no more paths are told apart.
    fn arrive(&mut self) -> Option<usize> {
        let node = match self.open.last_mut() {
            None => Some(ROOT),
            Some(Open::Object { next, .. }) => next.take(),
            Some(Open::Array { element, count, .. }) => {
                *count += 1;
                *element
            }
        }?;
        self.nodes[node].count += 1;
        Some(node)
    }

    /// Counts a scalar; answers its node.
    fn scalar(&mut self, print: u64, count: impl FnOnce(&mut Node)) -> Option<usize> {
        let node = self.arrive()?;
        count(&mut self.nodes[node]);
        let depth = self.open.len();
        if depth == 1 {
            self.nodes[node].values.insert(print);
        }
        if let Some([Open::Array { siblings, .. }, Open::Object { .. }]) =
            self.open.get_mut(depth.saturating_sub(2)..)
        {
            let siblings = siblings.entry(node).or_default();
            siblings.count += 1;
            if siblings.seen.len() < SIBLINGS_MAX {
                siblings.repeated |= !siblings.seen.insert(print);
            }
        }
        Some(node)
    }

    /// A new node, unless there are too many.
    fn add(&mut self) -> Option<usize> {
        if self.nodes.len() >= PATHS_MAX {
            return None;
        }
        self.nodes.push(Node::default());
        Some(self.nodes.len() - 1)
    }

    /// The node of a member.
    fn member(&mut self, node: usize, name: &str) -> Option<usize> {
        if let Some(&known) = self.nodes[node].members.get(name) {
            return Some(known);
        }
        if self.nodes[node].members.len() >= WIDTH_MAX {
            self.nodes[node].is_wider = true;
            return None;
        }
        let added = self.add();
        match added {
            Some(added) => drop(self.nodes[node].members.insert(name.to_owned(), added)),
            None => self.nodes[node].is_wider = true,
        }
        added
    }
}

impl Sink for Taker<'_> {
    type Open = ();
    fn document(&mut self) {}
    fn want(&mut self, _open: &mut (), _first: u8, _text: &str, _start: usize) -> Want {
        // What lies below a path that is not told apart any more is passed over.
        match self.open.last() {
            Some(Open::Object { next: None, .. } | Open::Array { element: None, .. }) => Want::Nothing,
            _ => Want::Events,
        }
    }
    fn raw(&mut self, _open: &mut (), _source: &str) {}
    fn null(&mut self, _open: &mut ()) {
        if let Some(node) = self.arrive() {
            self.nodes[node].nulls += 1;
        }
    }
    fn boolean(&mut self, _open: &mut (), value: bool) {
        self.scalar(fingerprint(value), |node| node.booleans += 1);
    }
    fn number(&mut self, _open: &mut (), text: &str) {
        // As keys are compared: by value, and a number as the text it would be.
        self.scalar(fingerprint(canonical_number(text).as_str()), |node| node.number(text));
    }
    fn string(&mut self, _open: &mut (), text: &str) {
        let print = fingerprint(text);
        let node = self.scalar(print, |node| node.text(text));
        let may_be_kind = !text.is_empty() && text.len() <= KIND_BYTES_MAX;
        if let (Some(node), Some(Open::Object { element: Some(element), .. })) =
            (node.filter(|_| may_be_kind), self.open.last_mut())
        {
            element.texts.push((node, print));
        }
    }
    fn broken_string(&mut self, open: &mut (), source: &str) {
        self.string(open, source);
    }
    fn begin_object(&mut self, _above: &mut ()) {
        if let Some(node) = self.arrive() {
            self.nodes[node].objects += 1;
            let element = matches!(self.open.last(), Some(Open::Array { .. })).then(Element::default);
            self.open.push(Open::Object { node, shape: 0, members: 0, next: None, element });
        }
    }
    fn key(&mut self, _open: &mut (), name: &str) {
        let Some(&Open::Object { node, .. }) = self.open.last() else { return };
        let member = self.member(node, name);
        if let Some(Open::Object { shape, members, next, element, .. }) = self.open.last_mut() {
            if let (Some(element), Some(member)) = (element, member) {
                element.members.push(member);
            }
            // The same members in another order are the same shape.
            *shape = shape.wrapping_add(fingerprint(name));
            *members += 1;
            *next = member;
        }
    }
    fn end_object(&mut self, _open: (), _above: &mut ()) {
        if let Some(Open::Object { node, shape, members, element, .. }) = self.open.pop() {
            let node = &mut self.nodes[node];
            element.iter().for_each(|element| node.kinds.count(element));
            node.shapes.insert(shape);
            node.members_total += members;
        }
    }
    fn begin_array(&mut self, _above: &mut ()) {
        let Some(node) = self.arrive() else { return };
        self.nodes[node].arrays += 1;
        let element = self.nodes[node].element.or_else(|| self.add());
        self.nodes[node].element = element;
        self.open.push(Open::Array { node, element, count: 0, siblings: BTreeMap::new() });
    }
    fn end_array(&mut self, _open: (), _above: &mut ()) {
        if let Some(Open::Array { node, count, siblings, .. }) = self.open.pop() {
            let list = &mut self.nodes[node];
            list.elements_total += count;
            list.elements_most = list.elements_most.max(count);
            for (member, siblings) in siblings {
                let member = &mut self.nodes[member];
                member.lists_repeating += u64::from(siblings.repeated);
                member.lists_distinct += u64::from(!siblings.repeated && siblings.count > 1);
            }
        }
    }
}

/// Distinct things, told apart up to a number; the rest is only known to exist.
#[derive(Debug)]
struct Distinct {
    seen: HashSet<u64>,
    max: usize,
    repeated: bool,
    is_more: bool,
}

impl Distinct {
    /// Nothing yet, of which at most `max` will be told apart.
    fn new(max: usize) -> Distinct {
        Distinct { seen: HashSet::new(), max, repeated: false, is_more: false }
    }

    /// Takes one.
    fn insert(&mut self, print: u64) {
        if self.seen.len() < self.max {
            self.repeated |= !self.seen.insert(print);
        } else if self.seen.contains(&print) {
            self.repeated = true;
        } else {
            self.is_more = true;
        }
    }

    /// How many there are at least.
    fn count(&self) -> usize {
        self.seen.len()
    }
}
