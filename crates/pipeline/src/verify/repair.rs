//! Mending what a verification found, on the way that everything takes: work goes into the journal's queues, what is gone
//! into the journal itself, and a sync does the rest.

use super::VerifySettings;
use super::report::{Finding, FindingKind};
use crate::error::PipelineError;
use crate::event::{Observer, RunEvent};
use crate::load::ABSENT_PREFIX;
use crate::report::RunReport;
use crate::sync::sync;
use relatable_destinations::{Destination, DestinationError};
use relatable_intercom::catalogue::{Content, Feed, Reading, feeds};
use relatable_journal::{Changes, Entry, Journal, Work};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A way to open the destination.
pub type Open<'a> = dyn Fn() -> Result<Box<dyn Destination>, DestinationError> + Send + Sync + 'a;

/// What is to be asked for, by feed and id, and what is marked as gone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// To be asked for at once.
    first: BTreeSet<(&'static str, String)>,
    /// To be asked for when the records that it hangs on are in the tables.
    then: BTreeSet<(&'static str, String)>,
    /// Records that the API does not have and that cannot be asked for, by resource.
    gone: BTreeMap<String, BTreeSet<String>>,
}

impl Plan {
    /// What mends these findings. What lists show completely at every run needs nothing.
    fn new(findings: &[Finding], version: &str) -> Plan {
        let mut plan = Plan::default();
        let feeds: Vec<&'static Feed> =
            feeds().filter(|feed| feed.cost.is_none() && feed.is_in(version)).collect();
        for finding in findings {
            let id = finding.id.clone();
            let asked_for = finding.asked_for.as_ref().and_then(|(feed, parent)| {
                let feed = feeds.iter().find(|known| known.name == feed)?;
                Some((feed.name, parent.clone()))
            });
            let hangs_on = |feed: &&Feed| {
                feed.parent == Some(finding.resource.as_str())
                    && matches!(feed.reading, Reading::PerRecord(_))
            };
            let own = Feed::of_one_record(&finding.resource, version);
            match (finding.kind, asked_for, own) {
                // The record referred to is missing, which is a finding of its own.
                (FindingKind::DanglingReference, ..) => {}
                (FindingKind::Ghost, _, None) => {
                    plan.gone.entry(finding.resource.clone()).or_default().insert(id);
                }
                (_, Some(asked_for), _) => drop(plan.first.insert(asked_for)),
                (kind, None, Some(own)) => {
                    plan.first.insert((own.name, id.clone()));
                    let children =
                        feeds.iter().copied().filter(|feed| hangs_on(feed) && feed.name != own.name);
                    for feed in children {
                        let holds =
                            matches!(feed.content, Content::Fragment(path) if finding.path.starts_with(path));
                        if kind == FindingKind::MissingRecord {
                            plan.then.insert((feed.name, id.clone()));
                        } else if holds && kind != FindingKind::Ghost {
                            plan.first.insert((feed.name, id.clone()));
                        }
                    }
                }
                (_, None, None) => {}
            }
        }
        plan
    }
}

/// Fetches what a verification found missing or wrong and marks what it found gone. The journal must not be open, the
/// destination not be claimed by somebody else. Answers the reports of the runs that this took.
///
/// # Errors
/// As [`sync`].
pub async fn repair(
    settings: &VerifySettings,
    findings: &[Finding],
    open: &Open<'_>,
    observer: Arc<dyn Observer>,
) -> Result<Vec<RunReport>, PipelineError> {
    let plan = Plan::new(findings, &settings.sync.client.version);
    let observer: Arc<dyn Observer> = Arc::new(Mending(observer));
    let mut reports = Vec::new();
    for (round, asked) in [&plan.first, &plan.then].into_iter().enumerate() {
        if round > 0 && asked.is_empty() {
            continue;
        }
        let gone = if round == 0 { plan.gone.clone() } else { BTreeMap::new() };
        let opened = || open().map_err(|cause| PipelineError::Destination { step: "use", cause });
        prepare(settings, asked, gone, opened()?.as_mut())?;
        reports.push(sync(settings.sync.clone(), opened()?, observer.clone()).await?);
    }
    Ok(reports)
}

/// Puts work, and what is gone, into the journal.
fn prepare(
    settings: &VerifySettings,
    asked: &BTreeSet<(&'static str, String)>,
    gone: BTreeMap<String, BTreeSet<String>>,
    destination: &mut dyn Destination,
) -> Result<(), PipelineError> {
    let checkpoint = destination.checkpoint();
    let checkpoint = checkpoint.map_err(|cause| PipelineError::Destination { step: "inspect", cause })?;
    let Some(checkpoint) = checkpoint else {
        return Err(PipelineError::NothingRead { destination: destination.describe() });
    };
    let failed = |step| move |cause| PipelineError::Journal { step, cause };
    let now_us = settings.sync.clock.now().as_microsecond();
    let journal =
        Journal::open(&settings.sync.journal, &checkpoint.workspace, now_us).map_err(failed("open"))?;
    journal.raise(checkpoint.seq);
    for (resource, keys) in gone {
        let keys: Vec<Vec<&str>> = keys.iter().map(|key| key.split('/').collect()).collect();
        let entry = Entry {
            answer: format!("{ABSENT_PREFIX}{resource}"),
            scope: None,
            requested_at_us: now_us,
            body: serde_json::json!(keys).to_string().into_bytes(),
        };
        journal.append(journal.reserve(), entry, Changes::default()).map_err(failed("write"))?;
    }
    let work = |(feed, key): &(&'static str, String)| Work {
        queue: (*feed).to_owned(),
        key: key.clone(),
        payload: String::new(),
    };
    let work_added = asked.iter().map(work).collect();
    journal.record(Changes { work_added, ..Changes::default() }).map_err(failed("write"))
}

/// An observer of the runs that mend: for the one who watches, their end is not the end.
struct Mending(Arc<dyn Observer>);

impl Observer for Mending {
    fn event(&self, event: &RunEvent) {
        match event {
            RunEvent::RunFinished { report } => self.0.event(&RunEvent::Repaired { report: report.clone() }),
            other => self.0.event(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_asked_for_where_the_api_shows_it() {
        let finding = |kind, resource: &str, path: &str, asked_for: Option<(&str, &str)>| Finding {
            kind,
            resource: resource.to_owned(),
            table: resource.to_owned(),
            id: "7".to_owned(),
            path: path.to_owned(),
            element: None,
            asked_for: asked_for.map(|(feed, id)| (feed.to_owned(), id.to_owned())),
        };
        for (finding, first, then, gone) in [
            (finding(FindingKind::MissingRecord, "conversations", "", None), vec!["conversation 7"], 0, 0),
            (finding(FindingKind::MissingRecord, "contacts", "", None), vec!["contact 7"], 7, 0),
            (
                finding(FindingKind::MissingElement, "contacts", "tags", None),
                vec!["contact 7", "contact_tags 7"],
                0,
                0,
            ),
            (finding(FindingKind::Ghost, "contacts", "", None), vec!["contact 7"], 0, 0),
            (finding(FindingKind::Ghost, "tags", "", None), vec!["tag 7"], 0, 0),
            (finding(FindingKind::WrongValue, "tags", "name", None), vec!["tag 7"], 0, 0),
            (
                finding(FindingKind::MissingRecord, "notes", "", Some(("contact_notes", "c"))),
                vec!["contact_notes c"],
                0,
                0,
            ),
            (finding(FindingKind::Ghost, "notes", "", Some(("contact_notes", "c"))), vec![], 0, 1),
            (finding(FindingKind::DanglingReference, "contacts", "owner_id", None), vec![], 0, 0),
        ] {
            let plan = Plan::new(std::slice::from_ref(&finding), "2.16");
            let asked: Vec<String> = plan.first.iter().map(|(feed, id)| format!("{feed} {id}")).collect();
            assert_eq!(asked, first, "{finding:?}");
            assert_eq!((plan.then.len(), plan.gone.len()), (then, gone), "{finding:?}");
        }
    }
}
