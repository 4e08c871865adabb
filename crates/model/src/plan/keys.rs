//! The names of members: found by name, most often by guessing which comes next.
//!
//! Every member of every object is looked up, so what that takes is kept small and apart from the nodes: one line of the
//! processor's cache for each name, most of which decide at one look whether a text goes on with them.

use super::{ColumnId, NO_COLUMN, NodeId};
use std::collections::HashMap;
use wide::u8x16;

/// From this many members on, a member is found by hashing instead of by comparing.
const HASH_FROM: usize = 24;
/// How many members from the expected one on are compared before looking elsewhere: absent ones are skipped this way.
const LOOK_AHEAD: usize = 4;
/// No member: what comes before the first, and what follows one that nothing has followed yet.
pub(crate) const NO_MEMBER: NodeId = u32::MAX as NodeId;
/// No row: what [`Key::last_row`] holds before the first.
const NO_ROW: u32 = u32::MAX;
/// Bytes of a name that are compared in one step; nearly all names with their quotes and colon are no longer.
const HEAD_BYTES: usize = 32;
/// A byte that no text has, so that a head of it is never met.
const NOWHERE: u8 = 0xFF;

/// What every member of every document needs.
#[derive(Debug)]
#[repr(C, align(64))]
struct Key {
    /// The beginning of the name as most documents write it, `"name":`.
    head: [u8; HEAD_BYTES],
    /// A bit for each byte of the head that a text must agree with.
    compared: u32,
    /// Bytes of the name with quotes and colon.
    written_bytes: u32,
    /// The member that follows this one in most documents.
    next: u32,
    /// The member that comes first in most objects that stand here.
    first: u32,
    /// The column of its node's scalars where they need no second look.
    plain_column: u32,
    /// The last row in which it was met, to notice a name that comes twice in one object.
    last_row: u32,
}

impl Key {
    /// The name of a node. One that JSON writes otherwise, with a quote inside, say, is never guessed.
    fn new(name: &str) -> Key {
        let is_plain = name.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
        let written = format!("\"{name}\":");
        let mut head = [NOWHERE; HEAD_BYTES];
        let mut compared = u32::MAX;
        if let Some(written_bytes) = u32::try_from(written.len()).ok().filter(|_| is_plain) {
            let in_head = written.len().min(HEAD_BYTES);
            head[..in_head].copy_from_slice(&written.as_bytes()[..in_head]);
            compared =
                u32::MAX.checked_shr(HEAD_BYTES as u32 - written_bytes.min(HEAD_BYTES as u32)).unwrap_or(0);
        }
        Key {
            head,
            compared,
            written_bytes: u32::try_from(written.len()).unwrap_or_default(),
            next: NO_MEMBER as u32,
            first: NO_MEMBER as u32,
            plain_column: NO_COLUMN as u32,
            last_row: NO_ROW,
        }
    }

    /// Whether `text` begins as the name does, as far as the head goes.
    #[inline(always)]
    fn begins(&self, text: &[u8; HEAD_BYTES]) -> bool {
        let [text_low, text_high] = halves(text);
        let [head_low, head_high] = halves(&self.head);
        let same = text_low.simd_eq(head_low).to_bitmask() | text_high.simd_eq(head_high).to_bitmask() << 16;
        same & self.compared == self.compared
    }

    /// Notes that it was met in `row`; `false` if it was there before, so that its name came twice.
    #[inline(always)]
    fn meet(&mut self, row: u32) -> bool {
        let first = self.last_row != row;
        self.last_row = row;
        first
    }
}

/// The two halves of a head.
#[inline(always)]
fn halves(head: &[u8; HEAD_BYTES]) -> [u8x16; 2] {
    let (halves, _) = head.as_chunks::<16>();
    [u8x16::from(halves[0]), u8x16::from(halves[1])]
}

/// A member met in a document.
pub(crate) struct Met {
    /// Its node.
    pub(crate) node: NodeId,
    /// The member that follows it in most documents.
    pub(crate) next: NodeId,
    /// The column of its scalars where they need no second look; [`NO_COLUMN`] elsewhere.
    pub(crate) plain_column: ColumnId,
    /// Whether it was met in the row for the first time.
    pub(crate) is_first: bool,
}

/// The names of all nodes, each in the place of its node; the root and elements have none.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    list: Vec<Key>,
    names: Vec<Box<str>>,
}

/// The members of a node in the order they were planned.
#[derive(Debug, Default)]
pub(crate) struct Members {
    list: Vec<NodeId>,
    /// Those with a name, once there are many.
    by_name: HashMap<Box<str>, NodeId>,
}

impl Members {
    /// Whether there are none.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their nodes.
    pub(crate) fn nodes(&self) -> &[NodeId] {
        &self.list
    }

    /// Adds the next planned node as a member.
    pub(crate) fn add(&mut self, node: NodeId, keys: &Keys) {
        self.list.push(node);
        if self.list.len() >= HASH_FROM {
            let added = self.list.iter().skip(self.by_name.len());
            self.by_name.extend(added.map(|&node| (keys.names[node].clone(), node)));
        }
    }

    /// The member `name`.
    fn find(&self, name: &str, keys: &Keys) -> Option<NodeId> {
        if self.list.len() < HASH_FROM {
            return self.list.iter().copied().find(|&node| *keys.names[node] == *name);
        }
        self.by_name.get(name).copied()
    }

    /// Forgets the members numbered `nodes` or higher, which came last.
    pub(crate) fn forget_from(&mut self, nodes: NodeId) {
        let count = self.list.partition_point(|&member| member < nodes);
        self.list.truncate(count);
        if count < HASH_FROM {
            self.by_name.clear();
        } else {
            self.by_name.retain(|_, member| *member < nodes);
        }
    }
}

impl Keys {
    /// Those of the root alone.
    pub(crate) fn root() -> Keys {
        let mut keys = Keys::default();
        keys.add("");
        keys
    }

    /// Adds the name of the next node; empty for one that is no member.
    pub(crate) fn add(&mut self, name: &str) {
        self.list.push(Key::new(name));
        self.names.push(name.into());
    }

    /// Sets the column of plain scalars at `node`.
    pub(crate) fn set_plain_column(&mut self, node: NodeId, column: ColumnId) {
        self.list[node].plain_column = column as u32;
    }

    /// The member expected first in an object at `node`.
    #[inline(always)]
    pub(crate) fn first(&self, node: NodeId) -> NodeId {
        self.list[node].first as NodeId
    }

    /// Meets in `row` the member whose name, written `"name":`, `text` begins with, if it is `expected` or one of the next
    /// after that; also returns the length of the name with quotes and colon.
    #[inline(always)]
    pub(crate) fn guess(&mut self, expected: NodeId, row: u32, text: &[u8]) -> Option<(Met, usize)> {
        let head = text.first_chunk::<HEAD_BYTES>()?;
        let mut node = expected;
        for _ in 0..LOOK_AHEAD {
            let key = self.list.get_mut(node)?;
            if key.begins(head) {
                let length = key.written_bytes as usize;
                if length > HEAD_BYTES && !goes_on(&self.names[node], text) {
                    return None;
                }
                let met = Met {
                    node,
                    next: key.next as NodeId,
                    plain_column: key.plain_column as ColumnId,
                    is_first: key.meet(row),
                };
                return Some((met, length));
            }
            node = key.next as NodeId;
        }
        None
    }

    /// Meets the member `node` in `row`.
    pub(crate) fn meet(&mut self, node: NodeId, row: u32) -> Met {
        let key = &mut self.list[node];
        Met {
            node,
            next: key.next as NodeId,
            plain_column: key.plain_column as ColumnId,
            is_first: key.meet(row),
        }
    }

    /// The member `name` of an object at `node`, which is then expected after `previous`.
    pub(crate) fn find(
        &mut self,
        node: NodeId,
        members: &Members,
        name: &str,
        previous: NodeId,
    ) -> Option<NodeId> {
        let mut member = self.follower(node, previous);
        for _ in 0..LOOK_AHEAD {
            let Some(key) = self.list.get(member) else { break };
            if *self.names[member] == *name {
                return Some(member);
            }
            member = key.next as NodeId;
        }
        let member = members.find(name, self)?;
        self.expect(node, members, member, previous);
        Some(member)
    }

    /// The member expected after `previous` in an object at `node`.
    fn follower(&self, node: NodeId, previous: NodeId) -> NodeId {
        self.list.get(previous).map_or(self.list[node].first, |key| key.next) as NodeId
    }

    /// Expects `member` somewhere after `previous` in objects at `node`: right after it, unless it is expected later
    /// anyway, after members that some documents lack.
    pub(crate) fn expect(&mut self, node: NodeId, members: &Members, member: NodeId, previous: NodeId) {
        let old = self.follower(node, previous);
        let mut later = old;
        for _ in 0..members.nodes().len() {
            if later == member {
                return;
            }
            let Some(key) = self.list.get(later) else { break };
            later = key.next as NodeId;
        }
        match self.list.get_mut(previous) {
            Some(key) => key.next = member as u32,
            None => self.list[node].first = member as u32,
        }
        if self.list[member].next as NodeId == NO_MEMBER && previous != member {
            self.list[member].next = old as u32;
        }
    }

    /// Forgets the names of nodes numbered `nodes` or higher, and in which rows the others were met.
    pub(crate) fn forget_from(&mut self, nodes: NodeId) {
        self.list.truncate(nodes);
        self.names.truncate(nodes);
        for key in &mut self.list {
            key.last_row = NO_ROW;
            for link in [&mut key.next, &mut key.first] {
                if *link as NodeId >= nodes {
                    *link = NO_MEMBER as u32;
                }
            }
        }
    }
}

/// Whether `text`, which begins as the long `name` does, is it to the end.
#[inline(never)]
fn goes_on(name: &str, text: &[u8]) -> bool {
    let written = text.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(name.as_bytes()));
    written.is_some_and(|rest| rest.starts_with(b"\":"))
}
