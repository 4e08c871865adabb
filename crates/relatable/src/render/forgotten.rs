//! What was forgotten, in words and as JSON.

use super::quantity::{counted, grouped};
use relatable_pipeline::ForgetReport;
use serde_json::json;

/// For people.
pub(crate) fn forgotten(contacts: usize, report: &ForgetReport) -> String {
    format!(
        "{} forgotten: {} went and {} lost values; of the journal's answers {} went and {} were rewritten",
        counted(contacts as u64, "contact"),
        counted(report.rows, "row"),
        grouped(report.changed),
        grouped(report.answers_gone),
        grouped(report.answers_changed)
    )
}

/// For programs.
pub(crate) fn forgotten_json(contacts: usize, report: &ForgetReport) -> String {
    json!({
        "contacts": contacts,
        "rows_gone": report.rows,
        "rows_changed": report.changed,
        "answers_gone": report.answers_gone,
        "answers_changed": report.answers_changed,
    })
    .to_string()
}
