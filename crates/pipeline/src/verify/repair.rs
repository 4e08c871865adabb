//! Mending what a verification found, on the way that everything takes: work goes into the journal's queues, what is gone
//! into the journal itself, and a sync does the rest.

use super::report::{Finding, FindingKind};
use super::scope::is_asked;
use super::subject::{Subject, scalar};
use super::{VerifySettings, read_failed, rules_in_force};
use crate::error::PipelineError;
use crate::event::{Observer, RunEvent};
use crate::load::ABSENT_PREFIX;
use crate::report::RunReport;
use crate::sync::{ReadingSettings, SyncSettings, sync};
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
    /// To be asked for when the records that it hangs on are in the tables, by the id of those.
    then: BTreeSet<(&'static str, String)>,
    /// Records that the API does not have and that cannot be asked for, by resource.
    gone: BTreeMap<String, BTreeSet<String>>,
}

impl Plan {
    /// What mends these findings. What lists show completely at every run needs nothing.
    fn new(findings: &[Finding], version: &str, reading: &ReadingSettings) -> Plan {
        let mut plan = Plan::default();
        let feeds: Vec<&'static Feed> =
            feeds().filter(|feed| is_asked(reading, feed) && feed.is_in(version)).collect();
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
                // Where what it hangs on is gone, so is the list it was in: it is asked for by itself.
                (FindingKind::Ghost, Some(_), Some(own)) => drop(plan.first.insert((own.name, id))),
                (_, Some(asked_for), _) => drop(plan.first.insert(asked_for)),
                (kind, None, Some(own)) => {
                    plan.first.insert((own.name, id.clone()));
                    let children =
                        feeds.iter().copied().filter(|feed| hangs_on(feed) && feed.name != own.name);
                    for feed in children {
                        let holds = match feed.content {
                            Content::Fragment(path) => finding.path.starts_with(path),
                            Content::Documents => feed.resource == finding.resource,
                        };
                        // What is asked by another member than the id is asked by what the tables then have of it.
                        let is_by_another = holds && kind != FindingKind::Ghost && feed.asked_by != "id";
                        if kind == FindingKind::MissingRecord || is_by_another {
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
    let plan = Plan::new(findings, &settings.sync.client.version, &settings.sync.reading);
    let sync_settings = with_types(&settings.sync, findings);
    let observer: Arc<dyn Observer> = Arc::new(Mending(observer));
    let mut reports = Vec::new();
    for (round, asked) in [&plan.first, &plan.then].into_iter().enumerate() {
        if round > 0 && asked.is_empty() {
            continue;
        }
        let gone = if round == 0 { plan.gone.clone() } else { BTreeMap::new() };
        let opened = || open().map_err(|cause| PipelineError::Destination { step: "use", cause });
        prepare(settings, asked, gone, opened()?.as_mut())?;
        reports.push(sync(sync_settings.clone(), opened()?, observer.clone()).await?);
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
    let work_added = work(settings, asked, destination)?;
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
    journal.record(Changes { work_added, ..Changes::default() }).map_err(failed("write"))
}

/// The work that asking for these records is: each by its id, or by the member of its row that the feed is asked by.
fn work(
    settings: &VerifySettings,
    asked: &BTreeSet<(&'static str, String)>,
    destination: &mut dyn Destination,
) -> Result<Vec<Work>, PipelineError> {
    let (tables, rules) = (destination.tables().map_err(read_failed)?, &settings.sync.rules);
    let rules = rules_in_force(destination, rules)?;
    let mut work = Vec::with_capacity(asked.len());
    for (name, id) in asked {
        let feed = Feed::named(name).filter(|feed| feed.asked_by != "id");
        let key = match feed.and_then(|feed| Some((feed, feed.parent?))) {
            None => Some(id.clone()),
            Some((feed, parent)) => {
                let version = &settings.sync.client.version;
                let known = Subject::new(parent, &tables, &rules, version, &|feed| feed.cost.is_none());
                let stored = known.map(|known| known.stored_by_key(destination, &[vec![id.clone()]]));
                let stored = stored.transpose().map_err(read_failed)?.unwrap_or_default();
                stored.into_values().next().and_then(|stored| scalar(&stored.document, feed.asked_by))
            }
        };
        let queue = (*name).to_owned();
        work.extend(key.map(|key| Work { queue, key, payload: String::new() }));
    }
    Ok(work)
}

/// The settings of a run that also lists the types of custom objects of which something was found.
fn with_types(settings: &SyncSettings, findings: &[Finding]) -> SyncSettings {
    let mut settings = settings.clone();
    let is_by_type = |finding: &&Finding| {
        feeds().any(|feed| feed.resource == finding.resource && feed.reading == Reading::PerType)
    };
    for finding in findings.iter().filter(is_by_type) {
        let types = &mut settings.reading.object_types;
        let kind = finding.id.split('/').next().map(str::to_owned);
        types.extend(kind.filter(|kind| !types.contains(kind)));
    }
    settings
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
            (finding(FindingKind::MissingElement, "calls", "transcript", None), vec!["call 7"], 1, 0),
            (finding(FindingKind::WrongValue, "articles", "statistics.views", None), vec!["article 7"], 0, 0),
            (finding(FindingKind::Ghost, "contacts", "", None), vec!["contact 7"], 0, 0),
            (finding(FindingKind::Ghost, "tags", "", None), vec!["tag 7"], 0, 0),
            (finding(FindingKind::WrongValue, "tags", "name", None), vec!["tag 7"], 0, 0),
            (
                finding(FindingKind::MissingRecord, "notes", "", Some(("contact_notes", "c"))),
                vec!["contact_notes c"],
                0,
                0,
            ),
            (finding(FindingKind::Ghost, "notes", "", Some(("contact_notes", "c"))), vec!["note 7"], 0, 0),
            (finding(FindingKind::DanglingReference, "contacts", "owner_id", None), vec![], 0, 0),
        ] {
            let plan = Plan::new(std::slice::from_ref(&finding), "2.16", &ReadingSettings::default());
            let asked: Vec<String> = plan.first.iter().map(|(feed, id)| format!("{feed} {id}")).collect();
            assert_eq!(asked, first, "{finding:?}");
            assert_eq!((plan.then.len(), plan.gone.len()), (then, gone), "{finding:?}");
        }
    }
}
