//! The members of objects at one node: found by name, most often by guessing which comes next.

use super::{ColumnId, NO_COLUMN, NodeId};
use std::collections::HashMap;
use wide::u8x16;

/// From this many members on, a member is found by hashing instead of by comparing.
const HASH_FROM: usize = 24;
/// How many members from the expected one on are compared before looking elsewhere: absent ones are skipped this way.
const LOOK_AHEAD: usize = 4;
/// No member: what comes before the first, and what follows one that nothing has followed yet. Members from this place
/// on, which only the strangest objects have, are found but never predicted.
pub(crate) const NO_MEMBER: usize = u16::MAX as usize;
/// No row: what [`Member::last_row`] holds before the first.
const NO_ROW: u32 = u32::MAX;
/// Bytes of a name that are compared in one step; most names with their quotes and colon are no longer.
const HEAD_BYTES: usize = 16;

/// What every key of every document needs, kept small: two members share a line of the processor's cache.
#[derive(Debug)]
#[repr(C, align(32))]
struct Member {
    /// The beginning of the name as most documents write it, `"name":`, filled up with zeros.
    head: [u8; HEAD_BYTES],
    /// Its node.
    id: u32,
    /// The column of its node's scalars where they need no second look.
    plain_column: u32,
    /// The last row in which it was met, to notice a name that comes twice in one object.
    last_row: u32,
    /// Bytes of the name with quotes and colon; 0 for one that JSON writes otherwise, with a quote inside, say, and for
    /// one that is too long to be counted here.
    source_bytes: u16,
    /// The place of the member that follows it in most documents.
    next: u16,
}

impl Member {
    /// The member `name`, whose node is `id`.
    fn new(name: &str, id: NodeId) -> Member {
        let is_plain = name.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
        let source = format!("\"{name}\":");
        let mut head = [0; HEAD_BYTES];
        let in_head = source.len().min(HEAD_BYTES);
        head[..in_head].copy_from_slice(&source.as_bytes()[..in_head]);
        let source_bytes = u16::try_from(source.len()).ok().filter(|_| is_plain).unwrap_or_default();
        let plain_column = NO_COLUMN as u32;
        let next = NO_MEMBER as u16;
        Member { head, id: id as u32, plain_column, last_row: NO_ROW, source_bytes, next }
    }

    /// Whether `text` begins as the name does, as far as the head goes.
    #[inline(always)]
    fn begins(&self, text: &[u8; HEAD_BYTES]) -> bool {
        let same = u8x16::from(*text).simd_eq(u8x16::from(self.head)).to_bitmask();
        // How many bytes agree from the first on.
        (!same).trailing_zeros() >= u32::from(self.source_bytes).min(HEAD_BYTES as u32)
            && self.source_bytes != 0
    }

    /// Notes that it was met in `row`; `false` if it was there before, so that its name came twice.
    #[inline(always)]
    fn meet(&mut self, row: u32) -> bool {
        let first = self.last_row != row;
        self.last_row = row;
        first
    }
}

/// What a name with its quotes and colon has behind the head: its last bytes, and what stands before those if it is
/// longer than both.
#[derive(Debug)]
struct Tail {
    last: [u8; HEAD_BYTES],
    between: Box<[u8]>,
}

impl Tail {
    /// The tail of `name`; of no use for a name that its head holds whole.
    fn new(name: &str) -> Tail {
        let source = format!("\"{name}\":").into_bytes();
        let behind = source.get(HEAD_BYTES..).unwrap_or_default();
        let between = &behind[..behind.len().saturating_sub(HEAD_BYTES)];
        Tail { last: source.last_chunk().copied().unwrap_or_default(), between: between.into() }
    }

    /// Whether `text`, which begins with the head and has the length, is the name.
    #[inline(always)]
    fn ends(&self, text: &[u8]) -> bool {
        text.last_chunk() == Some(&self.last)
            && (self.between.is_empty() || text[HEAD_BYTES..].starts_with(&self.between))
    }
}

/// A member met in a document.
pub(crate) struct Met {
    /// Its node.
    pub(crate) node: NodeId,
    /// Its place among the members.
    pub(crate) place: usize,
    /// The column of its scalars where they need no second look; [`NO_COLUMN`] elsewhere.
    pub(crate) plain_column: ColumnId,
    /// Whether it was met in the row for the first time.
    pub(crate) is_first: bool,
}

/// The members of a node in the order they were planned, and the order they are expected in.
#[derive(Debug)]
pub(crate) struct Members {
    list: Vec<Member>,
    /// The place of the member that comes first in most documents.
    first: usize,
    /// Their names.
    names: Vec<Box<str>>,
    /// How the names go on behind their heads.
    tails: Vec<Tail>,
    /// Places by name, once there are many.
    places: HashMap<Box<str>, usize>,
}

impl Members {
    /// No members.
    pub(crate) fn new() -> Members {
        Members {
            list: Vec::new(),
            first: NO_MEMBER,
            names: Vec::new(),
            tails: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Whether there are none.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their nodes.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.list.iter().map(|member| member.id as NodeId)
    }

    /// The member expected after the one in place `previous`.
    #[inline]
    fn follower(&self, previous: usize) -> usize {
        self.list.get(previous).map_or(self.first, |member| usize::from(member.next))
    }

    /// Meets in `row` the member whose name, written `"name":`, `text` begins with, if it is one of those expected after
    /// the one in place `previous`; also returns the length of the name with quotes and colon.
    #[inline(always)]
    pub(crate) fn predict(&mut self, previous: usize, row: u32, text: &[u8]) -> Option<(Met, usize)> {
        let head = text.first_chunk::<HEAD_BYTES>()?;
        let mut place = self.follower(previous);
        for _ in 0..LOOK_AHEAD {
            let member = self.list.get_mut(place)?;
            if member.begins(head) {
                let length = usize::from(member.source_bytes);
                if length > HEAD_BYTES && !self.tails[place].ends(text.get(..length)?) {
                    return None;
                }
                return Some((
                    Met {
                        node: member.id as NodeId,
                        place,
                        plain_column: member.plain_column as ColumnId,
                        is_first: member.meet(row),
                    },
                    length,
                ));
            }
            place = usize::from(member.next);
        }
        None
    }

    /// Meets the member in `place` in `row`.
    pub(crate) fn meet(&mut self, place: usize, row: u32) -> Met {
        let member = &mut self.list[place];
        Met {
            node: member.id as NodeId,
            place,
            plain_column: member.plain_column as ColumnId,
            is_first: member.meet(row),
        }
    }

    /// Sets the column of plain scalars of the member in `place`.
    pub(crate) fn set_plain_column(&mut self, place: usize, column: ColumnId) {
        self.list[place].plain_column = column as u32;
    }

    /// The member `name` and its place, which is then expected after the one in place `previous`.
    pub(crate) fn find(&mut self, name: &str, previous: usize) -> Option<(NodeId, usize)> {
        let mut place = self.follower(previous);
        for _ in 0..LOOK_AHEAD {
            let Some(member) = self.list.get(place) else { break };
            if *self.names[place] == *name {
                return Some((member.id as NodeId, place));
            }
            place = usize::from(member.next);
        }
        let place = if self.list.len() < HASH_FROM {
            self.names.iter().position(|known| **known == *name)?
        } else {
            *self.places.get(name)?
        };
        self.expect(place, previous);
        Some((self.list[place].id as NodeId, place))
    }

    /// Expects the member in `place` somewhere after the one in place `previous`: right after it, unless it is expected
    /// later anyway, after members that some documents lack.
    fn expect(&mut self, place: usize, previous: usize) {
        let old = self.follower(previous);
        let mut later = old;
        for _ in 0..self.list.len() {
            if later == place {
                return;
            }
            let Some(member) = self.list.get(later) else { break };
            later = usize::from(member.next);
        }
        let Ok(next) = u16::try_from(place) else { return };
        match self.list.get_mut(previous) {
            Some(member) => member.next = next,
            None => self.first = place,
        }
        if usize::from(self.list[place].next) == NO_MEMBER && previous != place {
            self.list[place].next = old as u16;
        }
    }

    /// Adds a member that is not there and was met after the one in place `previous`; returns its place.
    pub(crate) fn add(&mut self, name: &str, id: NodeId, previous: usize) -> usize {
        let place = self.list.len();
        self.list.push(Member::new(name, id));
        self.names.push(name.into());
        self.tails.push(Tail::new(name));
        self.expect(place, previous);
        self.index();
        place
    }

    /// Brings the places by name up to date with members that were added.
    fn index(&mut self) {
        if self.list.len() < HASH_FROM {
            return;
        }
        for (place, name) in self.names.iter().enumerate().skip(self.places.len()) {
            self.places.insert(name.clone(), place);
        }
    }

    /// Forgets the members whose nodes are numbered `nodes` or higher, which came last, and in which rows the others
    /// were met.
    pub(crate) fn forget_from(&mut self, nodes: NodeId) {
        self.list.iter_mut().for_each(|member| member.last_row = NO_ROW);
        let count = self.list.partition_point(|member| (member.id as NodeId) < nodes);
        if count < self.list.len() {
            self.list.truncate(count);
            self.names.truncate(count);
            self.tails.truncate(count);
            self.first = NO_MEMBER;
            self.list.iter_mut().for_each(|member| member.next = NO_MEMBER as u16);
            self.places.clear();
            self.index();
        }
    }
}
