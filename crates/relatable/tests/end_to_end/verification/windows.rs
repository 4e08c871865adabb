//! A resource too large to be listed id by id: windows of time whose totals differ are.

use super::planting::{Loss, Planter};
use super::{mend, settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::VerifySettings;
use relatable_simulator::{Settings, Simulator};

#[tokio::test(flavor = "multi_thread")]
async fn records_from_before_what_was_to_be_read_are_not_judged() {
    let settings_of = Settings { contacts: 60, limit_per_window: UNLIMITED, ..Settings::default() };
    let (simulator, site) = (Simulator::start(settings_of).await.unwrap(), Site::new("sqlite"));
    run(&simulator, &site, Options::default()).await.unwrap();
    let ids = site.client().texts("SELECT id FROM conversations ORDER BY created_at, id");
    let at = format!("SELECT created_at FROM conversations WHERE id = '{}'", ids[20]);
    let at: jiff::Timestamp = site.client().texts(&at)[0].parse().unwrap();
    let client = site.client();
    client.execute(&format!(
        "PRAGMA foreign_keys = off; DELETE FROM conversations WHERE id IN ('{}', '{}')",
        ids[3], ids[22]
    ));
    drop(client);
    for listed_max in [10, 10_000] {
        let mut settings = VerifySettings { listed_max, ..settings(&simulator, &site, 0) };
        let missing = |report: relatable_pipeline::VerifyReport| -> Vec<String> {
            report.findings.into_iter().map(|finding| finding.id).collect()
        };
        assert_eq!(missing(verified(&settings, &site).await), [ids[3].as_str(), ids[22].as_str()]);
        settings.since_us.insert("conversations".to_owned(), at.as_microsecond());
        assert_eq!(missing(verified(&settings, &site).await), [ids[22].as_str()], "{listed_max}");
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
