//! Text in columns.

use std::fmt::Write;

/// Between two columns.
const GAP: &str = "  ";

/// On which side a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alignment {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of text.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    columns: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table without rows.
    pub(crate) fn new(columns: &[Alignment]) -> Grid {
        Grid { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are left out.
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).take(self.columns.len()).collect());
    }

    /// The table as lines, each beginning with `margin`, without a line break at the end.
    pub(crate) fn text(&self, margin: &str) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut lines = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut line = margin.to_owned();
            for ((cell, alignment), width) in row.iter().zip(&self.columns).zip(&widths) {
                // Writing into a String does not fail.
                let _ = match alignment {
                    Alignment::Left => write!(line, "{cell:<width$}{GAP}"),
                    Alignment::Right => write!(line, "{cell:>width$}{GAP}"),
                };
            }
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut grid = Grid::new(&[Alignment::Left, Alignment::Right]);
        grid.row(["table", "rows"]);
        grid.row(["ä", "12"]);
        assert_eq!(grid.text("  "), "  table  rows\n  ä        12");
    }
}
