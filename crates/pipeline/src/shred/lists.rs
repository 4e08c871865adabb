//! Lists of a record that an answer of its own brings, and what the record's document says of them nevertheless.

use super::item::{Content, Item, Slice};
use relatable_intercom::catalogue::{Condition, Content as FeedContent, Feed, Reading, feeds};
use relatable_model::rules::{PathRule, Rules, Strategy};
use std::sync::Arc;

/// The rules for reading from the API: where they put into one column a list that a document may show only part of, the
/// answer that shows all of it is the one that brings it. In a table of its own such a list only grows by a document; a
/// column would be replaced.
pub(crate) fn with_whole_lists(mut rules: Rules) -> Rules {
    let in_one_column = |rule: &PathRule| {
        matches!(rule.strategy, Some(Strategy::Delimited | Strategy::List | Strategy::Json))
    };
    for feed in feeds() {
        let FeedContent::Fragment(path) = feed.content else { continue };
        let paths = rules.resources.get_mut(feed.resource).map(|rules| &mut rules.paths);
        if let Some(rule) = paths.and_then(|paths| paths.get_mut(path)).filter(|rule| in_one_column(rule)) {
            rule.answer = Some(feed.name.to_owned());
        }
    }
    rules
}

/// Adds behind each document its lists that are not asked for on their own: those it says are empty, so that what an
/// earlier answer brought goes, and those it shows whole that only another answer brings otherwise.
pub(super) fn with_own_lists(items: Vec<Item>, rules: &Rules) -> Vec<Item> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        let lists = own_lists(&item, rules);
        all.push(item);
        all.extend(lists);
    }
    all
}

/// The lists of a document that are not asked for on their own.
fn own_lists(item: &Item, rules: &Rules) -> Vec<Item> {
    let Content::Document { source, .. } = &item.content else { return Vec::new() };
    if item.key.is_empty() {
        return Vec::new();
    }
    let mut lists = Vec::new();
    for feed in feeds().filter(|feed| feed.resource == item.resource) {
        let (FeedContent::Fragment(path), Reading::PerRecord(condition)) = (feed.content, feed.reading)
        else {
            continue;
        };
        let list = match condition {
            Condition::NotEmpty(_) => condition.says_empty(source.bytes()).then(|| b"[]".to_vec()),
            Condition::Cut(_) if brings_alone(feed, path, rules) => {
                condition.shown_whole(source.bytes()).map(|list| list.as_bytes().to_vec())
            }
            _ => None,
        };
        lists.extend(list.map(|list| {
            let source = Slice { range: 0..list.len(), body: Arc::new(list) };
            let content = Content::Fragment { answer: feed.name.to_owned(), path: path.to_owned(), source };
            Item { content, ..item.clone() }
        }));
    }
    lists
}

/// Whether only this feed brings what stands at a path.
fn brings_alone(feed: &Feed, path: &str, rules: &Rules) -> bool {
    let rule = rules.resources.get(feed.resource).and_then(|rules| rules.paths.get(path));
    rule.is_some_and(|rule| rule.answer.as_deref() == Some(feed.name))
}
