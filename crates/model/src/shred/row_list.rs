//! The rows of a column that have a value.

/// Rows, ascending. As long as they are all from the first on, only their number is kept: most columns are that way, and
/// what is not written costs nothing.
#[derive(Debug, Default)]
pub(super) struct RowList {
    count: u32,
    /// The rows, once one was left out; empty before.
    listed: Vec<u32>,
}

impl RowList {
    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a row behind the others.
    #[inline]
    pub(super) fn push(&mut self, row: u32) {
        if !self.listed.is_empty() {
            self.listed.push(row);
        } else if row != self.count {
            self.list(row);
        }
        self.count += 1;
    }

    /// Adds a row behind a gap: from now on rows are listed.
    #[cold]
    fn list(&mut self, row: u32) {
        self.listed.extend(0..self.count);
        self.listed.push(row);
    }

    /// The last row.
    #[inline]
    pub(super) fn last(&self) -> Option<u32> {
        self.listed.last().copied().or(self.count.checked_sub(1))
    }

    /// Takes the last row away.
    pub(super) fn pop(&mut self) {
        self.listed.pop();
        self.count = self.count.saturating_sub(1);
    }

    /// The place of a row among these.
    pub(super) fn position(&self, row: u32) -> Option<usize> {
        if self.listed.is_empty() {
            return (row < self.count).then_some(row as usize);
        }
        self.listed.binary_search(&row).ok()
    }

    /// The rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let unlisted = if self.listed.is_empty() { 0..self.count } else { 0..0 };
        unlisted.chain(self.listed.iter().copied())
    }
}
