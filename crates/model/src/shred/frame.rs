//! Where the shredder is in a document: the objects, envelopes and lists that are open, and where the next value goes.

use super::envelope::{Cut, Slot};
use crate::plan::{ColumnId, Met, NO_COLUMN, NodeId, TableId};
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
    pub(super) fn new(node: NodeId, row: u32) -> Target {
        Target { node, row, plain_column: NO_COLUMN }
    }

    /// A member met in `row`.
    #[inline(always)]
    pub(super) fn of_member(met: &Met, row: u32) -> Target {
        Target { node: met.node, row, plain_column: met.plain_column }
    }
}

/// An object, envelope or list that is open.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    pub(super) node: NodeId,
    /// The row its members go to; for a list, the row it belongs to.
    pub(super) row: u32,
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

/// Which of them.
#[derive(Debug)]
pub(super) enum FrameKind {
    /// An object, and the place of its latest member among the node's.
    Object { latest: usize },
    /// A list wrapper; `member` holds the list where no rule says which.
    Envelope { slot: Slot, member: Option<Box<str>>, cut: Cut },
    /// A list, and how many elements it has had.
    List { table: TableId, element: NodeId, count: u32 },
    /// A map; rare, and kept small for the others' sake.
    Map(Box<MapFrame>),
}
