//! Every planted loss is found by its id and its kind, and mended.

use super::planting::{Expected, Loss, Planted, Planter};
use super::{mend, settings, told, verified};
use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::{Finding, FindingKind};
use relatable_simulator::{Settings, Simulator};

/// What is lost in each workspace.
const LOSSES: [(Loss, u64); 8] = [
    (Loss::PageOfCompanies, 1),
    (Loss::WindowOfConversations, 1),
    (Loss::Row, 2),
    (Loss::Part, 2),
    (Loss::EleventhTag, 1),
    (Loss::StaleField, 1),
    (Loss::Ghost, 1),
    (Loss::DanglingReference, 1),
];
/// How many workspaces lose something: 50 losses in all.
const WORKSPACES: u64 = 5;

async fn workspace(seed: u64) -> Simulator {
    let settings = Settings {
        seed,
        contacts: 120 + seed * 5,
        companies: Some(130),
        conversations: Some(60),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Plants everything into the tables of a workspace.
fn plant(site: &Site, seed: u64) -> Vec<Planted> {
    let mut planter = Planter::new(site, seed);
    let losses = LOSSES.into_iter().flat_map(|(loss, count)| (0..count).map(move |nth| (loss, nth)));
    losses.map(|(loss, nth)| planter.plant(loss, nth)).collect()
}

/// Findings that follow from no planted loss.
fn unexplained<'f>(findings: &'f [Finding], planted: &[Planted]) -> Vec<&'f Finding> {
    let expected: Vec<&Expected> = planted.iter().flat_map(|planted| &planted.expected).collect();
    let is_lost = |id: &str| expected.iter().any(|expected| expected.id == id);
    let explains = |finding: &&Finding| match finding.kind {
        // Other rows may refer to what is lost, too.
        FindingKind::DanglingReference => finding.element.as_deref().is_some_and(is_lost),
        _ => is_lost(&finding.id),
    };
    findings.iter().filter(|finding| !explains(finding)).collect()
}

/// Ghosts that are marked as deleted now go, so that what is left can be compared with the truth.
fn bury_ghosts(site: &Site, planted: &[Planted]) {
    for ghost in planted.iter().flat_map(|planted| &planted.expected) {
        if ghost.kind == FindingKind::Ghost {
            let (table, id) = (&ghost.table, &ghost.id);
            let marked =
                format!("SELECT count(*) FROM {table} WHERE id = '{id}' AND _deleted_at IS NOT NULL");
            assert_eq!(site.client().number(&marked), 1, "{ghost:?} is not marked");
            site.client().execute(&format!("DELETE FROM {table} WHERE id = '{id}'"));
        }
    }
}

async fn losses_are_found_and_mended(scheme: &'static str, seed: u64) -> usize {
    let (simulator, site) = (workspace(seed).await, Site::new(scheme));
    run(&simulator, &site, Options::default()).await.unwrap();
    let planted = plant(&site, seed);
    // So small a sample finds next to nothing by itself.
    let settings = settings(&simulator, &site, 2);
    let report = verified(&settings, &site).await;
    for Planted { loss, expected } in &planted {
        for expected in expected {
            assert!(
                expected.is_in(&report.findings),
                "seed {seed}, {loss:?}: {expected:?} is not among {:#?}",
                told(&report.findings)
            );
        }
    }
    let unexplained = unexplained(&report.findings, &planted);
    assert!(unexplained.is_empty(), "seed {seed}: {unexplained:#?}");
    mend(&settings, &site, &report.findings).await;
    let again = verified(&settings, &site).await;
    assert_eq!(told(&again.findings), [""; 0], "seed {seed}: not all was mended");
    bury_ghosts(&site, &planted);
    assert_truth(&site, &simulator);
    planted.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_losses_of_eight_kinds_are_found_and_mended_in_sqlite() {
    let mut found = 0;
    for seed in 1..=WORKSPACES {
        found += losses_are_found_and_mended("sqlite", seed).await;
    }
    assert_eq!(found, 50);
}

#[cfg(feature = "duckdb")]
#[tokio::test(flavor = "multi_thread")]
async fn losses_of_every_kind_are_found_and_mended_in_duckdb() {
    losses_are_found_and_mended("duckdb", 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_per_contact_is_compared_for_the_sample_and_mended() {
    let (simulator, site) = (workspace(7).await, Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    let client = site.client();
    let one = |sql: &str| client.texts(&format!("{sql} LIMIT 1")).remove(0);
    let (note, event) = (one("SELECT id FROM notes ORDER BY id"), one("SELECT id FROM events ORDER BY id"));
    let contact = one("SELECT contact_id FROM event_summaries ORDER BY contact_id");
    let tagged = one("SELECT contact_id FROM contact_segments ORDER BY contact_id");
    for sql in [
        format!(
            "INSERT INTO notes (id, contact_id, _synced_at) SELECT 'ghost', contact_id, _synced_at FROM notes WHERE id = '{note}'"
        ),
        format!("DELETE FROM notes WHERE id = '{note}'"),
        format!("DELETE FROM events WHERE id = '{event}'"),
        format!("UPDATE event_summaries SET \"count\" = -1 WHERE contact_id = '{contact}'"),
        format!("DELETE FROM contact_segments WHERE contact_id = '{tagged}'"),
    ] {
        client.execute(&sql);
    }
    let settings = settings(&simulator, &site, 1_000);
    let report = verified(&settings, &site).await;
    let found = told(&report.findings);
    for expected in [
        format!("missing record notes {note} "),
        "ghost notes ghost ".to_owned(),
        format!("missing record events {event} "),
        format!("wrong value event_summaries {contact}/"),
        format!("missing element contact_segments {tagged} segments"),
    ] {
        assert!(found.iter().any(|found| found.starts_with(&expected)), "{expected} is not among {found:#?}");
    }
    mend(&settings, &site, &report.findings).await;
    assert_eq!(told(&verified(&settings, &site).await.findings), [""; 0]);
    let marked = "SELECT count(*) FROM notes WHERE id = 'ghost' AND _deleted_at IS NOT NULL";
    assert_eq!(client.number(marked), 1);
    client.execute("DELETE FROM notes WHERE id = 'ghost'");
    assert_truth(&site, &simulator);
}
