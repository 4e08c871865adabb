//! What a page of records leads to: requests of their own for those that need them.

use relatable_intercom::catalogue::{Condition, Feed, Reading};
use relatable_journal::Work;
use relatable_model::json::{Peeked, peek, records};

/// The work that the records of a page lead to, for the feeds that are `selected`. Records unchanged since the bound
/// (a day-granular search shows more than was asked for) lead to nothing.
pub(super) fn discovered(body: &[u8], feed: &Feed, since_s: Option<i64>, selected: &[&Feed]) -> Vec<Work> {
    let children: Vec<(&Feed, Condition)> = selected
        .iter()
        .filter(|child| child.parent == Some(feed.resource))
        .filter_map(|child| match child.reading {
            Reading::PerRecord(condition) => Some((*child, condition)),
            _ => None,
        })
        .collect();
    let mut work = Vec::new();
    for range in records(body, feed.list).ok().flatten().unwrap_or_default() {
        let record = &body[range];
        let Ok([id, changed]) = peek(record, ["id", "updated_at"]) else { continue };
        let Some(id) = id.text() else { continue };
        let unchanged = since_s.is_some_and(|since_s| change_s(changed).is_some_and(|at_s| at_s < since_s));
        if unchanged {
            continue;
        }
        for (child, condition) in &children {
            if condition.holds(record) {
                work.push(Work { queue: child.name.to_owned(), key: id.clone(), payload: String::new() });
            }
        }
    }
    work
}

/// The earliest time of change on a page, seconds since the epoch.
pub(super) fn oldest_change_s(body: &[u8], feed: &Feed) -> Option<i64> {
    let ranges = records(body, feed.list).ok().flatten()?;
    let changes = ranges.into_iter().filter_map(|range| {
        let [changed] = peek(&body[range], ["updated_at"]).ok()?;
        change_s(changed)
    });
    changes.min()
}

/// A time of change in seconds.
fn change_s(changed: Peeked) -> Option<i64> {
    changed.text()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_intercom::catalogue::feeds;

    #[test]
    fn a_record_leads_to_just_the_requests_it_needs() {
        let contacts = Feed::named("contacts").unwrap();
        let selected: Vec<&Feed> = feeds().collect();
        let body = br#"{"type":"list","data":[
            {"id":"a","updated_at":100,"tags":{"data":[],"has_more":false,"total_count":0},"notes":{"data":[],"total_count":0}},
            {"id":"b","updated_at":200,"tags":{"data":[],"has_more":true},"notes":{"data":[{"id":"n"}]},
             "opted_in_subscription_types":{"data":[{"id":"s"}],"total_count":1}}]}"#;
        let names = |since_s| {
            let found = discovered(body, contacts, since_s, &selected);
            let mut names: Vec<String> =
                found.into_iter().map(|work| format!("{} {}", work.key, work.queue)).collect();
            names.sort();
            names
        };
        let all = names(None);
        for expected in
            ["a contact_segments", "a events", "b contact_tags", "b contact_notes", "b contact_subscriptions"]
        {
            assert!(all.iter().any(|name| name == expected), "{expected} missing in {all:?}");
        }
        for excluded in
            ["a contact_tags", "a contact_notes", "a contact_subscriptions", "b contact_companies"]
        {
            assert!(all.iter().all(|name| name != excluded), "{excluded} in {all:?}");
        }
        assert!(names(Some(150)).iter().all(|name| name.starts_with('b')));
        assert_eq!(oldest_change_s(body, contacts), Some(100));
    }
}
