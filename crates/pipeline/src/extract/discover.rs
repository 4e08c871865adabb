//! What a page of records shows, and what it leads to: requests of their own for those that need them.

use crate::load::moment_us;
use relatable_intercom::catalogue::{Condition, Feed, Reading};
use relatable_journal::Work;
use relatable_model::json::{Peeked, peek, records};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A record as an enumeration needs to know it.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// Its id.
    pub(super) id: String,
    /// When it changed last, seconds since the epoch.
    pub(super) changed_s: Option<i64>,
    /// When it was created, seconds since the epoch.
    pub(super) created_s: Option<i64>,
    /// The record itself, JSON.
    record: &'a [u8],
    /// Whether it is that of a person who was forgotten.
    is_forgotten: bool,
}

/// A feed that is asked per record found, and which records it is asked for.
#[derive(Debug, Clone)]
pub(super) struct Child {
    /// The feed.
    pub(super) feed: &'static Feed,
    /// Only for records that changed at or after this moment, seconds since the epoch; of those that tell no time of change,
    /// for those that look other than they did.
    pub(super) since_s: Option<i64>,
    /// For which of them it is asked.
    pub(super) condition: Condition,
    /// The queue its work goes to.
    pub(super) queue: String,
}

impl Child {
    /// A feed asked for the records it is meant for.
    pub(super) fn new(feed: &'static Feed, since_s: Option<i64>, queue: String) -> Child {
        let condition = match feed.reading {
            Reading::PerRecord(condition) => condition,
            _ => Condition::Always,
        };
        Child { feed, since_s, condition, queue }
    }
}

impl Found<'_> {
    /// Leaves a hash of what the record is, so that it is counted, and nothing is asked for it.
    pub(super) fn forget(&mut self, digest: String) {
        self.id = digest;
        self.is_forgotten = true;
    }

    /// What a record without a time of change looks like, as a number.
    fn look(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        self.record.hash(&mut hasher);
        hasher.finish().cast_signed()
    }
}

/// What records without a time of change look like, by id.
pub(super) fn looks<'f>(found: &'f [Found<'_>]) -> impl Iterator<Item = (String, i64)> + 'f {
    found.iter().filter(|found| found.changed_s.is_none()).map(|found| (found.id.clone(), found.look()))
}

/// The records of a page.
pub(super) fn found<'a>(body: &'a [u8], feed: &Feed) -> Vec<Found<'a>> {
    let ranges = records(body, feed.list).ok().flatten().unwrap_or_default();
    let found = ranges.into_iter().filter_map(|range| {
        let record = &body[range];
        let [id, changed, created] = peek(record, ["id", feed.changed, "created_at"]).ok()?;
        let changed_s = moment_s(changed);
        Some(Found { id: id.text()?, changed_s, created_s: moment_s(created), record, is_forgotten: false })
    });
    found.collect()
}

/// The work that records lead to. `known` has records whose own requests were already made, with their times of change then
/// or, where there is none, what they looked like.
pub(super) fn discovered(
    found: &[Found<'_>],
    children: &[Child],
    known: &BTreeMap<String, i64>,
) -> Vec<Work> {
    let mut work = Vec::new();
    for record in found.iter().filter(|found| !found.is_forgotten) {
        let Found { id, changed_s, record: text, .. } = record;
        let known = known.get(id).copied();
        if changed_s.is_some() && known == *changed_s {
            continue;
        }
        let looks_the_same = changed_s.is_none() && known.is_some_and(|known| known == record.look());
        for Child { feed, since_s, condition, queue } in children {
            let unchanged = since_s.is_some_and(|since_s| match changed_s {
                Some(at_s) => *at_s < since_s,
                None => looks_the_same,
            });
            let record = text;
            if unchanged || !condition.holds(record) {
                continue;
            }
            let key = match feed.asked_by {
                "id" => Some(id.clone()),
                member => peek(record, [member]).ok().and_then(|[value]| value.text()),
            };
            work.extend(key.map(|key| Work { queue: queue.clone(), key, payload: String::new() }));
        }
    }
    work
}

/// A moment in whole seconds since the epoch, however it is written.
fn moment_s(value: Peeked) -> Option<i64> {
    moment_us(value).map(|moment_us| moment_us.div_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_intercom::catalogue::feeds;

    const BODY: &[u8] = br#"{"type":"list","data":[
        {"id":"a","updated_at":100,"tags":{"data":[],"has_more":false,"total_count":0},"notes":{"data":[],"total_count":0}},
        {"id":"b","updated_at":"1970-01-01T00:03:20Z","tags":{"data":[],"has_more":true},"notes":{"data":[{"id":"n"}]},
         "opted_in_subscription_types":{"data":[{"id":"s"}],"total_count":1}}]}"#;

    /// The work that the page leads to, as `record feed`.
    fn names(since_s: Option<i64>, known: &[(&str, i64)]) -> Vec<String> {
        let contacts = Feed::named("contacts").unwrap();
        let children = feeds().filter(|feed| feed.parent == Some("contacts"));
        let children: Vec<Child> = children
            .filter(|feed| matches!(feed.reading, Reading::PerRecord(_)))
            .map(|feed| Child::new(feed, since_s, feed.name.to_owned()))
            .collect();
        let known = known.iter().map(|(id, changed_s)| ((*id).to_owned(), *changed_s)).collect();
        let work = discovered(&found(BODY, contacts), &children, &known);
        work.into_iter().map(|work| format!("{} {}", work.key, work.queue)).collect()
    }

    #[test]
    fn a_record_leads_to_just_the_requests_it_needs() {
        let all = names(None, &[]);
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
    }

    #[test]
    fn what_did_not_change_since_leads_to_nothing() {
        assert!(names(Some(150), &[]).iter().all(|name| name.starts_with('b')));
        assert_eq!(names(Some(201), &[]), Vec::<String>::new());
        assert!(names(None, &[("b", 200), ("a", 99)]).iter().all(|name| name.starts_with('a')));
    }
}
