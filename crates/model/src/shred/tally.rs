//! What decides the type of an undecided column: how many of its values are what. Here a value gets its type.

use super::column::{Column, Kind};
use crate::convert;
use crate::logical::LogicalType;
use crate::schema::ColumnRole;
use arrow_array::StringArray;

/// Up to this magnitude every integer is exactly a double.
const EXACT_DOUBLE_MAX: u64 = 1 << 53;

/// The values of an undecided column in numbers. Tallies of parts of a load add up to that of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    booleans: u64,
    strings: u64,
    numbers: u64,
    /// Numbers that a 64-bit integer holds.
    integers: u64,
    /// Numbers that a double holds exactly.
    floats: u64,
    /// Numbers that a decimal holds exactly.
    decimals: u64,
}

impl Column {
    /// The tally of the tokens; nothing once they have a type.
    pub(super) fn tally(&self) -> Tally {
        match self {
            Column::Undecided(kinds, texts) => Tally::of(kinds, texts),
            _ => Tally::default(),
        }
    }
}

impl Tally {
    /// The tally of a column's tokens.
    pub(super) fn of(kinds: &[Kind], texts: &StringArray) -> Tally {
        let mut tally = Tally::default();
        for (row, kind) in kinds.iter().enumerate() {
            match kind {
                Kind::Nothing => {}
                Kind::Boolean => tally.booleans += 1,
                Kind::String => tally.strings += 1,
                Kind::Number => tally.add_number(texts.value(row)),
            }
        }
        tally
    }

    /// Counts a number.
    fn add_number(&mut self, text: &str) {
        self.numbers += 1;
        let integer = convert::integer(text);
        self.integers += u64::from(integer.is_some());
        // Every 64-bit integer is a decimal, and most are small.
        self.decimals += u64::from(integer.is_some() || convert::decimal(text).is_some());
        let is_small = integer.is_some_and(|value| value.unsigned_abs() <= EXACT_DOUBLE_MAX);
        self.floats += u64::from(is_small || convert::float(text).is_some());
    }

    /// Adds the values of another part of the load.
    pub(super) fn add(&mut self, other: Tally) {
        self.booleans += other.booleans;
        self.strings += other.strings;
        self.numbers += other.numbers;
        self.integers += other.integers;
        self.floats += other.floats;
        self.decimals += other.decimals;
    }

    /// Whether there are no values but strings.
    pub(super) fn is_all_strings(&self) -> bool {
        self.booleans == 0 && self.numbers == 0
    }

    /// The type that the values agree on. Numbers win over truth values, those over strings: a column with numbers is
    /// numeric and strings in it stand beside it. Whole numbers are integers; with fractions among them, floats if every
    /// number is exactly a double, otherwise decimals where those hold more of them. Numbers that no type holds decide
    /// nothing. A part of a key is never split: it is integer if every value is, otherwise text.
    pub(super) fn logical(&self, is_key_part: bool) -> LogicalType {
        let Tally { booleans, strings, numbers, integers, floats, decimals } = *self;
        if self.is_all_strings() {
            LogicalType::Text
        } else if is_key_part {
            let is_whole = integers == numbers && booleans == 0 && strings == 0;
            if is_whole { LogicalType::Integer } else { LogicalType::Text }
        } else if integers.max(floats).max(decimals) == 0 && booleans > 0 {
            LogicalType::Boolean
        } else if integers.max(floats).max(decimals) == 0 && strings > 0 {
            LogicalType::Text
        } else if integers == numbers || (integers >= floats && integers >= decimals) {
            LogicalType::Integer
        } else if floats >= decimals {
            LogicalType::Float
        } else {
            LogicalType::Decimal
        }
    }

    /// The columns in which the values stand when the type is [`logical`](Self::logical): the typed one, where it holds
    /// any, and those beside it.
    pub(super) fn roles(&self, is_key_part: bool) -> Vec<ColumnRole> {
        let Tally { booleans, strings, numbers, integers, floats, decimals } = *self;
        // Truth values, numbers and strings that the type holds.
        let held = match self.logical(is_key_part) {
            LogicalType::Integer => [0, integers, 0],
            LogicalType::Float => [0, floats, 0],
            LogicalType::Decimal => [0, decimals, 0],
            LogicalType::Boolean => [booleans, 0, 0],
            _ if is_key_part => [booleans, numbers, strings],
            _ => [0, 0, strings],
        };
        let roles = [
            (ColumnRole::Value, held.iter().any(|count| *count > 0)),
            (ColumnRole::VariantText, strings > held[2]),
            (ColumnRole::VariantJson, booleans > held[0] || numbers > held[1]),
        ];
        roles.into_iter().filter(|(_, has_values)| *has_values).map(|(role, _)| role).collect()
    }
}
