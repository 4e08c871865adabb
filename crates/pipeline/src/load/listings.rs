//! Answers that show all records that hang on another one, such as the notes of a contact: what such an answer does not show
//! is gone, or asked for by itself where it can be.

use super::Loader;
use super::missing::inspecting;
use crate::error::PipelineError;
use crate::extract::absent;
use crate::shred::{Content, Item};
use relatable_destinations::Live;
use relatable_intercom::catalogue::{Content as FeedContent, Feed, Reading, feeds};
use relatable_journal::{Changes, StoredEntry};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tokio::sync::oneshot;

/// Records asked for in one question to a destination.
const ASKED_AT_ONCE: usize = 5_000;

/// The answers of one kind in a load: per record they are about, when they were asked for.
pub(super) type Listings = BTreeMap<&'static str, BTreeMap<String, i64>>;

/// Somebody who waits for how many rows are to be asked for because lists did not show them.
#[derive(Debug)]
pub(crate) struct Doubted {
    /// The last entry of what was read.
    pub(crate) up_to: i64,
    /// Who waits.
    pub(crate) answer: oneshot::Sender<usize>,
}

/// The feed of an answer that shows all that hangs on a record.
fn listing(answer: &str) -> Option<&'static Feed> {
    Feed::named(answer).filter(|feed| {
        !feed.parent_path.is_empty() && !feed.lasting && feed.content == FeedContent::Documents
    })
}

/// Leaves out answers that a later one of the load covers: all about the same record; answers the rest, and what they are
/// about.
pub(super) fn latest(entries: Vec<StoredEntry>) -> (Vec<StoredEntry>, Listings) {
    let mut last: HashMap<(&'static str, String), i64> = HashMap::new();
    let mut listings = Listings::new();
    for StoredEntry { seq, entry } in &entries {
        if let Some((feed, scope)) = listing(&entry.answer).zip(entry.scope.clone()) {
            last.insert((feed.name, scope.clone()), *seq);
            listings.entry(feed.name).or_default().insert(scope, entry.requested_at_us);
        }
    }
    let is_last = |stored: &StoredEntry| {
        let about = listing(&stored.entry.answer).zip(stored.entry.scope.clone());
        about.is_none_or(|(feed, scope)| last.get(&(feed.name, scope)) == Some(&stored.seq))
    };
    (entries.into_iter().filter(is_last).collect(), listings)
}

/// The records of a load that a feed is asked for, for which it holds, with when they were asked for.
fn parents<'i>(
    feed: &'static Feed,
    items: &'i [Item],
    holds: impl Fn(&Item) -> bool + 'i,
) -> impl Iterator<Item = (String, i64)> + 'i {
    let is_parent = move |item: &&Item| Some(item.resource.as_str()) == feed.parent && holds(item);
    items.iter().filter(is_parent).filter_map(|item| Some((item.key.first()?.clone(), item.synced_at_us)))
}

/// Whether a record says itself that nothing hangs on it, of what is asked for only where something does. The search index
/// may say so of how it was before.
fn says_empty(feed: &Feed, item: &Item) -> bool {
    match (&item.content, feed.reading) {
        (Content::Document { source, from_index: false, .. }, Reading::PerRecord(condition)) => {
            condition.says_empty(source.bytes())
        }
        _ => false,
    }
}

impl Loader {
    /// The rows that the listings of a load do not show, as gone; those that can be asked for by themselves are instead put
    /// into the journal's queue.
    pub(super) fn unlisted(
        &mut self,
        listings: &Listings,
        items: &[Item],
    ) -> Result<Vec<Item>, PipelineError> {
        let mut all = Vec::new();
        for feed in feeds().filter(|feed| listing(feed.name).is_some()) {
            // On a record that is gone nothing hangs any more.
            let ended: BTreeMap<String, i64> =
                parents(feed, items, |item| matches!(item.content, Content::Gone)).collect();
            let mut listed = listings.get(feed.name).cloned().unwrap_or_default();
            listed.extend(parents(feed, items, move |item| says_empty(feed, item)));
            listed.retain(|record, _| !ended.contains_key(record));
            all.extend(self.not_shown(feed, &ended, items)?);
            let unlisted = self.not_shown(feed, &listed, items)?;
            let version = self.confirming.as_deref();
            match version.and_then(|version| Feed::of_one_record(feed.resource, version)) {
                Some(confirming) => self.doubt(confirming, unlisted)?,
                None => all.extend(unlisted),
            }
        }
        Ok(all)
    }

    /// The live rows that hang on these records and that no item shows, as gone.
    fn not_shown(
        &mut self,
        feed: &'static Feed,
        records: &BTreeMap<String, i64>,
        items: &[Item],
    ) -> Result<Vec<Item>, PipelineError> {
        let mut gone = Vec::new();
        let (Some(synced_at_us), Some(table)) =
            (records.values().copied().max(), self.model.root_table(feed.resource))
        else {
            return Ok(gone);
        };
        let column = table.columns.iter().find(|column| column.path == feed.parent_path);
        let (Some(column), [key]) = (column, table.key.as_slice()) else { return Ok(gone) };
        let (table, key, column) = (table.name.clone(), key.clone(), column.name.clone());
        let shown: HashSet<&str> = items
            .iter()
            .filter(|item| item.resource == feed.resource && matches!(item.content, Content::Document { .. }))
            .filter_map(|item| item.key.first().map(String::as_str))
            .collect();
        let asked: Vec<String> = records.keys().cloned().collect();
        for asked in asked.chunks(ASKED_AT_ONCE) {
            let among = Some((column.as_str(), asked));
            let live =
                Live { table: &table, key: &key, after: "", count: usize::MAX >> 1, among, since: None };
            let stored = self.destination.live(&live).map_err(inspecting)?;
            let unlisted = stored.into_iter().filter(|key| !shown.contains(key.as_str()));
            gone.extend(unlisted.map(|key| Item {
                resource: feed.resource.to_owned(),
                key: vec![key],
                synced_at_us,
                content: Content::Gone,
            }));
        }
        Ok(gone)
    }

    /// Has records asked for by themselves. That they are is in the journal before what left them out is loaded.
    fn doubt(&mut self, confirming: &Feed, items: Vec<Item>) -> Result<(), PipelineError> {
        let keys: BTreeSet<String> =
            items.into_iter().filter_map(|item| item.key.into_iter().next()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.doubted += keys.len();
        let work_added = keys.into_iter().map(|key| absent(confirming, key)).collect();
        self.journal
            .record(Changes { work_added, ..Changes::default() })
            .map_err(|cause| PipelineError::Journal { step: "write", cause })
    }

    /// Loads everything that was read, and tells how many rows are to be asked for since the last time.
    pub(crate) fn doubted(&mut self, doubted: Doubted) -> Result<(), PipelineError> {
        self.load_all(doubted.up_to)?;
        // Who does not wait any more has failed, which ends the run elsewhere.
        doubted.answer.send(std::mem::take(&mut self.doubted)).unwrap_or_default();
        Ok(())
    }
}
