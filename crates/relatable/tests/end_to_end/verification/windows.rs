//! A resource too large to be listed id by id: windows of time whose totals differ are.

use super::planting::{Loss, Planter};
use super::{mend, settings, told, verified};
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::VerifySettings;
use relatable_simulator::{Settings, Simulator};

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
