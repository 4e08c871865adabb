//! Nodes: places in the documents, and what may stand at each.

use super::{ColumnId, NodeId, TableId};
use crate::rules::{PathRule, Strategy};
use std::collections::HashMap;

/// From this many members on, a member is found by hashing instead of by comparing.
const HASH_FROM: usize = 24;
/// How many members from the expected one on are compared before looking elsewhere: absent ones are skipped this way.
const LOOK_AHEAD: usize = 4;
/// No member: what comes before the first, and what follows one that nothing has followed yet.
pub(crate) const NO_MEMBER: usize = usize::MAX;
/// No row: what [`Node::last_row`] holds before the first.
const NO_ROW: u32 = u32::MAX;

/// What an object at a node becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectFacet {
    /// Nobody has said, and none has come.
    Open,
    /// Columns of the table the node stands in.
    Flatten,
    /// A row of this one-to-one table.
    Table(TableId),
}

/// What a list at a node becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListFacet {
    /// Nobody has said, and none has come.
    Open,
    /// Rows of this table; the second is the node of an element.
    Table(TableId, NodeId),
    /// One text column.
    Delimited,
}

/// How values at a node are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// By their kind: scalars, objects and lists each as their facet says.
    ByKind,
    /// As one delimited text, where they are lists; by their kind otherwise.
    Delimited,
    /// As their JSON source.
    Json,
    /// Not at all.
    Omit,
}

/// Whether objects at a node only wrap a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    /// Never.
    Never,
    /// Those that look like it.
    Detected,
    /// Always: a rule names the member that holds the list.
    Declared,
}

/// What a node is called and which rule it has; not needed while values stream by.
#[derive(Debug)]
pub(crate) struct Place {
    /// The path, as in rules.
    pub(crate) path: String,
    /// What members' paths begin with: the path, without the element step.
    pub(crate) member_path: String,
    /// The path with every element step written out; no two nodes have the same.
    pub(crate) full_path: String,
    /// The node it is a member or element of; the root is its own.
    pub(crate) parent: NodeId,
    /// The column name a scalar here asks for.
    pub(crate) wanted: String,
    /// What the columns of a flattened object's members begin with.
    pub(crate) prefix: String,
    /// The rule in force; empty where nobody described the path.
    pub(crate) rule: PathRule,
    /// The column of text the scalar's column cannot hold.
    pub(crate) variant_text: Option<ColumnId>,
    /// The column of other values the scalar's column cannot hold.
    pub(crate) variant_json: Option<ColumnId>,
    /// Members by name, once there are many.
    member_index: HashMap<Box<str>, usize>,
}

impl Place {
    /// A place that is called so.
    pub(crate) fn new(parent: NodeId, path: String, member_path: String, full_path: String) -> Place {
        Place {
            path,
            member_path,
            full_path,
            parent,
            wanted: String::new(),
            prefix: String::new(),
            rule: PathRule::default(),
            variant_text: None,
            variant_json: None,
            member_index: HashMap::new(),
        }
    }
}

/// A member of a node.
#[derive(Debug)]
struct Member {
    /// The name as most documents write it: `"name":`.
    source: Box<str>,
    /// Whether that is how JSON writes the name; one with a quote, say, is written otherwise.
    is_plain: bool,
    /// Its node.
    id: NodeId,
    /// The member that followed it when it was last of interest.
    next: usize,
}

impl Member {
    /// The name.
    #[inline]
    fn name(&self) -> &str {
        &self.source[1..self.source.len() - 2]
    }
}

/// Whether `text` begins with `beginning`, which has at least three bytes; most are short, so that calling a routine for
/// it would cost more than the comparing.
#[inline]
fn begins_with(text: &[u8], beginning: &[u8]) -> bool {
    let length = beginning.len();
    let Some(text) = text.get(..length) else { return false };
    match (text.last_chunk::<8>(), beginning.last_chunk::<8>()) {
        (Some(text_end), Some(end)) => {
            let whole = text.chunks_exact(8).zip(beginning.chunks_exact(8));
            text_end == end && whole.into_iter().all(|(left, right)| left == right)
        }
        _ => match (text.last_chunk::<4>(), beginning.last_chunk::<4>()) {
            (Some(text_end), Some(end)) => text_end == end && text.first_chunk::<4>() == beginning.first_chunk::<4>(),
            _ => text == beginning,
        },
    }
}

/// A place in the documents.
#[derive(Debug)]
pub(crate) struct Node {
    /// The table in which scalars of this node land.
    pub(crate) table: TableId,
    /// The scalar's column.
    pub(crate) scalar: Option<ColumnId>,
    /// What an object here becomes.
    pub(crate) object: ObjectFacet,
    /// What a list here becomes.
    pub(crate) list: ListFacet,
    /// How values are taken.
    pub(crate) treatment: Treatment,
    /// Whether objects here only wrap a list.
    pub(crate) wrapping: Wrapping,
    /// Whether the rule names scalars that mean nothing is there.
    pub(crate) has_null_words: bool,
    /// Whether this is the element of a list.
    pub(crate) is_element: bool,
    /// Whether a table was split from here or from a flattened member below.
    pub(crate) splits: bool,
    /// The last row in which the node was met, to notice a name that comes twice in one object.
    last_row: u32,
    /// The member that came first when that was last of interest.
    first: usize,
    /// Members in the order they were planned.
    members: Vec<Member>,
    /// The rest.
    pub(crate) place: Box<Place>,
}

impl Node {
    /// A node in `table` as its rule wants it; `detects` says whether undeclared list wrappers are looked for.
    pub(crate) fn new(table: TableId, is_element: bool, detects: bool, place: Place) -> Node {
        let rule = &place.rule;
        let treatment = match rule.strategy {
            Some(Strategy::Delimited) => Treatment::Delimited,
            Some(Strategy::Json) => Treatment::Json,
            Some(Strategy::Omit) => Treatment::Omit,
            _ => Treatment::ByKind,
        };
        let wrapping = match (&rule.envelope, rule.strategy) {
            (Some(_), _) => Wrapping::Declared,
            (None, None) if detects => Wrapping::Detected,
            _ => Wrapping::Never,
        };
        let mut node = Node {
            table,
            scalar: None,
            object: ObjectFacet::Open,
            list: ListFacet::Open,
            treatment,
            wrapping,
            has_null_words: rule.null_if.is_some(),
            is_element,
            splits: false,
            last_row: NO_ROW,
            first: NO_MEMBER,
            members: Vec::new(),
            place: Box::new(place),
        };
        node.reset_facets();
        node
    }

    /// Sets what objects and lists become to what the rule alone says.
    fn reset_facets(&mut self) {
        self.object = match self.place.rule.strategy {
            Some(Strategy::Flatten) => ObjectFacet::Flatten,
            _ => ObjectFacet::Open,
        };
        self.list = match self.treatment {
            Treatment::Delimited => ListFacet::Delimited,
            _ => ListFacet::Open,
        };
    }

    /// Whether objects here have a table of their own.
    pub(crate) fn is_split(&self) -> bool {
        matches!(self.object, ObjectFacet::Table(_))
            || (self.object == ObjectFacet::Open && self.place.rule.strategy == Some(Strategy::Table))
    }

    /// The member expected after the one in place `previous`.
    #[inline]
    fn follower(&self, previous: usize) -> usize {
        self.members.get(previous).map_or(self.first, |member| member.next)
    }

    /// The member whose name, written `"name":`, `text` begins with, if it is one of those expected after the one in
    /// place `previous`: its node, its place, and the length of the name with quotes and colon.
    #[inline]
    pub(crate) fn predict(&self, previous: usize, text: &[u8]) -> Option<(NodeId, usize, usize)> {
        let mut place = self.follower(previous);
        for _ in 0..LOOK_AHEAD {
            let member = self.members.get(place)?;
            if member.is_plain && begins_with(text, member.source.as_bytes()) {
                return Some((member.id, place, member.source.len()));
            }
            place = member.next;
        }
        None
    }

    /// The member `name` and its place, which is then expected after the one in place `previous`.
    pub(crate) fn member(&mut self, name: &str, previous: usize) -> Option<(NodeId, usize)> {
        let mut place = self.follower(previous);
        for _ in 0..LOOK_AHEAD {
            let Some(member) = self.members.get(place) else { break };
            if member.name() == name {
                return Some((member.id, place));
            }
            place = member.next;
        }
        let place = if self.members.len() < HASH_FROM {
            self.members.iter().position(|member| member.name() == name)?
        } else {
            *self.place.member_index.get(name)?
        };
        self.expect(place, previous);
        Some((self.members[place].id, place))
    }

    /// Expects the member in `place` after the one in place `previous`.
    fn expect(&mut self, place: usize, previous: usize) {
        match self.members.get_mut(previous) {
            Some(member) => member.next = place,
            None => self.first = place,
        }
    }

    /// Adds a member that is not there and was met after the one in place `previous`; returns its place.
    pub(crate) fn add_member(&mut self, name: &str, id: NodeId, previous: usize) -> usize {
        let is_plain = name.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
        let place = self.members.len();
        self.members.push(Member { source: format!("\"{name}\":").into(), is_plain, id, next: NO_MEMBER });
        self.expect(place, previous);
        self.index_members();
        place
    }

    /// Brings the index up to date with members that were added.
    fn index_members(&mut self) {
        if self.members.len() < HASH_FROM {
            return;
        }
        let index = &mut self.place.member_index;
        for (place, member) in self.members.iter().enumerate().skip(index.len()) {
            index.insert(member.name().into(), place);
        }
    }

    /// The nodes of all members.
    pub(crate) fn members(&self) -> impl Iterator<Item = NodeId> {
        self.members.iter().map(|member| member.id)
    }

    /// Notes that the node was met in `row`; `false` if it was there before, so that its name came twice.
    #[inline]
    pub(crate) fn meet(&mut self, row: u32) -> bool {
        let first = self.last_row != row;
        self.last_row = row;
        first
    }

    /// Forgets every member, table and column from the given numbers on, what only they had settled, and the rows in
    /// which the node was met.
    pub(crate) fn forget_from(&mut self, nodes: NodeId, tables: TableId, columns: ColumnId) {
        self.last_row = NO_ROW;
        let gone = |column: &Option<ColumnId>| column.is_some_and(|column| column >= columns);
        for column in [&mut self.scalar, &mut self.place.variant_text, &mut self.place.variant_json] {
            if gone(column) {
                *column = None;
            }
        }
        let old_object = self.object;
        let old_list = self.list;
        self.reset_facets();
        if let ObjectFacet::Table(table) = old_object
            && table < tables
        {
            self.object = old_object;
        }
        if let ListFacet::Table(table, _) = old_list
            && table < tables
        {
            self.list = old_list;
        }
        let count = self.members.len();
        self.members.retain(|member| member.id < nodes);
        if self.members.len() < count {
            self.first = NO_MEMBER;
            self.members.iter_mut().for_each(|member| member.next = NO_MEMBER);
            self.place.member_index.clear();
            self.index_members();
        }
    }
}
