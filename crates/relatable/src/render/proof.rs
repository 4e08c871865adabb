//! What a verification found, as tables: per resource what was compared, and each finding.

use super::grid::{Alignment, Grid};
use super::quantity::{counted, duration, grouped};
use relatable_pipeline::{Finding, FindingKind, VerifyReport};

/// How much was compared and what came of it.
pub(crate) fn proof(report: &VerifyReport) -> String {
    let right = Alignment::Right;
    let mut grid = Grid::new(&[Alignment::Left, right, right, right, right, right, right, Alignment::Left]);
    grid.row(["resource", "API", "tables", "listed", "asked for", "findings", "changed since", ""]);
    for (resource, proof) in &report.resources {
        let mut notes: Vec<String> =
            proof.unjudged.iter().map(|reason| format!("not judged: {reason}")).collect();
        notes.extend(proof.notes.iter().cloned());
        if proof.unreachable > 0 {
            notes.push(format!("{} the API does not show", counted(proof.unreachable, "element")));
        }
        grid.row([
            resource.clone(),
            proof.api.map_or_else(String::new, grouped),
            grouped(proof.tables),
            grouped(proof.compared),
            grouped(proof.sampled),
            grouped(proof.findings),
            grouped(proof.changed_since),
            notes.join("; "),
        ]);
    }
    let kinds = FindingKind::ALL.into_iter().map(|kind| (kind, report.count(kind)));
    let found: Vec<String> =
        kinds.filter(|(_, count)| *count > 0).map(|(kind, count)| counted(count, kind.words())).collect();
    let not_judged: Vec<&str> = report.unjudged().map(|(resource, _)| resource).collect();
    let mut outcome = match (found.is_empty(), report.is_proof()) {
        (false, _) => found.join(", "),
        (true, true) if report.skipped.is_empty() => "nothing is missing or wrong".to_owned(),
        (true, true) => "nothing is missing or wrong in what the token may read".to_owned(),
        (true, false) => "nothing was compared, so nothing is proven".to_owned(),
    };
    if !not_judged.is_empty() {
        outcome = format!("{outcome}; not judged: {}", not_judged.join(", "));
    }
    let (requests, seconds) = (counted(report.requests, "request"), duration(report.seconds));
    format!("\n{}\n\n{outcome}\n{requests}, {seconds}, --seed {}", grid.text(""), report.seed)
}

/// Every finding, one a line.
pub(crate) fn findings(report: &VerifyReport) -> String {
    let mut grid = Grid::new(&[Alignment::Left; 4]);
    grid.row(["kind", "table", "id", "where"]);
    for finding in &report.findings {
        let Finding { kind, table, id, .. } = finding;
        grid.row([kind.words().to_owned(), table.clone(), id.clone(), place(finding)]);
    }
    grid.text("")
}

/// Where in a record something is wrong.
fn place(finding: &Finding) -> String {
    match (&finding.element, finding.kind) {
        (Some(element), FindingKind::DanglingReference) => format!("{} = {element}", finding.path),
        (Some(element), _) => format!("{}[{element}]", finding.path),
        (None, _) => finding.path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_pipeline::ResourceProof;

    #[test]
    fn a_report_says_how_much_was_compared_and_what_is_wrong() {
        let finding = |kind, id: &str, path: &str, element: Option<&str>| Finding {
            kind,
            resource: "contacts".to_owned(),
            table: "contacts".to_owned(),
            id: id.to_owned(),
            path: path.to_owned(),
            element: element.map(str::to_owned),
            asked_for: None,
        };
        let proof =
            ResourceProof { api: Some(1_200), tables: 1_199, unreachable: 1, ..ResourceProof::default() };
        let mut report = VerifyReport {
            seed: 7,
            requests: 2,
            seconds: 1.25,
            findings: vec![
                finding(FindingKind::MissingRecord, "a", "", None),
                finding(FindingKind::MissingElement, "b", "tags", Some("5")),
                finding(FindingKind::DanglingReference, "b", "owner_id", Some("9")),
            ],
            ..VerifyReport::default()
        };
        report.resources.insert("contacts".to_owned(), proof);
        assert_eq!(
            findings(&report),
            "\
kind                table     id  where
missing record      contacts  a
missing element     contacts  b   tags[5]
dangling reference  contacts  b   owner_id = 9"
        );
        let text = super::proof(&report);
        for part in [
            "contacts  1,200   1,199",
            "1 element the API does not show",
            "1 missing record, 1 missing element, 1 dangling reference",
            "2 requests, 1.2 s, --seed 7",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        report.findings.clear();
        assert!(super::proof(&report).contains("nothing is missing or wrong\n"));
    }
}
