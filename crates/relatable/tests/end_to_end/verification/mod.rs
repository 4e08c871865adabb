//! Verification: every planted loss is found and mended, and a workspace that goes on changing raises no false alarm.

mod healthy;
mod losses;
mod missed;
mod planting;
mod reach;
mod windows;

use crate::harness::{Searched, Site, rules};
use relatable_intercom::clock::SystemClock;
use relatable_pipeline::event::Unobserved;
use relatable_pipeline::{
    Finding, LISTED_MAX_DEFAULT, ReadingSettings, Retention, SyncSettings, VerifyReport, VerifySettings,
    repair, verify,
};
use relatable_simulator::{Settings, Simulator};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A verification as a user has it, with a sample of this size.
pub(crate) fn settings(simulator: &Simulator, site: &Site, sample: u64) -> VerifySettings {
    VerifySettings {
        sync: SyncSettings {
            client: relatable_intercom::Settings {
                base_url: simulator.base_url(),
                token: Settings::default().token.into(),
                version: "2.16".to_owned(),
                share_percent: 80,
                requests_max: None,
                connections: 24,
            },
            rules: rules(None),
            curated: rules(None),
            journal: site.file("journal"),
            reading: ReadingSettings::default(),
            retention: Retention::Forever,
            salt: None,
            clock: Arc::new(SystemClock),
        },
        sample,
        seed: 1,
        listed_max: LISTED_MAX_DEFAULT,
    }
}

pub(crate) async fn verified(settings: &VerifySettings, site: &Site) -> VerifyReport {
    let mut destination = relatable_destinations::open(&site.uri()).unwrap();
    let searched = Arc::new(Searched::new(Arc::new(Unobserved)));
    let report = verify(settings, destination.as_mut(), searched.clone()).await.unwrap();
    searched.search(&BTreeSet::new(), &report);
    report
}

async fn mend(settings: &VerifySettings, site: &Site, findings: &[Finding]) {
    let open = || relatable_destinations::open(&site.uri());
    repair(settings, findings, &open, Arc::new(Unobserved)).await.unwrap();
}

/// Findings in words.
pub(crate) fn told(findings: &[Finding]) -> Vec<String> {
    let words = |finding: &Finding| {
        let element = finding.element.as_deref().unwrap_or_default();
        format!("{} {} {} {} {element}", finding.kind.words(), finding.table, finding.id, finding.path)
    };
    findings.iter().map(words).collect()
}
