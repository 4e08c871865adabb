//! How far verification reaches: what only a record's own answer brings, what hangs on other records, custom objects, lists
//! that only grow, and what is read only where it is asked for.

use super::{mend, settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::VerifySettings;
use relatable_simulator::{Mutation, Resource, Selection, Settings, Simulator};

/// What is read only where it is asked for by its name.
const ALSO: [&str; 5] = [
    "handling_events",
    "side_conversations",
    "article_versions",
    "team_metrics",
    "data_connector_executions",
];
/// A type of custom objects that no attribute points at.
const TYPES: [&str; 1] = ["Device"];

/// Losses by where they are: what is lost in the tables, and the beginning of what must be told, with the record chosen by
/// the query before them in the place of `{id}`.
const LOSSES: [(&str, &str, &str); 20] = [
    // Only an article's own answer has its statistics, only a connector's own what it asks.
    (
        "SELECT id FROM articles WHERE statistics_views IS NOT NULL",
        "UPDATE articles SET statistics_views = statistics_views + 1000 WHERE id = '{id}'",
        "wrong value articles {id} statistics.views",
    ),
    (
        "SELECT id FROM data_connectors WHERE url IS NOT NULL",
        "UPDATE data_connectors SET url = 'x' WHERE id = '{id}'",
        "wrong value data_connectors {id} url",
    ),
    (
        "SELECT data_connector_id FROM data_connector_headers",
        "DELETE FROM data_connector_headers WHERE data_connector_id = '{id}'",
        "missing element data_connector_headers {id} headers",
    ),
    (
        "SELECT id FROM internal_articles WHERE created_at IS NOT NULL",
        "UPDATE internal_articles SET created_at = NULL WHERE id = '{id}'",
        "wrong value internal_articles {id} created_at",
    ),
    // What was said comes with the calls of a conversation.
    (
        "SELECT call_id FROM call_transcript_lines",
        "DELETE FROM call_transcript_lines WHERE call_id = '{id}'",
        "missing element call_transcript_lines {id} transcript",
    ),
    (
        "SELECT id FROM calls WHERE transcript_status IS NOT NULL ORDER BY id DESC",
        "UPDATE calls SET transcript_status = 'x' WHERE id = '{id}'",
        "wrong value calls {id} transcript_status",
    ),
    // Custom objects are listed by their types.
    (
        "SELECT id FROM custom_object_instances WHERE type = 'Order'",
        "DELETE FROM custom_object_instances WHERE id = '{id}' AND type = 'Order'",
        "missing record custom_object_instances Order/{id}",
    ),
    (
        "SELECT id FROM custom_object_instances WHERE type = 'Device'",
        "UPDATE custom_object_instances SET external_id = 'x' WHERE id = '{id}' AND type = 'Device'",
        "wrong value custom_object_instances Device/{id} external_id",
    ),
    (
        "SELECT '91'",
        "INSERT INTO custom_object_instances (type, id, _synced_at) SELECT type, '{id}', _synced_at \
         FROM custom_object_instances WHERE type = 'Order' LIMIT 1",
        "ghost custom_object_instances Order/{id}",
    ),
    // A list that only grows.
    (
        "SELECT id FROM deleted_conversations",
        "DELETE FROM deleted_conversations WHERE id = '{id}'",
        "missing record deleted_conversations {id}",
    ),
    (
        "SELECT id FROM deleted_conversations ORDER BY id DESC",
        "UPDATE deleted_conversations SET metrics_retained = NULL WHERE id = '{id}'",
        "wrong value deleted_conversations {id} metrics_retained",
    ),
    // What hangs on other records.
    ("SELECT id FROM redirects", "DELETE FROM redirects WHERE id = '{id}'", "missing record redirects {id}"),
    (
        "SELECT '92'",
        "INSERT INTO redirects (id, help_center_id, _synced_at) SELECT '{id}', help_center_id, _synced_at FROM redirects LIMIT 1",
        "ghost redirects {id}",
    ),
    (
        "SELECT id FROM office_hours_exceptions",
        "DELETE FROM office_hours_exceptions WHERE id = '{id}'",
        "missing record office_hours_exceptions {id}",
    ),
    (
        "SELECT id FROM notes ORDER BY id DESC",
        "UPDATE notes SET body = 'x' WHERE id = '{id}'",
        "wrong value notes {id} body",
    ),
    // What is read only where it is asked for.
    (
        "SELECT conversation_id FROM conversation_handling_events",
        "DELETE FROM conversation_handling_events WHERE conversation_id = '{id}'",
        "missing element conversation_handling_events {id} handling_events",
    ),
    (
        "SELECT id FROM side_conversations",
        "UPDATE side_conversations SET part_count = 99 WHERE id = '{id}'",
        "wrong value side_conversations {id} total_count",
    ),
    (
        "SELECT id FROM article_versions",
        "DELETE FROM article_versions WHERE id = '{id}'",
        "missing record article_versions {id}",
    ),
    (
        "SELECT team_id FROM team_metrics",
        "UPDATE team_metrics SET open = 99 WHERE team_id = '{id}'",
        "wrong value team_metrics {id}/",
    ),
    (
        "SELECT id FROM data_connector_executions",
        "DELETE FROM data_connector_executions WHERE id = '{id}'",
        "missing record data_connector_executions {id}",
    ),
];

/// A workspace of which everything there is was read.
async fn read() -> (Simulator, Site) {
    let settings = Settings {
        contacts: 60,
        companies: Some(10),
        conversations: Some(80),
        limit_per_window: UNLIMITED,
        ..Settings::default()
    };
    let (simulator, site) = (Simulator::start(settings).await.unwrap(), Site::new("sqlite"));
    let which = Selection::Indexes(vec![3, 9, 12]);
    simulator.mutate(Mutation::Delete { resource: Resource::Conversations, which }).unwrap();
    let options = Options { also: &ALSO, object_types: &TYPES, ..Options::default() };
    run(&simulator, &site, options).await.unwrap();
    (simulator, site)
}

/// A verification of everything there is, down to the last record.
fn everything(simulator: &Simulator, site: &Site) -> VerifySettings {
    let mut settings = settings(simulator, site, 1_000);
    settings.sync.reading.also = ALSO.map(str::to_owned).to_vec();
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_read_is_verified_and_mended() {
    let (simulator, site) = read().await;
    let settings = everything(&simulator, &site);
    let clean = verified(&settings, &site).await;
    assert_eq!(told(&clean.findings), [""; 0], "nothing is lost yet");
    let unjudged = clean.resources.iter().filter(|(_, proof)| proof.unjudged.is_some());
    let unjudged: Vec<&String> = unjudged.map(|(resource, _)| resource).collect();
    assert_eq!(unjudged, ["counts"], "everything else is judged");
    let client = site.client();
    let mut expected = Vec::new();
    for (record, loss, finding) in LOSSES {
        let ids = client.texts(&format!("SELECT * FROM ({record}) LIMIT 1"));
        let id = ids.first().unwrap_or_else(|| panic!("nothing to lose: {record}"));
        client.execute(&format!("PRAGMA foreign_keys = off; {}", loss.replace("{id}", id)));
        expected.push(finding.replace("{id}", id));
    }
    let report = verified(&settings, &site).await;
    let found = told(&report.findings);
    let missed = expected.iter().filter(|expected| !found.iter().any(|found| found.starts_with(*expected)));
    assert_eq!(missed.collect::<Vec<_>>(), [""; 0], "not among {found:#?}");
    mend(&settings, &site, &report.findings).await;
    assert_eq!(told(&verified(&settings, &site).await.findings), [""; 0], "not all was mended");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_only_once_is_named_as_not_judged_with_the_reason() {
    let (simulator, site) = read().await;
    let report = verified(&settings(&simulator, &site, 10), &site).await;
    for (resource, reason) in [
        ("counts", "made by this program"),
        ("side_conversations", "--also side_conversations"),
        ("team_metrics", "--also team_metrics"),
    ] {
        let unjudged = report.resources[resource].unjudged.as_deref().unwrap_or_default();
        assert!(unjudged.contains(reason), "{resource}: {unjudged}");
    }
    let notes = &report.resources["conversations"].notes;
    assert!(notes.iter().any(|note| note.contains("--also handling_events")), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_records_that_were_not_read_is_verified_all_the_same() {
    for (resource, empties) in [("notes", true), ("notes", false), ("redirects", true), ("events", true)] {
        let settings_of = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
        let (simulator, site) = (Simulator::start(settings_of).await.unwrap(), Site::new("sqlite"));
        let select = Some(vec![resource.to_owned()]);
        run(&simulator, &site, Options { select: select.clone(), ..Options::default() }).await.unwrap();
        let mut settings = settings(&simulator, &site, 1_000);
        settings.sync.reading.select = select;
        let clean = verified(&settings, &site).await;
        assert_eq!(told(&clean.findings), [""; 0], "{resource}: nothing is lost yet");
        assert!(clean.is_proof() && clean.resources[resource].sampled > 0, "{resource}: {clean:?}");
        let lost = if empties { "id IS NOT NULL" } else { "id IN (SELECT min(id) FROM notes)" };
        let client = site.client();
        let ids = client.texts(&format!("SELECT id FROM {resource} WHERE {lost}"));
        client.execute(&format!("DELETE FROM {resource} WHERE {lost}"));
        let report = verified(&settings, &site).await;
        let missing = report.findings.iter().filter(|finding| finding.resource == resource).count();
        assert_eq!(missing, ids.len(), "{resource}");
        mend(&settings, &site, &report.findings).await;
        assert_eq!(told(&verified(&settings, &site).await.findings), [""; 0], "{resource}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_of_a_contact_that_is_gone_are_ghosts_though_contacts_are_not_read() {
    let settings_of = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
    let (simulator, site) = (Simulator::start(settings_of).await.unwrap(), Site::new("sqlite"));
    let select = Some(vec!["notes".to_owned()]);
    let options = || Options { select: select.clone(), sweep: true, ..Options::default() };
    run(&simulator, &site, options()).await.unwrap();
    let client = site.client();
    let contact = client.texts("SELECT contact_id FROM notes ORDER BY contact_id LIMIT 1").remove(0);
    let index = simulator.truth().documents(Resource::Contacts).position(|it| it["id"] == contact.as_str());
    let which = Selection::Indexes(vec![u32::try_from(index.unwrap()).unwrap()]);
    simulator.mutate(Mutation::Delete { resource: Resource::Contacts, which }).unwrap();
    simulator.advance_clock(7_200);
    run(&simulator, &site, options()).await.unwrap();
    let mut settings = settings(&simulator, &site, 1_000);
    settings.sync.reading.select = select.clone();
    let live = format!("SELECT count(*) FROM notes WHERE contact_id = '{contact}' AND _deleted_at IS NULL");
    let stale = client.number(&live);
    let report = verified(&settings, &site).await;
    assert_eq!(i64::try_from(report.findings.len()).unwrap(), stale, "{:#?}", told(&report.findings));
    mend(&settings, &site, &report.findings).await;
    assert_eq!(client.number(&live), 0);
    assert_eq!(told(&verified(&settings, &site).await.findings), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_compared_nothing_is_proven() {
    let (simulator, site) = read().await;
    for (select, sample, is_proof) in
        [("counts", 100, false), ("notes", 0, false), ("notes", 1, true), ("tags", 0, true)]
    {
        let mut settings = settings(&simulator, &site, sample);
        settings.sync.reading.select = Some(vec![select.to_owned()]);
        let report = verified(&settings, &site).await;
        assert_eq!(report.is_proof(), is_proof, "{select}, {sample}: {:?}", report.resources);
        assert_eq!(report.resources[select].unjudged.is_none(), is_proof, "{select}, {sample}");
    }
}
