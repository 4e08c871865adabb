//! Journal entries to items: which records an answer speaks of.

use crate::shred::{Content, Item, ModelState, Slice};
use relatable_intercom::catalogue::{
    Condition, Content as FeedContent, Feed, Reading, STATED_LENGTHS, feeds,
};
use relatable_journal::StoredEntry;
use relatable_model::convert::{instant_from_number, instant_from_text};
use relatable_model::issue::Issue;
use relatable_model::json::{Peeked, peek, records};
use relatable_model::rules::{PathRule, ResourceRules};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Name of the answers made from counted totals.
pub(crate) const COUNTS_ANSWER: &str = "counts";
/// What stands before a feed's name where the record asked for was gone.
pub(crate) const GONE_PREFIX: &str = "gone:";

/// What stands before a resource's name where the keys of records are listed that are known to be gone.
pub(crate) const ABSENT_PREFIX: &str = "absent:";

/// The items of journal entries, in their order. History that changed before the bound of its resource in `since` (seconds
/// since the epoch) is left out.
pub(crate) fn items(
    entries: Vec<StoredEntry>,
    model: &ModelState,
    since: &BTreeMap<String, i64>,
    issues: &mut Vec<Issue>,
) -> Vec<Item> {
    let mut items = Vec::new();
    for stored in entries {
        let entry = stored.entry;
        if let Some(resource) = entry.answer.strip_prefix(ABSENT_PREFIX) {
            items.extend(absent(resource, &entry.body, entry.requested_at_us));
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
            key: entry.scope.as_deref().map_or_else(Vec::new, |scope| match feed {
                Some(feed) => feed.key_of(scope),
                None => vec![scope.to_owned()],
            }),
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
                let answer = owner(rules, name);
                let since_s = since.get(resource).copied();
                for range in found.unwrap_or_default() {
                    if let Some((feed, since_s)) = feed.zip(since_s)
                        && is_before(feed, &body[range.clone()], since_s)
                    {
                        continue;
                    }
                    let content = Content::Document {
                        source: Slice { range: range.clone(), body: body.clone() },
                        version: None,
                        from_index,
                        complete,
                        answer: answer.clone(),
                    };
                    let item = document(Item { content, ..base.clone() }, rules, &body[range.clone()]);
                    if complete {
                        issues.extend(beyond(&item, &body[range.clone()]));
                    }
                    items.push(item);
                    items.extend(feed.and_then(|feed| departed(feed, &base, &body[range])));
                }
            }
            Err(error) => issues.push(issue(&base, "answer_rejected", &error.to_string())),
        }
    }
    items
}

/// Whether a record of a feed changed before a moment, seconds since the epoch.
fn is_before(feed: &Feed, record: &[u8], since_s: i64) -> bool {
    let [changed] = peek(record, [feed.changed]).unwrap_or([Peeked::Nothing]);
    moment_us(changed).is_some_and(|changed_us| changed_us < since_s.saturating_mul(1_000_000))
}

/// A moment however it is written, in microseconds since the epoch.
pub(crate) fn moment_us(value: Peeked) -> Option<i64> {
    match value {
        Peeked::Number(text) => instant_from_number(&text),
        Peeked::Text(text) => instant_from_text(&text),
        Peeked::Nothing => None,
    }
}

/// The record that an entry in a list of deletions tells to be gone.
fn departed(feed: &Feed, base: &Item, record: &[u8]) -> Option<Item> {
    let resource = feed.deletes?.to_owned();
    let [id, at] = peek(record, ["id", feed.changed]).ok()?;
    let synced_at_us = moment_us(at).unwrap_or(base.synced_at_us);
    Some(Item { resource, key: vec![id.text()?], synced_at_us, content: Content::Gone })
}

/// The records that an entry lists as gone.
fn absent(resource: &str, body: &[u8], synced_at_us: i64) -> Vec<Item> {
    let keys: Vec<Vec<String>> = serde_json::from_slice(body).unwrap_or_default();
    let gone = |key| Item { resource: resource.to_owned(), key, synced_at_us, content: Content::Gone };
    keys.into_iter().map(gone).collect()
}

/// Leaves out answers of the search index that are older than the rows `stored`, with their times of change. Of those that
/// show no change that nothing before showed, the lists that are asked for by themselves are left out: what is in them
/// moves no time of change, and the index may show them as they were before.
pub(super) fn with_news(items: Vec<Item>, stored: &HashMap<(String, String), i64>) -> Vec<Item> {
    let mut shown: HashMap<(String, String), i64> = HashMap::new();
    let mut kept = Vec::with_capacity(items.len());
    for mut item in items {
        let resource = item.resource.clone();
        if let Content::Document { from_index, version: Some(version), source, complete, .. } =
            &mut item.content
            && let [key] = item.key.as_slice()
        {
            let record = (resource.clone(), key.clone());
            let row = stored.get(&record).copied();
            if *from_index && row.is_some_and(|row| *version < row) {
                continue;
            }
            let before = row.max(shown.get(&record).copied());
            if *from_index
                && before.is_some_and(|before| *version <= before)
                && let Some(rest) = without_lists(&resource, source.bytes())
            {
                *source = Slice { range: 0..rest.len(), body: Arc::new(rest) };
                *complete = false;
            }
            shown.insert(record, before.map_or(*version, |before| before.max(*version)));
        }
        kept.push(item);
    }
    kept
}

/// A record without the lists that feeds ask for by themselves; `None` where it has none of them.
fn without_lists(resource: &str, record: &[u8]) -> Option<Vec<u8>> {
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_slice(record).ok()?;
    let before = members.len();
    for feed in feeds().filter(|feed| feed.parent == Some(resource)) {
        if let FeedContent::Fragment(path) = feed.content {
            members.remove(path);
        }
        if let Reading::PerRecord(Condition::NotEmpty(names)) = feed.reading {
            names.iter().for_each(|name| {
                members.remove(*name);
            });
        }
    }
    (members.len() < before).then(|| serde_json::to_vec(&members).ok()).flatten()
}

/// The name of a kind of answer, if that alone brings something of the records with these rules.
fn owner(rules: &ResourceRules, answer: &str) -> Option<String> {
    let owns = |rule: &PathRule| rule.answer.as_deref() == Some(answer);
    rules.paths.values().any(owns).then(|| answer.to_owned())
}

/// The item of one document, with its key and version as `text` tells them.
fn document(mut item: Item, rules: &ResourceRules, text: &[u8]) -> Item {
    let paths = rules.key.clone().unwrap_or_default();
    let name = |index: usize| paths.get(index).map_or("", String::as_str);
    let version_path = rules.version.as_deref().unwrap_or_default();
    let found = peek(text, [name(0), name(1), version_path]);
    let [first, second, moment] = found.unwrap_or([Peeked::Nothing, Peeked::Nothing, Peeked::Nothing]);
    if let Content::Document { version, .. } = &mut item.content {
        *version = moment_us(moment);
    }
    let parts: Vec<Option<String>> =
        [first, second].into_iter().take(paths.len()).map(Peeked::text).collect();
    let whole = paths.len() <= 2 && parts.iter().all(Option::is_some);
    item.key = if whole { parts.into_iter().flatten().collect() } else { Vec::new() };
    item
}

/// The issue of a list of which the API shows less than the record says it has.
fn beyond(item: &Item, record: &[u8]) -> Option<Issue> {
    let length = STATED_LENGTHS.iter().find(|length| length.resource == item.resource)?;
    let stated = number_at(record, length.stated)?;
    let shown_max = length.shown_max;
    // What is stated may be one more than what is shown.
    (stated > shown_max + 1).then(|| {
        let detail = format!(
            "the record has {stated}, of which the API shows {shown_max}; those that were seen before stay, and the \
             others cannot be had"
        );
        Issue { path: length.list.to_owned(), ..issue(item, "list_cut", &detail) }
    })
}

/// The number at a path of members.
fn number_at(record: &[u8], path: &str) -> Option<u64> {
    let text = std::str::from_utf8(record).ok()?;
    let found = path.split('.').try_fold(text, |text, name| {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        members.get(name).map(|member| member.get())
    });
    found?.parse().ok()
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
