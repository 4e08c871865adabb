//! Nodes: places in the documents, and what may stand at each.

use super::{ColumnId, NodeId, TableId};
use crate::rules::{PathRule, Strategy};
use std::collections::HashMap;
use std::sync::Arc;

/// From this many members on, a member is found by hashing instead of by comparing.
const HASH_FROM: usize = 24;
/// How many members from the expected one on are compared before looking elsewhere: absent ones are skipped this way.
const LOOK_AHEAD: usize = 4;
/// No member: what comes before the first, and what follows one that nothing has followed yet.
pub(crate) const NO_MEMBER: usize = usize::MAX;
/// No column.
pub(crate) const NO_COLUMN: ColumnId = usize::MAX;
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
    pub(crate) rule: Arc<PathRule>,
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
            rule: Arc::default(),
            variant_text: None,
            variant_json: None,
            member_index: HashMap::new(),
        }
    }
}

/// Bytes of a name that are compared as words; most names are no longer.
const HEAD_BYTES: usize = 24;
/// Words that hold them.
const HEAD_WORDS: usize = HEAD_BYTES / 8;

/// Ones in as many bytes of [`HEAD_WORDS`] words as the index says.
const HEAD_MASKS: [[u64; HEAD_WORDS]; HEAD_BYTES + 1] = {
    let mut masks = [[0; HEAD_WORDS]; HEAD_BYTES + 1];
    let mut bytes = 1;
    while bytes <= HEAD_BYTES {
        masks[bytes] = masks[bytes - 1];
        masks[bytes][(bytes - 1) / 8] |= 0xFF << ((bytes - 1) % 8 * 8);
        bytes += 1;
    }
    masks
};

/// A member of a node.
#[derive(Debug)]
#[repr(align(64))]
struct Member {
    /// The beginning of the name as most documents write it, `"name":`, filled up with zeros.
    head: [u64; HEAD_WORDS],
    /// Bytes of the name with quotes and colon; 0 for a name that JSON writes otherwise, one with a quote, say.
    source_bytes: usize,
    /// Its node.
    id: NodeId,
    /// The member that follows it in most documents.
    next: usize,
    /// The name.
    name: Box<str>,
}

/// The first bytes of `text` as words.
#[inline]
fn words(text: &[u8; HEAD_BYTES]) -> [u64; HEAD_WORDS] {
    let mut words = [0; HEAD_WORDS];
    for (word, bytes) in words.iter_mut().zip(text.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

impl Member {
    /// The member `name`, whose node is `id`.
    fn new(name: &str, id: NodeId) -> Member {
        let is_plain = name.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
        let source = format!("\"{name}\":");
        let mut head = [0; HEAD_BYTES];
        let head_bytes = source.len().min(HEAD_BYTES);
        head[..head_bytes].copy_from_slice(&source.as_bytes()[..head_bytes]);
        Member {
            head: words(&head),
            source_bytes: if is_plain { source.len() } else { 0 },
            id,
            next: NO_MEMBER,
            name: name.into(),
        }
    }

    /// Whether `text` begins with the name, quotes and colon.
    #[inline(always)]
    fn begins(&self, text: &[u8; HEAD_BYTES], rest: &[u8]) -> bool {
        let mask = &HEAD_MASKS[self.source_bytes.min(HEAD_BYTES)];
        let text = words(text);
        let differs =
            (0..HEAD_WORDS).fold(0, |differs, word| differs | ((text[word] ^ self.head[word]) & mask[word]));
        differs == 0 && self.source_bytes != 0 && (self.source_bytes <= HEAD_BYTES || self.ends(rest))
    }

    /// Whether `text`, which begins as the name does, goes on so.
    fn ends(&self, text: &[u8]) -> bool {
        let rest = text.get(1..self.source_bytes - 2);
        rest == Some(self.name.as_bytes()) && text[self.source_bytes - 2..].starts_with(b"\":")
    }
}

/// A place in the documents. What every value needs comes first, so that it shares a line of the processor's cache.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Node {
    /// The scalar's column where a scalar needs no second look; otherwise [`NO_COLUMN`].
    plain_column: ColumnId,
    /// How values are taken.
    pub(crate) treatment: Treatment,
    /// Whether objects here only wrap a list.
    pub(crate) wrapping: Wrapping,
    /// Whether the rule names scalars that mean nothing is there.
    pub(crate) has_null_words: bool,
    /// Whether this is the element of a list.
    pub(crate) is_element: bool,
    /// The last row in which the node was met, to notice a name that comes twice in one object.
    last_row: u32,
    /// Whether a table was split from here or from a flattened member below.
    splits: bool,
    /// Members in the order they were planned.
    members: Vec<Member>,
    /// The scalar's column.
    scalar: Option<ColumnId>,
    /// The table in which scalars of this node land.
    pub(crate) table: TableId,
    /// What an object here becomes.
    pub(crate) object: ObjectFacet,
    /// What a list here becomes.
    pub(crate) list: ListFacet,
    /// The member that comes first in most documents.
    first: usize,
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
            plain_column: NO_COLUMN,
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

    /// The column for scalars that need no second look here: they are no elements, no words that mean nothing, and no
    /// table hangs on the place. [`NO_COLUMN`] elsewhere.
    #[inline]
    pub(crate) fn plain_column(&self) -> ColumnId {
        self.plain_column
    }

    /// Settles [`plain_column`](Self::plain_column) after a change.
    fn settle_plain_column(&mut self) {
        let is_plain =
            self.treatment == Treatment::ByKind && !self.has_null_words && !self.is_element && !self.splits;
        self.plain_column = self.scalar.filter(|_| is_plain).unwrap_or(NO_COLUMN);
    }

    /// The scalar's column.
    #[inline]
    pub(crate) fn scalar(&self) -> Option<ColumnId> {
        self.scalar
    }

    /// Sets the scalar's column.
    pub(crate) fn set_scalar(&mut self, column: ColumnId) {
        self.scalar = Some(column);
        self.settle_plain_column();
    }

    /// Whether a table was split from here or from a flattened member below.
    #[inline]
    pub(crate) fn splits(&self) -> bool {
        self.splits
    }

    /// Notes that a table was split from here or from a flattened member below.
    pub(crate) fn set_splits(&mut self) {
        self.splits = true;
        self.settle_plain_column();
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
    #[inline(always)]
    pub(crate) fn predict(&self, previous: usize, text: &[u8]) -> Option<(NodeId, usize, usize)> {
        let head = text.first_chunk::<HEAD_BYTES>()?;
        let mut place = self.follower(previous);
        for _ in 0..LOOK_AHEAD {
            let member = self.members.get(place)?;
            if member.begins(head, text) {
                return Some((member.id, place, member.source_bytes));
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
            if *member.name == *name {
                return Some((member.id, place));
            }
            place = member.next;
        }
        let place = if self.members.len() < HASH_FROM {
            self.members.iter().position(|member| *member.name == *name)?
        } else {
            *self.place.member_index.get(name)?
        };
        self.expect(place, previous);
        Some((self.members[place].id, place))
    }

    /// Expects the member in `place` somewhere after the one in place `previous`: right after it, unless it is expected
    /// later anyway, after members that some documents lack.
    fn expect(&mut self, place: usize, previous: usize) {
        let old = self.follower(previous);
        let mut later = old;
        for _ in 0..self.members.len() {
            if later == place {
                return;
            }
            let Some(member) = self.members.get(later) else { break };
            later = member.next;
        }
        match self.members.get_mut(previous) {
            Some(member) => member.next = place,
            None => self.first = place,
        }
        if self.members[place].next == NO_MEMBER && previous != place {
            self.members[place].next = old;
        }
    }

    /// Adds a member that is not there and was met after the one in place `previous`; returns its place.
    pub(crate) fn add_member(&mut self, name: &str, id: NodeId, previous: usize) -> usize {
        let place = self.members.len();
        self.members.push(Member::new(name, id));
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
            index.insert(member.name.clone(), place);
        }
    }

    /// Whether there are members.
    #[inline]
    pub(crate) fn has_members(&self) -> bool {
        !self.members.is_empty()
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
        self.settle_plain_column();
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
