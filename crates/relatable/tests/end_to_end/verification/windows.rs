//! A resource too large to be listed id by id: windows of time whose totals differ are.

use super::planting::{Loss, Planter};
use super::{mend, settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::{FindingKind, Since, VerifySettings};
use relatable_simulator::{Resource, Settings, Simulator};

#[tokio::test(flavor = "multi_thread")]
async fn records_from_before_what_was_to_be_read_are_not_judged() {
    let settings_of = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
    let (simulator, site) = (Simulator::start(settings_of).await.unwrap(), Site::new("sqlite"));
    let mut created: Vec<i64> = simulator
        .truth()
        .documents(Resource::Conversations)
        .map(|conversation| conversation["created_at"].as_i64().unwrap())
        .collect();
    created.sort_unstable();
    let since = Since { resource: Some("conversations".to_owned()), from_s: Some(created[20]) };
    run(&simulator, &site, Options { since: vec![since], ..Options::default() }).await.unwrap();
    let ids = site.client().texts("SELECT id FROM conversations ORDER BY created_at, id");
    assert!(ids.len() < created.len(), "nothing was left out, so nothing is tested");
    for listed_max in [10, 10_000] {
        let settings = VerifySettings { listed_max, ..settings(&simulator, &site, 0) };
        let found = verified(&settings, &site).await.findings;
        assert_eq!(told(&found), [""; 0], "{listed_max}");
    }
    let missing = ids.last().unwrap();
    let client = site.client();
    client.execute(&format!("PRAGMA foreign_keys = off; DELETE FROM conversations WHERE id = '{missing}'"));
    drop(client);
    for listed_max in [10, 10_000] {
        let settings = VerifySettings { listed_max, ..settings(&simulator, &site, 0) };
        let found = verified(&settings, &site).await.findings;
        // What points at it leads to nothing now, which is told as well.
        let lost = found.iter().filter(|finding| finding.kind == FindingKind::MissingRecord);
        let found: Vec<&String> = lost.map(|finding| &finding.id).collect();
        assert_eq!(found, [missing], "{listed_max}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_windows_whose_totals_differ_are_listed_and_what_they_lost_is_found() {
    for (seed, timezone) in [(11, "Europe/Dublin"), (12, "Asia/Kolkata"), (13, "America/Los_Angeles")] {
        let simulator = Simulator::start(Settings {
            seed,
            contacts: 400,
            companies: Some(5),
            conversations: Some(150),
            limit_per_window: UNLIMITED,
            timezone: timezone.to_owned(),
            ..Settings::default()
        });
        let (simulator, site) = (simulator.await.unwrap(), Site::new("sqlite"));
        run(&simulator, &site, Options::default()).await.unwrap();
        let settings = VerifySettings { listed_max: 40, ..settings(&simulator, &site, 0) };
        let clean = verified(&settings, &site).await;
        assert_eq!(told(&clean.findings), [""; 0], "seed {seed}, {timezone}");
        for resource in ["contacts", "conversations"] {
            let proof = &clean.resources[resource];
            assert_eq!((proof.api, proof.compared), (Some(proof.tables), 0), "{resource}: no window differs");
        }
        let mut planter = Planter::new(&site, seed);
        let planted = [
            planter.plant(Loss::WindowOfConversations, 0),
            planter.plant(Loss::Row, 4 - seed * 7 % 4),
            planter.plant(Loss::Row, 5 - seed * 7 % 4),
        ];
        let report = verified(&settings, &site).await;
        for expected in planted.iter().flat_map(|planted| &planted.expected) {
            let found = told(&report.findings);
            assert!(expected.is_in(&report.findings), "seed {seed}: {expected:?} is not among {found:#?}");
        }
        let listed = report.resources["contacts"].compared;
        assert!((1..200).contains(&listed), "{listed} of 400 contacts were listed for one that is missing");
        mend(&settings, &site, &report.findings).await;
        assert_eq!(told(&verified(&settings, &site).await.findings), [""; 0], "seed {seed}");
    }
}
