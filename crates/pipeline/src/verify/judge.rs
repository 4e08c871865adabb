//! What is wrong, and what only came about since the tables were read.

use super::compare::{Difference, How};
use super::received::{Evidence, Received};
use super::report::{Finding, FindingKind};
use super::subject::{Fresh, Key, Stored, Subject};
use relatable_intercom::catalogue::{Feed, Reading};
use relatable_model::json::Json;
use relatable_model::rules::path::element_of;
use std::collections::BTreeMap;

/// For so long a record may not show in searches (as in reading): what changed in the last of them before a reading need
/// not have been read.
pub(super) const LAG_US: i64 = 15 * 60 * 1_000_000;

/// How far two readings of the server's clock may be apart: answers tell it in whole seconds, and by the clocks of several hosts.
const CLOCK_US: i64 = 60 * 1_000_000;

/// A record that was looked at by itself and is not what the tables have.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) resource: String,
    pub(super) key: Key,
    pub(super) fresh: Option<Fresh>,
    pub(super) stored: Option<Stored>,
    /// For a record that is read because of another one: the feed, and that record's id.
    pub(super) asked_for: Option<(String, String)>,
    /// Whether the API does not have that record.
    pub(super) has_parent_gone: bool,
}

/// Up to when the tables were read.
pub(super) struct Times {
    /// Per feed, up to when everything discovered is loaded, in seconds since the epoch.
    pub(super) low_water: BTreeMap<String, i64>,
    /// Per feed, when the last complete reading that served it began, in seconds since the epoch.
    pub(super) swept: BTreeMap<String, i64>,
    /// What the journal shows; nothing where there is none.
    pub(super) evidence: Option<Evidence>,
    /// Per resource, the moment (microseconds since the epoch) before whose creation records are not judged.
    pub(super) since_us: BTreeMap<String, i64>,
}

/// What came of a candidate.
pub(super) enum Verdict {
    /// It came about since the tables were read.
    Since,
    /// It lies outside what was to be read.
    Outside,
    /// It is wrong.
    Wrong(Vec<Finding>),
}

impl Times {
    /// What was created or changed at or after this moment the tables need not have, in microseconds since the epoch.
    fn bound_us(&self, subject: &Subject, key: &Key) -> Option<i64> {
        let of_feed = |feed: &&'static Feed| {
            let read_us = self.low_water.get(feed.name).map(|at_s| at_s * 1_000_000 - LAG_US);
            let margin_us = if feed.reading == Reading::Deletions { LAG_US } else { CLOCK_US };
            let listed_us = || Some(self.evidence.as_ref()?.pass_began_us(feed, key)? - margin_us);
            read_us.or_else(listed_us)
        };
        subject.complete.iter().filter_map(of_feed).min()
    }

    /// Judges a candidate.
    pub(super) fn judge(&self, subject: &Subject, candidate: &Candidate) -> Verdict {
        let created_us = match (&candidate.fresh, &candidate.stored) {
            (Some(fresh), _) => fresh.created_us,
            (None, Some(stored)) => subject.fresh(stored.document.clone(), Default::default()).created_us,
            (None, None) => None,
        };
        let since_us = self.since_us.get(&subject.resource);
        if since_us.zip(created_us).is_some_and(|(since_us, created_us)| created_us < *since_us) {
            return Verdict::Outside;
        }
        let finding = |kind| Finding {
            kind,
            resource: subject.resource.clone(),
            table: subject.root().name.clone(),
            id: candidate.key.join("/"),
            path: String::new(),
            element: None,
            asked_for: candidate.asked_for.clone(),
        };
        match (&candidate.fresh, &candidate.stored) {
            (Some(fresh), None) if self.has_come_since(subject, candidate, fresh) => Verdict::Since,
            (Some(_), None) => Verdict::Wrong(vec![finding(FindingKind::MissingRecord)]),
            (None, Some(_)) if self.has_gone_since(subject, candidate) => Verdict::Since,
            (None, Some(_)) => Verdict::Wrong(vec![finding(FindingKind::Ghost)]),
            (Some(fresh), Some(stored)) => {
                let wrong = self.wrong(subject, candidate, fresh, stored);
                let of = |difference: Difference| Finding {
                    kind: kind(subject, &difference),
                    table: subject.table_of(&difference.path).to_owned(),
                    path: difference.path,
                    element: difference.element,
                    ..finding(FindingKind::WrongValue)
                };
                match wrong.is_empty() {
                    true => Verdict::Since,
                    false => Verdict::Wrong(wrong.into_iter().map(of).collect()),
                }
            }
            (None, None) => Verdict::Since,
        }
    }

    /// What was received of a candidate.
    fn received(&self, candidate: &Candidate) -> Option<&Received> {
        self.evidence.as_ref()?.record(&candidate.resource, &candidate.key)
    }

    /// Whether a record that the tables lack came into being since they were read. What the last reading itself missed did
    /// not: it was there before that reading began.
    fn has_come_since(&self, subject: &Subject, candidate: &Candidate, fresh: &Fresh) -> bool {
        let bound_us = self.bound_us(subject, &candidate.key);
        let since_bound = || bound_us.zip(fresh.created_us).map(|(bound, at)| at >= bound);
        let Some(evidence) = &self.evidence else {
            return since_bound().unwrap_or(false) || candidate.is_of_a_moment();
        };
        let has_pass = |evidence: &Evidence| {
            let mut feeds = subject.complete.iter();
            feeds.any(|feed| evidence.pass_began_us(feed, &candidate.key).is_some())
        };
        if let Some((feed, parent)) = &candidate.asked_for {
            return match evidence.list(feed, parent) {
                Some(list) if is_among(subject, &list.records, &candidate.key) => false,
                Some(list) => fresh.created_us.is_none_or(|at| at >= list.at_us - CLOCK_US),
                None if evidence.is_partial => since_bound().unwrap_or(false),
                // It was never asked for, since there was nothing to ask for.
                None => {
                    let swept_us = self.swept.get(feed).map(|at_s| at_s * 1_000_000 - CLOCK_US);
                    swept_us.zip(fresh.created_us).is_none_or(|(swept_us, at)| at >= swept_us)
                }
            };
        }
        match self.received(candidate) {
            // It is there again, or was there all the time.
            Some(Received { gone_us: Some(gone_us), .. }) => {
                let moved_us = fresh.changed_us.max(fresh.created_us);
                moved_us.is_none_or(|at| at >= gone_us - CLOCK_US)
            }
            Some(received) if received.seen_us.is_some() => false,
            // What has no time of creation and was not shown by the last reading is new, or was missed by it; where that
            // reading is not there any more, nothing tells.
            _ => since_bound().unwrap_or_else(|| !evidence.is_partial || has_pass(evidence)),
        }
    }

    /// Whether a record that only the tables have was still there when its resource was last read completely.
    fn has_gone_since(&self, subject: &Subject, candidate: &Candidate) -> bool {
        let Some(evidence) = &self.evidence else { return candidate.is_of_a_moment() };
        if let Some((feed, parent)) = &candidate.asked_for {
            let Some(list) = evidence.list(feed, parent) else { return false };
            // A reading of all lists that asked for this one no more has not met what it hangs on.
            let swept_us = self.swept.get(feed).map(|at_s| at_s * 1_000_000 - CLOCK_US);
            let is_passed_over =
                candidate.has_parent_gone && swept_us.is_some_and(|swept_us| list.at_us < swept_us);
            return !is_passed_over && is_among(subject, &list.records, &candidate.key);
        }
        let Some(received) = self.received(candidate).filter(|received| received.gone_us.is_none()) else {
            return false;
        };
        let swept_us = subject.complete.iter().filter_map(|feed| self.swept.get(feed.name)).max();
        let seen_after_sweep =
            swept_us.zip(received.seen_us).is_some_and(|(at_s, seen)| seen >= at_s * 1_000_000 - CLOCK_US);
        received.in_last_pass || seen_after_sweep
    }

    /// The differences that did not come about since the record was read.
    fn wrong(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        fresh: &Fresh,
        stored: &Stored,
    ) -> Vec<Difference> {
        let differences = subject.differences(fresh, stored);
        if fresh.changed_us > stored.changed_us {
            let bound_us = self.bound_us(subject, &candidate.key);
            let is_since =
                bound_us.is_none() || fresh.changed_us.zip(bound_us).is_some_and(|(at, bound)| at >= bound);
            return if is_since { Vec::new() } else { differences };
        }
        if self.evidence.is_none() && candidate.is_of_a_moment() {
            return Vec::new();
        }
        // What was received tells a loss from what moved without a time of change, a tag say.
        let Some(received) = self.last_received(subject, candidate) else { return differences };
        let known = subject.differences(&received, stored);
        let is_known = |difference: &Difference| {
            known.iter().any(|known| known.path == difference.path && known.element == difference.element)
        };
        differences.into_iter().filter(is_known).collect()
    }

    /// A record as it was received last: from the last answer about what it hangs on, or else from any.
    fn last_received(&self, subject: &Subject, candidate: &Candidate) -> Option<Fresh> {
        let listed = candidate.asked_for.as_ref().and_then(|(feed, parent)| {
            let list = self.evidence.as_ref()?.list(feed, parent)?;
            list.records.iter().find(|document| subject.key(document).as_ref() == Some(&candidate.key))
        });
        match listed {
            Some(document) => Some(subject.fresh(document.clone(), Default::default())),
            None => self.received(candidate)?.document(subject),
        }
    }
}

impl Candidate {
    /// Whether it tells how something is at the moment, so that without what was received nothing can be said.
    fn is_of_a_moment(&self) -> bool {
        let feed = self.asked_for.as_ref().and_then(|(feed, _)| Feed::named(feed));
        feed.is_some_and(|feed| feed.changed.is_empty())
    }
}

/// Whether a record is among these.
fn is_among(subject: &Subject, records: &[Json], key: &Key) -> bool {
    records.iter().any(|document| subject.key(document).as_ref() == Some(key))
}

/// The kind of finding that a difference is.
fn kind(subject: &Subject, difference: &Difference) -> FindingKind {
    let list = element_of(&difference.path);
    let bare = |path: &str| path.replace(".[]", "");
    let is_list =
        subject.tables.iter().any(|table| !table.path.is_empty() && bare(&table.path) == bare(&list));
    match difference.how {
        How::Lacks if is_list => FindingKind::MissingElement,
        How::HasMore if is_list => FindingKind::ExtraElement,
        _ => FindingKind::WrongValue,
    }
}
