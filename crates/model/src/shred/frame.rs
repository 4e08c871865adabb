//! Where the shredder is in a document: what is open, and where the next value goes. The parser keeps what lies further
//! out.

use super::envelope::Envelope;
use crate::plan::{ColumnId, Met, NO_COLUMN, NO_MEMBER, NodeId, TableId};
use std::collections::HashSet;

/// Where the next value goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Its node.
    pub(super) node: NodeId,
    /// Its row, in the node's table.
    pub(super) row: u32,
    /// The column of a scalar that needs no second look; [`NO_COLUMN`] where it does.
    pub(super) plain_column: ColumnId,
}

impl Target {
    /// A target whose scalars need a second look.
    #[inline]
    pub(super) fn new(node: NodeId, row: u32) -> Target {
        Target { node, row, plain_column: NO_COLUMN }
    }

    /// A member met in `row`.
    #[inline(always)]
    pub(super) fn of_member(met: &Met, row: u32) -> Target {
        Target { node: met.node, row, plain_column: met.plain_column }
    }
}

/// The document, an object, envelope, list or map that is open.
#[derive(Debug)]
pub struct Frame {
    /// Where the next value goes.
    pub(super) target: Target,
    pub(super) node: NodeId,
    /// The row its members go to; for a list, the row it belongs to.
    pub(super) row: u32,
    pub(super) kind: FrameKind,
}

impl Frame {
    /// One that was just opened at `place`, of some kind.
    #[inline]
    pub(super) fn new(kind: FrameKind, place: Target) -> Frame {
        let Target { node, row, .. } = place;
        Frame { target: Target::new(node, row), node, row, kind }
    }

    /// An object, of which this member is expected first.
    #[inline]
    pub(super) fn object(node: NodeId, row: u32, expected: NodeId) -> Frame {
        Frame::new(FrameKind::Object { latest: NO_MEMBER, expected }, Target::new(node, row))
    }

    /// Whether this is an envelope, so that scalars in it are its own.
    #[inline]
    pub(super) fn is_envelope(&self) -> bool {
        matches!(self.kind, FrameKind::Envelope(_))
    }
}

/// Which of them.
#[derive(Debug)]
pub(super) enum FrameKind {
    /// The document, or a fragment of one.
    Document,
    /// An object: its latest member, and the one expected next.
    Object { latest: NodeId, expected: NodeId },
    /// A list wrapper.
    Envelope(Envelope),
    /// A list, and how many elements it has had.
    List { table: TableId, element: NodeId, count: u32 },
    /// A map; rare, and kept small for the others' sake.
    Map(Box<MapFrame>),
    /// A list or map without a table: nothing in it is kept.
    Nothing,
}

/// A map that is open.
#[derive(Debug)]
pub(super) struct MapFrame {
    pub(super) table: TableId,
    pub(super) element: NodeId,
    /// The names it has had.
    pub(super) names: HashSet<String>,
    /// That of the entry at hand.
    pub(super) name: String,
}
