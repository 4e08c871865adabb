//! What the journal shows was received of records in doubt: what the API says now and did not say then has changed since,
//! and is no loss.

use super::subject::{Fresh, Key, Subject};
use crate::error::PipelineError;
use crate::load::{GONE_PREFIX, items};
use crate::shred::{Content, ModelState};
use relatable_intercom::catalogue::{Feed, Paging, Reading};
use relatable_journal::{Entry, Journal};
use relatable_model::json::{Json, peek, records};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Bytes of answers that are held at once.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What was received of one record.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    /// The last document that shows it whole, and over it what later ones show; or else the last one.
    document: Option<(Json, bool)>,
    /// Its latest time of change, as documents told it.
    version: Option<i64>,
    /// Its lists that came in answers of their own, by feed, with their path.
    lists: BTreeMap<&'static str, (&'static str, Json)>,
    /// The last document of each kind of answer that alone brings something of it, by feed.
    answers: BTreeMap<&'static str, Json>,
    /// When it was last seen, in microseconds since the epoch.
    pub(super) seen_us: Option<i64>,
    /// When it was heard that it is gone, in microseconds since the epoch, where that is the last that was heard of it.
    pub(super) gone_us: Option<i64>,
    /// Whether the last complete reading of a list that is read as a whole showed it.
    pub(super) in_last_pass: bool,
}

/// The records in an answer about what hangs on a record.
#[derive(Debug, Default)]
pub(super) struct Hanging {
    pub(super) records: Vec<Json>,
    /// When it was asked for, in microseconds since the epoch.
    pub(super) at_us: i64,
}

/// What to look for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Records, by resource.
    pub(super) records: BTreeMap<String, HashSet<Key>>,
    /// Feeds asked per record of another resource, with that record's id.
    pub(super) lists: HashSet<(String, String)>,
}

impl Wanted {
    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.records.values().all(HashSet::is_empty) && self.lists.is_empty()
    }
}

/// What the journal shows.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    records: HashMap<(String, Key), Received>,
    /// The last answer of a feed about what hangs on a record.
    lists: HashMap<(String, String), Hanging>,
    /// Whether the journal lacks something: what it does not show may have been received all the same.
    pub(super) is_partial: bool,
    /// When the last complete reading of each feed that is read as a whole, or of a type of it, began, in microseconds since
    /// the epoch.
    passes: HashMap<Whole, i64>,
}

/// What is read as a whole: a feed, or a type of it.
type Whole = (&'static str, Option<String>);

/// A complete reading under way, page by page.
#[derive(Default)]
struct Pass {
    number: u64,
    began_us: i64,
    ids: HashSet<String>,
}

impl Received {
    /// The record as it was received, put together as the tables were.
    pub(super) fn document(&self, subject: &Subject) -> Option<Fresh> {
        let (mut document, _) = self.document.clone()?;
        let mut answers = BTreeSet::new();
        if let Json::Object(members) = &mut document {
            for (feed, (path, list)) in &self.lists {
                members.insert((*path).to_owned(), list.clone());
                answers.insert(*feed);
            }
        }
        for (feed, shown) in &self.answers {
            subject.lay_over(&mut document, feed, shown);
            answers.insert(*feed);
        }
        Some(subject.fresh(document, answers))
    }
}

impl Evidence {
    /// Looks through a journal, up to the entry that the tables were loaded from last.
    pub(super) fn gather(
        journal: &Journal,
        up_to: i64,
        model: &ModelState,
        wanted: &Wanted,
    ) -> Result<Evidence, PipelineError> {
        let is_partial = journal.is_partial();
        let is_partial = is_partial.map_err(|cause| PipelineError::Journal { step: "read", cause })?;
        let mut evidence = Evidence { is_partial, ..Evidence::default() };
        let mut passes: HashMap<Whole, Pass> = HashMap::new();
        let mut last_seen: HashMap<(String, Key), (Whole, u64)> = HashMap::new();
        let mut after = 0;
        while !wanted.is_empty() {
            let entries = journal.entries(after, up_to, BYTES_MAX);
            let entries = entries.map_err(|cause| PipelineError::Journal { step: "read", cause })?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for stored in entries {
                let feed = Feed::named(stored.entry.answer.trim_start_matches(GONE_PREFIX));
                let pass = feed.and_then(|feed| enter_pass(&mut passes, feed, &stored.entry));
                evidence.take_list(feed, &stored.entry, wanted);
                for item in items(vec![stored], model, &BTreeMap::new(), &mut Vec::new()) {
                    let of_resource = wanted.records.get(&item.resource);
                    if of_resource.is_none_or(|keys| !keys.contains(&item.key)) {
                        continue;
                    }
                    let record = (item.resource.clone(), item.key.clone());
                    if let Some(pass) = &pass {
                        last_seen.insert(record.clone(), pass.clone());
                    }
                    evidence.records.entry(record).or_default().take(&item.content, item.synced_at_us);
                }
            }
        }
        for (record, (whole, number)) in last_seen {
            let is_last = passes.get(&whole).is_some_and(|pass| pass.number == number);
            if let Some(received) = evidence.records.get_mut(&record) {
                received.in_last_pass = is_last;
            }
        }
        evidence.passes = passes.into_iter().map(|(whole, pass)| (whole, pass.began_us)).collect();
        Ok(evidence)
    }

    /// What was received of a record.
    pub(super) fn record(&self, resource: &str, key: &Key) -> Option<&Received> {
        self.records.get(&(resource.to_owned(), key.clone()))
    }

    /// The last answer of a feed about what hangs on a record.
    pub(super) fn list(&self, feed: &str, parent: &str) -> Option<&Hanging> {
        self.lists.get(&(feed.to_owned(), parent.to_owned()))
    }

    /// When the last complete reading of a feed that is read as a whole began; of the type of this record where it is read
    /// type by type.
    pub(super) fn pass_began_us(&self, feed: &Feed, key: &Key) -> Option<i64> {
        let kind = key.first().filter(|_| feed.reading == Reading::PerType).cloned();
        self.passes.get(&(feed.name, kind)).copied()
    }

    /// Keeps the last answer about what hangs on a record.
    fn take_list(&mut self, feed: Option<&Feed>, entry: &Entry, wanted: &Wanted) {
        let (Some(feed), Some(scope)) = (feed, &entry.scope) else { return };
        let name = (feed.name.to_owned(), scope.clone());
        if !wanted.lists.contains(&name) {
            return;
        }
        let records = match Json::parse(&entry.body) {
            Ok(Json::Array(records)) if entry.answer == feed.name => records,
            // The record was gone.
            _ if entry.answer != feed.name => Vec::new(),
            _ => return,
        };
        self.lists.insert(name, Hanging { records, at_us: entry.requested_at_us });
    }
}

impl Received {
    /// Takes a document: one that shows the record whole replaces what came before, another is laid over it.
    fn show(&mut self, document: Json, complete: bool) {
        match (&mut self.document, document) {
            (Some((Json::Object(known), true)), Json::Object(shown)) if !complete => {
                shown.into_iter().for_each(|(name, value)| drop(known.insert(name, value)));
            }
            (held, document) => *held = Some((document, complete)),
        }
    }

    /// Takes one more thing that was heard of the record.
    fn take(&mut self, content: &Content, at_us: i64) {
        self.gone_us = matches!(content, Content::Gone).then_some(at_us);
        match content {
            Content::Document { source, version, from_index, complete, answer } => {
                self.seen_us = Some(at_us);
                // What the search index shows late is not loaded over what is known.
                if let (false, Ok(document)) =
                    (*from_index && *version < self.version, Json::parse(source.bytes()))
                {
                    self.version = self.version.max(*version);
                    if let Some(feed) = answer.as_deref().and_then(Feed::named) {
                        self.answers.insert(feed.name, document.clone());
                    }
                    self.show(document, *complete);
                }
            }
            Content::Fragment { answer, source, .. } => {
                if let (Some(feed), Ok(list)) = (Feed::named(answer), Json::parse(source.bytes()))
                    && let relatable_intercom::catalogue::Content::Fragment(path) = feed.content
                {
                    self.lists.insert(feed.name, (path, list));
                }
            }
            Content::Gone => {}
        }
    }
}

/// Notes a page of a feed that is read as a whole: what is read, and the number of the reading that the page belongs to. A
/// reading that begins anew shows a record again, which no reading does by itself. A list of deletions is read from its
/// newest page on, as far as there is news.
fn enter_pass(passes: &mut HashMap<Whole, Pass>, feed: &'static Feed, entry: &Entry) -> Option<(Whole, u64)> {
    let is_whole = feed.reading.is_list() || matches!(feed.reading, Reading::PerType | Reading::Deletions);
    if !is_whole || entry.answer != feed.name {
        return None;
    }
    let whole = (feed.name, entry.scope.clone().filter(|_| feed.reading == Reading::PerType));
    let pass = passes.entry(whole.clone()).or_default();
    let is_at_once = feed.paging == Paging::None || feed.reading == Reading::Deletions;
    let ids: Vec<String> = if is_at_once {
        Vec::new()
    } else {
        let ranges = records(&entry.body, feed.stored_list()).ok().flatten().unwrap_or_default();
        let id = |range: std::ops::Range<usize>| match peek(&entry.body[range], ["id"]) {
            Ok([id]) => id.text(),
            Err(_) => None,
        };
        ranges.into_iter().filter_map(id).collect()
    };
    if pass.number == 0 || is_at_once || ids.iter().any(|id| pass.ids.contains(id)) {
        let number = pass.number + 1;
        *pass = Pass { number, began_us: entry.requested_at_us, ids: HashSet::new() };
    }
    pass.ids.extend(ids);
    Some((whole, pass.number))
}
