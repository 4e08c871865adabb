//! Where a trap is set: a workspace, tables, and runs from one into the other.

use crate::clock::LeapingClock;
use crate::comparison::assert_truth;
use crate::harness::{Options, Site, UNLIMITED, run};
use relatable_pipeline::PipelineError;
use relatable_pipeline::report::RunReport;
use relatable_simulator::{Fault, FaultKind, Mutation, Resource, Selection, Settings, Simulator};
use serde_json::Value;
use std::sync::Arc;

/// A workspace with a trap in it, tables, and a clock that leaps over every wait.
pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) site: Site,
    pub(super) clock: LeapingClock,
}

impl Stage {
    /// A workspace of moderate size, changed as the trap wants it.
    pub(super) async fn set(change: impl FnOnce(&mut Settings)) -> Stage {
        let mut settings = Settings {
            contacts: 120,
            companies: Some(40),
            conversations: Some(60),
            limit_per_window: UNLIMITED,
            clock: Some("2026-11-03T12:00:00Z".parse().unwrap()),
            ..Settings::default()
        };
        change(&mut settings);
        let simulator = Simulator::start(settings).await.unwrap();
        let clock = LeapingClock::new(simulator.base_url());
        Stage { simulator, site: Site::new("sqlite"), clock }
    }

    /// A run that must succeed.
    pub(super) async fn sync(&self) -> RunReport {
        self.sync_with(Options::default()).await.unwrap()
    }

    /// A run that looks at everything anew.
    pub(super) async fn sweep(&self) -> RunReport {
        self.sync_with(Options { sweep: true, ..Options::default() }).await.unwrap()
    }

    pub(super) async fn sync_with(&self, options: Options) -> Result<RunReport, PipelineError> {
        let clock = Some(Arc::new(self.clock.clone()) as _);
        run(&self.simulator, &self.site, Options { clock, ..options }).await
    }

    pub(super) fn assert_truth(&self) {
        assert_truth(&self.site, &self.simulator);
    }

    /// The one number a query answers.
    pub(super) fn number(&self, sql: &str) -> i64 {
        self.site.client().number(sql)
    }

    /// The first column of a query.
    pub(super) fn texts(&self, sql: &str) -> Vec<String> {
        self.site.client().texts(sql)
    }

    /// How often something was asked, such as `GET /contacts`.
    pub(super) fn asked(&self, pattern: &str) -> u64 {
        self.simulator.stats().by_path.get(pattern).copied().unwrap_or_default()
    }

    pub(super) fn inject(&self, path_prefix: &str, skip: u32, times: u32, kind: FaultKind) {
        self.simulator.inject(Fault { path_prefix: path_prefix.to_owned(), skip, times, kind });
    }

    /// What the workspace holds of a resource.
    pub(super) fn truth(&self, resource: Resource) -> Vec<Value> {
        self.simulator.truth().documents(resource).collect()
    }

    pub(super) fn mutate(&self, mutation: Mutation) -> Vec<String> {
        self.simulator.mutate(mutation).unwrap().ids
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, answer) = crate::wire::get(&self.simulator.base_url(), path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(super) async fn post(&self, path: &str, question: Value) -> (u16, Value) {
        crate::wire::post(&self.simulator.base_url(), path, &question).await
    }
}

/// This many records, the same for the same seed.
pub(super) fn some(count: u32, seed: u64) -> Selection {
    Selection::Random { count, seed }
}

/// An error with all its causes.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
