//! How wide a table may be: what a destination has room for, whatever values its columns will hold.

use crate::logical::LogicalType;

/// What a destination has room for in one table. Whoever knows the destination says it; here it only adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Width {
    /// The most columns.
    pub columns: usize,
    /// The bytes that all columns of a row may take in the row's own place; what is long may lie elsewhere.
    pub row_bytes: usize,
    /// The bytes of them that a column takes at most, by its type in the order of [`LogicalType::ALL`].
    pub column_bytes: [usize; LogicalType::ALL.len()],
    /// The bytes that a part of the key takes at most: it never lies elsewhere.
    pub key_part_bytes: usize,
    /// The bytes that all parts of a key take at most.
    pub key_bytes: usize,
}

impl Width {
    /// Room for everything.
    pub const UNLIMITED: Width = Width {
        columns: usize::MAX,
        row_bytes: usize::MAX,
        column_bytes: [0; LogicalType::ALL.len()],
        key_part_bytes: 0,
        key_bytes: 0,
    };

    /// Whether there is room for everything.
    pub fn is_unlimited(&self) -> bool {
        *self == Width::UNLIMITED
    }

    /// The room that a table whose key has so many parts leaves to columns.
    pub(crate) fn beside_key(&self, parts: usize) -> Room<'_> {
        let key_bytes = parts.saturating_mul(self.key_part_bytes).min(self.key_bytes);
        Room { width: self, columns: self.columns, bytes: self.row_bytes.saturating_sub(key_bytes) }
    }

    /// The bytes that a column of this type takes at most.
    fn bytes_of(&self, logical: LogicalType) -> usize {
        let place = LogicalType::ALL.iter().position(|known| *known == logical);
        place.map_or(0, |place| self.column_bytes[place])
    }
}

impl Default for Width {
    fn default() -> Width {
        Width::UNLIMITED
    }
}

/// The room that is left in one table.
#[derive(Debug, Clone)]
pub(crate) struct Room<'w> {
    width: &'w Width,
    columns: usize,
    bytes: usize,
}

impl Room<'_> {
    /// Gives columns of these types their place, if there is room for all of them.
    pub(crate) fn take(&mut self, types: &[LogicalType]) -> bool {
        let bytes: usize = types.iter().map(|logical| self.width.bytes_of(*logical)).sum();
        let fits = types.len() <= self.columns && bytes <= self.bytes;
        if fits {
            self.columns -= types.len();
            self.bytes -= bytes;
        }
        fits
    }

    /// Gives a column its place in any case; where there is no room for it, none is left.
    pub(crate) fn take_anyway(&mut self, logical: LogicalType) {
        if !self.take(&[logical]) {
            (self.columns, self.bytes) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_room_until_their_number_or_their_bytes_are_used_up() {
        let width = Width {
            columns: 4,
            row_bytes: 100,
            column_bytes: [1, 8, 32, 8, 24, 8, 4, 24, 24],
            key_part_bytes: 20,
            key_bytes: 30,
        };
        use LogicalType::{Boolean, Integer, Text};
        for (parts, types, expected) in [
            (1, vec![Text, Text, Text], true),
            (2, vec![Text, Text, Text], false),
            (2, vec![Text, Text, Integer], true),
            (9, vec![Text, Text, Integer], true),
            (0, vec![Boolean; 4], true),
            (0, vec![Boolean; 5], false),
        ] {
            let mut room = width.beside_key(parts);
            assert_eq!(room.take(&types), expected, "{parts} {types:?}");
        }
        let mut full = width.beside_key(1);
        [Text; 4].into_iter().for_each(|logical| full.take_anyway(logical));
        assert!(!full.take(&[Boolean]));
        assert!(Width::UNLIMITED.beside_key(16).take(&[Text; 10_000]));
    }
}
