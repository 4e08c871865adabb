//! Journal entries to items: which records an answer speaks of.

use crate::shred::{Content, Item, ModelState, Slice};
use relatable_intercom::catalogue::{Condition, Content as FeedContent, Feed};
use relatable_journal::{Entry, StoredEntry};
use relatable_model::convert::{instant_from_number, instant_from_text};
use relatable_model::issue::Issue;
use relatable_model::json::{Peeked, peek, records};
use relatable_model::rules::ResourceRules;
use std::ops::Range;
use std::sync::Arc;

/// Name of the answers made from counted totals.
pub(crate) const COUNTS_ANSWER: &str = "counts";
/// What stands before a feed's name where the record asked for was gone.
pub(crate) const GONE_PREFIX: &str = "gone:";

/// What stands before a resource's name where several of its records were found to be gone; the body lists their keys.
pub(crate) const RECORDS_GONE_PREFIX: &str = "gone-records:";

/// The items of journal entries, in their order.
pub(crate) fn items(entries: Vec<StoredEntry>, model: &ModelState, issues: &mut Vec<Issue>) -> Vec<Item> {
    let mut items = Vec::new();
    for stored in entries {
        let entry = stored.entry;
        if let Some(resource) = entry.answer.strip_prefix(RECORDS_GONE_PREFIX) {
            items.extend(all_gone(resource, &entry));
            continue;
        }
        let (gone, name) = match entry.answer.strip_prefix(GONE_PREFIX) {
            Some(name) => (true, name),
            None => (false, entry.answer.as_str()),
        };
        let feed = Feed::named(name);
        let resource = match feed {
            Some(feed) => feed.resource,
            None if name == COUNTS_ANSWER => COUNTS_ANSWER,
            None => continue,
        };
        let Some(rules) = model.rules.resources.get(resource) else { continue };
        let body = Arc::new(entry.body);
        let base = Item {
            resource: resource.to_owned(),
            key: entry.scope.clone().into_iter().collect(),
            synced_at_us: entry.requested_at_us,
            content: Content::Gone,
        };
        if gone {
            match feed.filter(|feed| feed.list.is_some()) {
                Some(feed) => issues.push(list_missing(&base, feed)),
                None => {
                    issues.push(issue(&base, "record_gone", "the record was gone when it was asked for"));
                    items.push(base);
                }
            }
            continue;
        }
        if let Some(Feed { content: FeedContent::Fragment(path), .. }) = feed {
            let source = Slice { range: 0..body.len(), body };
            let content = Content::Fragment { answer: name.to_owned(), path: (*path).to_owned(), source };
            items.push(Item { content, ..base });
            continue;
        }
        let list = feed.and_then(Feed::stored_list);
        match records(&body, list) {
            Ok(found) => {
                let from_index = feed.is_some_and(Feed::is_from_index);
                let complete = feed.is_none_or(|feed| feed.complete);
                for range in found.unwrap_or_default() {
                    let item = document(&base, rules, &body, range.clone(), from_index, complete);
                    let emptied = emptied(&item, &body[range]);
                    items.push(item);
                    items.extend(emptied);
                }
            }
            Err(error) => issues.push(issue(&base, "answer_rejected", &error.to_string())),
        }
    }
    items
}

/// The items of records that were found to be gone.
fn all_gone(resource: &str, entry: &Entry) -> Vec<Item> {
    let keys: Vec<Vec<String>> = serde_json::from_slice(&entry.body).unwrap_or_default();
    let gone = |key| Item {
        resource: resource.to_owned(),
        key,
        synced_at_us: entry.requested_at_us,
        content: Content::Gone,
    };
    keys.into_iter().map(gone).collect()
}

/// The lists that are asked for on their own only where they are not empty, and which this document says are empty: what
/// an earlier answer brought is gone.
fn emptied(item: &Item, record: &[u8]) -> Vec<Item> {
    let empty = |(feed, path, _): (&Feed, &str, Condition)| {
        let source = Slice { body: Arc::new(b"[]".to_vec()), range: 0..2 };
        let content = Content::Fragment { answer: feed.name.to_owned(), path: path.to_owned(), source };
        Item { content, ..item.clone() }
    };
    let lists = Feed::emptiable_lists(&item.resource);
    lists.filter(|(_, _, condition)| condition.says_empty(record)).map(empty).collect()
}

/// The item of one document.
fn document(
    base: &Item,
    rules: &ResourceRules,
    body: &Arc<Vec<u8>>,
    range: Range<usize>,
    from_index: bool,
    complete: bool,
) -> Item {
    let paths = rules.key.clone().unwrap_or_default();
    let name = |index: usize| paths.get(index).map_or("", String::as_str);
    let version_path = rules.version.as_deref().unwrap_or_default();
    let found = peek(&body[range.clone()], [name(0), name(1), version_path]);
    let [first, second, version] = found.unwrap_or([Peeked::Nothing, Peeked::Nothing, Peeked::Nothing]);
    let version = match version {
        Peeked::Number(text) => instant_from_number(&text),
        Peeked::Text(text) => instant_from_text(&text),
        Peeked::Nothing => None,
    };
    let parts: Vec<Option<String>> =
        [first, second].into_iter().take(paths.len()).map(Peeked::text).collect();
    let whole = paths.len() <= 2 && parts.iter().all(Option::is_some);
    let key = if whole { parts.into_iter().flatten().collect() } else { Vec::new() };
    let source = Slice { body: body.clone(), range };
    let content = Content::Document { source, version, from_index, complete };
    Item { key, content, ..base.clone() }
}

/// The issue of a list that the API did not have.
fn list_missing(item: &Item, feed: &Feed) -> Issue {
    let path = if let FeedContent::Fragment(path) = feed.content { path } else { "" };
    let detail = format!(
        "`{}` was not found when it was asked for; rows that came before stay, and the next run asks once more",
        feed.name
    );
    Issue { path: path.to_owned(), ..issue(item, "list_missing", &detail) }
}

/// An issue about an item.
fn issue(item: &Item, kind: &str, detail: &str) -> Issue {
    Issue {
        resource: item.resource.clone(),
        kind: kind.to_owned(),
        path: String::new(),
        record: item.key.join("/"),
        detail: detail.to_owned(),
    }
}
