//! Which rows stay: no key twice, none without a key, none without its parent, and of a record's lists the newest.

use super::Shredder;
use super::column::Column;
use super::layout::{Layout, Part};
use super::sizes::TableRows;
use crate::plan::{ROOT_TABLE, TableId};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// What the issue of an element says that a later record has too.
const TAKEN: &str = "a later record has an element with this element's key; it went there";

/// The rows to write.
pub(super) struct Kept {
    /// For each table of the plan its rows, ascending.
    pub(super) rows: Vec<Vec<u32>>,
    /// For each table of the plan, for each of its rows, whether it lives; a record that is written elsewhere does.
    pub(super) alive: Vec<Vec<bool>>,
    /// For each row of the resource's table the last row of the same record; empty where no record came twice.
    newest: Vec<u32>,
    /// The rows of the resource's table in whose place a later one came.
    pub(super) repeated: Vec<u32>,
}

impl Kept {
    /// The last row of the record in `root_row`.
    #[inline]
    pub(super) fn newest(&self, root_row: u32) -> u32 {
        self.newest.get(root_row as usize).copied().unwrap_or(root_row)
    }

    /// Whether a record came twice.
    fn repeats(&self) -> bool {
        !self.newest.is_empty()
    }
}

/// A part of a key, with what it takes to look at it row by row.
struct KeyPart<'a> {
    /// For each row of the table the row of the part's own; `None` where that is the same.
    rows: Option<Vec<u32>>,
    values: PartValues<'a>,
}

enum PartValues<'a> {
    Column(&'a Column),
    Position(&'a [u32]),
    /// Each row is one of its kind.
    Row,
}

impl KeyPart<'_> {
    #[inline]
    fn row(&self, row: u32) -> u32 {
        self.rows.as_ref().map_or(row, |rows| rows[row as usize])
    }

    /// Whether a row has this part.
    fn is_there(&self, row: u32) -> bool {
        match &self.values {
            PartValues::Column(column) => column.is_there(self.row(row)),
            PartValues::Position(_) | PartValues::Row => true,
        }
    }

    fn hash(&self, row: u32, hasher: &mut impl Hasher) {
        let row = self.row(row);
        match &self.values {
            PartValues::Column(column) => column.hash_row(row as usize, hasher),
            PartValues::Position(positions) => positions[row as usize].hash(hasher),
            PartValues::Row => row.hash(hasher),
        }
    }

    fn is_same(&self, left: u32, right: u32) -> bool {
        let (left, right) = (self.row(left), self.row(right));
        match &self.values {
            PartValues::Column(column) => column.same_rows(left as usize, right as usize),
            PartValues::Position(positions) => positions[left as usize] == positions[right as usize],
            PartValues::Row => left == right,
        }
    }
}

/// Takes a hash for what it is.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Pairs (earlier row, later row) of equal keys among `rows`, which have all parts.
fn repeated(parts: &[KeyPart<'_>], rows: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut last: HashMap<u64, u32, BuildHasherDefault<Hashed>> = HashMap::default();
    last.reserve(rows.size_hint().1.unwrap_or_default());
    // Seeded at random: nobody can choose keys that all have one hash.
    let keys = RandomState::default();
    let mut pairs = Vec::new();
    for row in rows {
        let mut hasher = keys.build_hasher();
        parts.iter().for_each(|part| part.hash(row, &mut hasher));
        let mut hash = hasher.finish();
        // Keys that differ with the same hash move on to the next free place.
        while let Some(&earlier) = last.get(&hash)
            && !parts.iter().all(|part| part.is_same(earlier, row))
        {
            hash = hash.wrapping_add(1);
        }
        pairs.extend(last.insert(hash, row).map(|earlier| (earlier, row)));
    }
    pairs
}

/// [`repeated`] where only rows with the same parent can have the same key; `parent_rows` is ascending.
fn repeated_within_parents(parts: &[KeyPart<'_>], parent_rows: &[u32], keep: &[bool]) -> Vec<(u32, u32)> {
    /// Up to so many rows comparing each with each is cheapest.
    const COMPARED_MAX: usize = 12;
    let mut pairs = Vec::new();
    let mut start = 0;
    for group in parent_rows.chunk_by(|left, right| left == right) {
        let rows = (start as u32..(start + group.len()) as u32).filter(|&row| keep[row as usize]);
        if group.len() > COMPARED_MAX {
            pairs.extend(repeated(parts, rows));
        } else if group.len() > 1 {
            for row in rows.clone() {
                let same = |other: &u32| *other < row && parts.iter().all(|part| part.is_same(*other, row));
                pairs.extend(rows.clone().rfind(same).map(|earlier| (earlier, row)));
            }
        }
        start += group.len();
    }
    pairs
}

impl Shredder {
    /// The rows to write.
    pub(super) fn kept_rows(&mut self, layouts: &[Layout]) -> Kept {
        let tables = self.plan.tables.len();
        let mut kept = Kept {
            rows: vec![Vec::new(); tables],
            alive: vec![Vec::new(); tables],
            newest: Vec::new(),
            repeated: Vec::new(),
        };
        for layout in layouts {
            let id = layout.id;
            let mut keep = match self.plan.tables[id].parent {
                None => vec![true; self.tables[id].count as usize],
                Some(ROOT_TABLE) => self.rows_of_newest_lists(id, &kept),
                Some(parent) => {
                    let parents = &kept.alive[parent];
                    self.tables[id].parent_rows.iter().map(|&row| parents[row as usize]).collect()
                }
            };
            let is_keyed = self.plan.tables[id].key.is_some() || id == ROOT_TABLE;
            if is_keyed || kept.repeats() {
                let pairs = self.drop_keyless_and_repeated(layout, &mut keep, &kept);
                if id == ROOT_TABLE && !pairs.is_empty() {
                    kept.newest = newest(keep.len() as u32, &pairs);
                    kept.repeated = pairs.iter().map(|&(earlier, _)| earlier).collect();
                }
            }
            if id != ROOT_TABLE || self.writes_records() {
                kept.rows[id] = (0..keep.len() as u32).filter(|&row| keep[row as usize]).collect();
            }
            kept.alive[id] = keep;
        }
        kept
    }

    /// For each row of a table split from the record whether it is to be written: its record lives, and no later
    /// document of the same record brought the list in full.
    fn rows_of_newest_lists(&self, table: TableId, kept: &Kept) -> Vec<bool> {
        let records = &kept.alive[ROOT_TABLE];
        let TableRows { parent_rows, presences, .. } = &self.tables[table];
        if !kept.repeats() {
            return parent_rows.iter().map(|&row| records[row as usize]).collect();
        }
        let mut complete: HashMap<u32, u32> = HashMap::new();
        for list in presences.iter().filter(|list| list.complete) {
            complete.insert(kept.newest(list.parent_row), list.parent_row);
        }
        parent_rows
            .iter()
            .map(|&row| {
                let newest = kept.newest(row);
                records[newest as usize] && complete.get(&newest).is_none_or(|&since| row >= since)
            })
            .collect()
    }

    /// Whether rows of the resource's own table are written: a fragment's record is written elsewhere, unless the
    /// fragment becomes a column of it.
    fn writes_records(&self) -> bool {
        let brought = |column: usize| {
            self.plan.columns[column].table == ROOT_TABLE
                && self.column_exists(column)
                && self.is_in_fragment(column)
        };
        self.fragments.is_empty() || (0..self.plan.columns.len()).any(brought)
    }

    /// Unmarks rows without a complete key and all but the last of rows with the same key; returns the pairs (earlier,
    /// later) of the latter. What an element loses by it is noted.
    fn drop_keyless_and_repeated(
        &mut self,
        layout: &Layout,
        keep: &mut [bool],
        kept: &Kept,
    ) -> Vec<(u32, u32)> {
        let id = layout.id;
        let own_only = id != ROOT_TABLE && layout.key_names_parent() && !kept.repeats();
        let parts = self.key_parts(layout, own_only);
        let mut keyless = Vec::new();
        for row in 0..keep.len() as u32 {
            if keep[row as usize] && !parts.iter().all(|part| part.is_there(row)) {
                keep[row as usize] = false;
                keyless.push(row);
            }
        }
        let pairs = if own_only {
            repeated_within_parents(&parts, &self.tables[id].parent_rows, keep)
        } else {
            repeated(&parts, (0..keep.len() as u32).filter(|&row| keep[row as usize]))
        };
        for &(earlier, _) in &pairs {
            keep[earlier as usize] = false;
        }
        let node = self.plan.tables[id].node;
        for row in keyless {
            let root_row = self.root_row(id, row);
            self.note("element_without_key", node, root_row, "an element lacks what identifies it");
        }
        for &(earlier, later) in &pairs {
            if id == ROOT_TABLE {
                continue;
            }
            let (earlier, later) = (self.root_row(id, earlier), self.root_row(id, later));
            if earlier == later {
                self.note("element_repeated", node, later, "an element comes twice; the last counts");
            } else if kept.newest(earlier) != kept.newest(later) {
                self.note("element_taken", node, earlier, TAKEN);
            }
        }
        pairs
    }

    /// The parts of a table's key; with `own_only` without those inherited.
    fn key_parts(&self, layout: &Layout, own_only: bool) -> Vec<KeyPart<'_>> {
        let own = layout.identity.iter().map(|(part, name)| (layout.id, *part, name));
        let inherited = layout.inherited.iter().map(|known| (known.table, known.part, &known.name));
        let all: Vec<(TableId, Part, &String)> = own.chain(inherited).collect();
        let named = layout.key.iter().filter_map(|name| all.iter().find(|(_, _, known)| *known == name));
        named
            .filter(|(owner, ..)| !own_only || *owner == layout.id)
            .map(|&(owner, part, _)| {
                let rows: Vec<u32> = (0..self.tables[layout.id].count).collect();
                KeyPart {
                    rows: (owner != layout.id).then(|| self.ancestor_rows(layout.id, &rows, owner)),
                    values: match part {
                        Part::Column(column) => PartValues::Column(&self.columns[column]),
                        Part::Position => PartValues::Position(&self.tables[owner].positions),
                        Part::Content => PartValues::Row,
                    },
                }
            })
            .collect()
    }
}

/// For each of `count` rows the last one of the same key, given the pairs (earlier, later) of neighbours.
fn newest(count: u32, pairs: &[(u32, u32)]) -> Vec<u32> {
    let mut newest: Vec<u32> = (0..count).collect();
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable_by_key(|&(earlier, _)| std::cmp::Reverse(earlier));
    for (earlier, later) in pairs {
        newest[earlier as usize] = newest[later as usize];
    }
    newest
}
