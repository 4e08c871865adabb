//! What a run did, as a table and a line.

use super::grid::{Alignment, Grid};
use super::quantity::{bytes, counted, duration, grouped};
use relatable_pipeline::report::{RunReport, TableReport};

/// The report with the changes of every table; of several destinations those of the first.
pub(super) fn full(report: &RunReport) -> String {
    let mut grid = Grid::new(&[Alignment::Left, Alignment::Right, Alignment::Right, Alignment::Right]);
    grid.row(["table", "inserted", "updated", "deleted"]);
    for (table, changes) in &report.tables {
        let changes = &changes.0;
        grid.row([
            table.clone(),
            grouped(changes.inserted),
            grouped(changes.updated),
            grouped(changes.deleted),
        ]);
    }
    if report.tables.is_empty() {
        format!("\nno row has changed\n\n{}", totals(report))
    } else {
        format!("\n{}\n\n{}", grid.text(""), totals(report))
    }
}

/// The report without tables: totals and what to look at. What was left out is told where it happens.
pub(super) fn totals(report: &RunReport) -> String {
    let records = report.records.values().sum();
    let mut text = counted(records, "record");
    if report.requests > 0 {
        text += &format!(", {} ({})", counted(report.requests, "request"), bytes(report.received_bytes));
    }
    text += &format!(", {}, {}", counted(report.loads, "load"), duration(report.seconds));
    for other in &report.others {
        let changed = |table: &TableReport| table.0.inserted + table.0.updated + table.0.deleted;
        let rows: u64 = other.tables.values().map(changed).sum();
        let (rows, loads) = (counted(rows, "row"), counted(other.loads, "load"));
        text += &format!("\n{}: {rows} changed in {loads}", other.destination);
    }
    if report.refused > 0 {
        text += &format!("\n{} refused for the rate limit", counted(report.refused, "request"));
    }
    if report.forgotten > 0 {
        let contacts = counted(report.forgotten, "contact");
        text += &format!(
            "\n{contacts} forgotten here and still in Intercom: delete them there, too; nothing of them was stored"
        );
    }
    if !report.issues.is_empty() {
        let kinds: Vec<String> =
            report.issues.iter().map(|(kind, count)| format!("{kind} {}", grouped(*count))).collect();
        text += &format!("\nissues, in the table _relatable_issues: {}", kinds.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_destinations::package::RowCounts;
    use relatable_pipeline::report::TableReport;

    #[test]
    fn nothing_remarkable_is_silent() {
        let mut report = RunReport {
            requests: 3,
            received_bytes: 2_000,
            refused: 1,
            loads: 1,
            seconds: 1.25,
            ..RunReport::default()
        };
        report.records.insert("tags".into(), 12);
        let changes = RowCounts { inserted: 1_200, updated: 0, deleted: 3 };
        report.tables.insert("tags".into(), TableReport(changes));
        report.issues.insert("cut_list".into(), 2);
        let expected = "
table  inserted  updated  deleted
tags      1,200        0        3

12 records, 3 requests (2.0 kB), 1 load, 1.2 s
1 request refused for the rate limit
issues, in the table _relatable_issues: cut_list 2";
        assert_eq!(full(&report), expected);
    }
}
