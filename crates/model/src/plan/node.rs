//! Nodes: places in the documents, and what may stand at each.

use super::keys::Members;
use super::{ColumnId, NodeId, TableId};
use crate::rules::{PathRule, Strategy};
use std::sync::Arc;

/// No column.
pub(crate) const NO_COLUMN: ColumnId = u32::MAX as ColumnId;

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
    /// One column.
    Column,
}

/// How values at a node are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// By their kind: scalars, objects and lists each as their facet says.
    ByKind,
    /// As one value, where they are lists; by their kind otherwise.
    ListColumn,
    /// As entries of a map, where they are objects; lists as their JSON source; others by their kind.
    Entries,
    /// As their JSON source.
    Json,
    /// Not at all.
    Omit,
    /// As if they stood where the newer name of the member is.
    Moved,
}

/// What of the values at a node has another shape than the rules speak of, so that the document is reshaped first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Older {
    /// Nothing.
    Nothing,
    /// Everything: it stands under an older name.
    All,
    /// Single values, in the place of objects.
    Scalars,
    /// Objects, in the place of lists.
    Objects,
}

impl Older {
    /// What a rule says of it.
    fn of(rule: &PathRule) -> Older {
        if rule.same_as.is_some() {
            Older::All
        } else if rule.scalar.is_some() {
            Older::Scalars
        } else if rule.names.is_some() {
            Older::Objects
        } else {
            Older::Nothing
        }
    }

    /// Whether a value that begins so has it.
    #[inline]
    pub(crate) fn is_in(self, first: u8) -> bool {
        match self {
            Older::Nothing => false,
            Older::All => true,
            Older::Scalars => !matches!(first, b'{' | b'[' | b'n'),
            Older::Objects => first == b'{',
        }
    }
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
    /// The kinds of elements of a list here that is split by kind: name, table and node of an element.
    pub(crate) kinds: Vec<(String, TableId, NodeId)>,
    /// The column of other values the scalar's column cannot hold.
    pub(crate) variant_json: Option<ColumnId>,
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
            kinds: Vec::new(),
            variant_json: None,
        }
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
    /// Whether the rule names texts that mean the same as another.
    pub(crate) has_synonyms: bool,
    /// What here has another shape than the rules speak of.
    pub(crate) older: Older,
    /// Whether the elements of lists here are told apart by kind.
    pub(crate) is_split_by_kind: bool,
    /// Whether this is the element of a list.
    pub(crate) is_element: bool,
    /// Whether a table was split from here or from a flattened member below.
    splits: bool,
    /// What an object here becomes.
    pub(crate) object: ObjectFacet,
    /// The members of objects here.
    pub(crate) members: Members,
    /// The scalar's column.
    scalar: Option<ColumnId>,
    /// The table in which scalars of this node land.
    pub(crate) table: TableId,
    /// What a list here becomes.
    pub(crate) list: ListFacet,
    /// The rest.
    pub(crate) place: Box<Place>,
}

impl Node {
    /// A node in `table` as its rule wants it; `detects` says whether undeclared list wrappers are looked for.
    pub(crate) fn new(table: TableId, is_element: bool, detects: bool, place: Place) -> Node {
        let rule = &place.rule;
        let treatment = match rule.strategy {
            _ if rule.same_as.is_some() => Treatment::Moved,
            Some(Strategy::Delimited | Strategy::List) => Treatment::ListColumn,
            Some(Strategy::Entries) => Treatment::Entries,
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
            has_synonyms: rule.synonyms.is_some(),
            older: Older::of(rule),
            is_split_by_kind: rule.split_by.is_some(),
            is_element,
            splits: false,
            members: Members::default(),
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
            Treatment::ListColumn => ListFacet::Column,
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
        let is_plain = self.treatment == Treatment::ByKind
            && !self.has_null_words
            && !self.has_synonyms
            && self.older == Older::Nothing
            && !self.is_element
            && !self.splits;
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

    /// Whether an object here is columns and nothing else: no map, no list wrapper, no row of its own, and no table was
    /// split from it.
    #[inline(always)]
    pub(crate) fn opens_plainly(&self) -> bool {
        self.treatment == Treatment::ByKind
            && self.wrapping == Wrapping::Never
            && !self.splits
            && self.object == ObjectFacet::Flatten
    }

    /// Whether objects here have a table of their own.
    pub(crate) fn is_split(&self) -> bool {
        matches!(self.object, ObjectFacet::Table(_))
            || (self.object == ObjectFacet::Open && self.wants_object_table())
    }

    /// Whether the rule gives objects here a table of their own: not those in a list, for each is a row of its table.
    pub(crate) fn wants_object_table(&self) -> bool {
        let rule = &self.place.rule;
        !self.is_element
            && rule.strategy == Some(Strategy::Table)
            && rule.key.is_none()
            && rule.split_by.is_none()
            && rule.position.is_none()
            && rule.names.is_none()
            && rule.envelope.is_none()
    }

    /// Forgets every member, table and column from the given numbers on, what only they had settled, and the rows in
    /// which the node was met.
    pub(crate) fn forget_from(&mut self, nodes: NodeId, tables: TableId, columns: ColumnId) {
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
        self.place.kinds.retain(|(_, table, _)| *table < tables);
        self.members.forget_from(nodes);
    }
}
