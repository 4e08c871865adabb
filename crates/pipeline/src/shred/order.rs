//! Which versions count, and in which order they are written.

use super::item::{Content, Item};
use std::collections::{HashMap, HashSet};

/// Leaves out documents that a later one covers, and answers of the search index that are older than what another
/// answer showed.
pub(super) fn without_superseded(items: Vec<Item>) -> Vec<Item> {
    let mut keep = vec![true; items.len()];
    let mut last: HashMap<(&str, &[String]), usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let record = (item.resource.as_str(), item.key.as_slice());
        if item.key.is_empty() {
            continue;
        }
        let Content::Document { version, from_index, complete, answer, .. } = &item.content else {
            last.remove(&record);
            continue;
        };
        if let Some(&earlier) = last.get(&record)
            && let Content::Document {
                version: earlier_version,
                complete: earlier_complete,
                answer: earlier_answer,
                ..
            } = &items[earlier].content
        {
            let stale = *from_index && version < earlier_version;
            let nothing_new = !*complete && *earlier_complete && version <= earlier_version;
            if stale || nothing_new {
                keep[index] = false;
                continue;
            }
            // What only another kind of answer brings, this one does not cover.
            let brings_all = earlier_answer.is_none() || earlier_answer == answer;
            if brings_all && (*complete || !*earlier_complete) {
                keep[earlier] = false;
            }
        }
        last.insert(record, index);
    }
    let mut keep = keep.into_iter();
    items.into_iter().filter(|_| keep.next().unwrap_or(true)).collect()
}

/// Cuts items into waves: within one, documents may be written before lists and lists before deletions without changing
/// what the items say in their order.
pub(super) fn waves(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut waves = Vec::new();
    let mut wave: Vec<Item> = Vec::new();
    let mut records: HashSet<(String, Vec<String>)> = HashSet::new();
    let mut fragments: HashSet<(String, Vec<String>, String)> = HashSet::new();
    let mut gone: HashSet<(String, Vec<String>)> = HashSet::new();
    for item in items {
        let record = (item.resource.clone(), item.key.clone());
        let fragment = match &item.content {
            Content::Fragment { answer, .. } => Some((record.0.clone(), record.1.clone(), answer.clone())),
            _ => None,
        };
        let conflicts = !item.key.is_empty()
            && match (&item.content, &fragment) {
                (_, Some(fragment)) => fragments.contains(fragment) || gone.contains(&record),
                (Content::Gone, _) => gone.contains(&record),
                _ => records.contains(&record),
            };
        if conflicts {
            waves.push(std::mem::take(&mut wave));
            records.clear();
            fragments.clear();
            gone.clear();
        }
        if matches!(item.content, Content::Gone) {
            gone.insert(record.clone());
        }
        fragments.extend(fragment);
        records.insert(record);
        wave.push(item);
    }
    waves.push(wave);
    waves
}

#[cfg(test)]
mod tests {
    use super::super::item::Slice;
    use super::*;
    use std::sync::Arc;

    fn document(key: &str, version: i64, from_index: bool, complete: bool) -> Item {
        let body = Arc::new(format!("{{\"id\":\"{key}\",\"updated_at\":{version}}}").into_bytes());
        let source = Slice { range: 0..body.len(), body };
        Item {
            resource: "things".to_owned(),
            key: vec![key.to_owned()],
            synced_at_us: 0,
            content: Content::Document { source, version: Some(version), from_index, complete, answer: None },
        }
    }

    fn fragment(key: &str) -> Item {
        let body = Arc::new(b"[]".to_vec());
        let source = Slice { range: 0..body.len(), body };
        let content = Content::Fragment { answer: "tags".to_owned(), path: "tags".to_owned(), source };
        Item { resource: "things".to_owned(), key: vec![key.to_owned()], synced_at_us: 0, content }
    }

    /// Versions of the documents that stay, in order; fragments as -1.
    fn versions(items: Vec<Item>) -> Vec<i64> {
        without_superseded(items)
            .iter()
            .map(|item| match item.content {
                Content::Document { version, .. } => version.unwrap_or_default(),
                _ => -1,
            })
            .collect()
    }

    #[test]
    fn of_several_versions_the_newest_counts_and_a_lagging_index_never_wins() {
        for (items, expected) in [
            (vec![document("a", 1, false, true), document("a", 2, false, true)], vec![2]),
            (vec![document("a", 5, false, true), document("a", 3, true, true)], vec![5]),
            (vec![document("a", 5, false, true), document("a", 3, false, true)], vec![3]),
            // A search shows no parts: what the record's own answer brought stays, then the newer row is laid over it.
            (vec![document("a", 1, false, true), document("a", 2, true, false)], vec![1, 2]),
            (vec![document("a", 1, true, false), document("a", 1, false, true)], vec![1]),
            (vec![document("a", 1, false, true), document("a", 1, true, false)], vec![1]),
            // A list asked for in between hangs on the record: its document must be there first.
            (
                vec![document("a", 1, false, true), fragment("a"), document("a", 2, false, true)],
                vec![1, -1, 2],
            ),
            (vec![document("a", 1, false, true), document("b", 1, false, true)], vec![1, 1]),
        ] {
            assert_eq!(versions(items), expected);
        }
    }

    #[test]
    fn what_only_another_kind_of_answer_brings_is_not_covered() {
        let of = |answer: Option<&str>, version| {
            let mut item = document("a", version, false, true);
            if let Content::Document { answer: kind, .. } = &mut item.content {
                *kind = answer.map(str::to_owned);
            }
            item
        };
        for (earlier, later, expected) in [
            (Some("merges"), None, vec![1, 2]),
            (Some("merges"), Some("others"), vec![1, 2]),
            (Some("merges"), Some("merges"), vec![2]),
            (None, Some("merges"), vec![2]),
        ] {
            assert_eq!(versions(vec![of(earlier, 1), of(later, 2)]), expected, "{earlier:?}, then {later:?}");
        }
    }

    #[test]
    fn a_wave_says_nothing_twice_about_a_record() {
        let items = vec![
            document("a", 1, false, true),
            fragment("a"),
            document("b", 1, false, true),
            document("a", 2, false, true),
            fragment("b"),
            fragment("a"),
            fragment("a"),
        ];
        let sizes: Vec<usize> = waves(items).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 3, 1]);
    }
}
