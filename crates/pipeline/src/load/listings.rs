//! Answers that show all records that hang on another one, such as the notes of a contact: what such an answer does not show
//! is gone.

use super::Loader;
use super::missing::inspecting;
use crate::error::PipelineError;
use crate::shred::{Content, Item};
use relatable_destinations::Live;
use relatable_intercom::catalogue::{Content as FeedContent, Feed, Reading, feeds};
use relatable_journal::StoredEntry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records asked for in one question to a destination.
const ASKED_AT_ONCE: usize = 5_000;

/// The answers of one kind in a load: per record they are about, when they were asked for.
pub(super) type Listings = BTreeMap<&'static str, BTreeMap<String, i64>>;

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

/// The records that say themselves that nothing hangs on them, of what is asked for only where something does.
fn emptied<'i>(feed: &'static Feed, items: &'i [Item]) -> impl Iterator<Item = (String, i64)> + 'i {
    let condition = match feed.reading {
        Reading::PerRecord(condition) => Some(condition),
        _ => None,
    };
    items.iter().filter_map(move |item| match &item.content {
        Content::Document { source, .. } if Some(item.resource.as_str()) == feed.parent => {
            condition?.says_empty(source.bytes()).then_some((item.key.first()?.clone(), item.synced_at_us))
        }
        _ => None,
    })
}

impl Loader {
    /// The rows that the listings of a load do not show, as gone.
    pub(super) fn unlisted(
        &mut self,
        listings: &Listings,
        items: &[Item],
    ) -> Result<Vec<Item>, PipelineError> {
        let mut gone = Vec::new();
        for feed in feeds().filter(|feed| listing(feed.name).is_some()) {
            let mut records = listings.get(feed.name).cloned().unwrap_or_default();
            // On a record that is gone nothing hangs any more, and where the record says so, the list is not asked for.
            let is_parent = |item: &&Item| {
                Some(item.resource.as_str()) == feed.parent
                    && match (&item.content, feed.reading) {
                        (Content::Gone, _) => true,
                        (
                            Content::Document { source, from_index: false, .. },
                            Reading::PerRecord(condition),
                        ) => condition.says_empty(source.bytes()),
                        _ => false,
                    }
            };
            let parents = items
                .iter()
                .filter(is_parent)
                .filter_map(|item| Some((item.key.first()?, item.synced_at_us)));
            records.extend(parents.map(|(key, at_us)| (key.clone(), at_us)));
            records.extend(emptied(feed, items));
            if records.is_empty() {
                continue;
            }
            let Some(table) = self.model.root_table(feed.resource) else { continue };
            let column = table.columns.iter().find(|column| column.path == feed.parent_path);
            let (Some(column), [key]) = (column, table.key.as_slice()) else { continue };
            let (table, key, column) = (table.name.clone(), key.clone(), column.name.clone());
            let shown: HashSet<&str> = items
                .iter()
                .filter(|item| {
                    item.resource == feed.resource && matches!(item.content, Content::Document { .. })
                })
                .filter_map(|item| item.key.first().map(String::as_str))
                .collect();
            let synced_at_us = records.values().copied().max().unwrap_or_default();
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
        }
        Ok(gone)
    }
}
