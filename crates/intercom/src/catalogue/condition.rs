//! Which of the records found deserve a request of their own.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Which of the records found deserve a request of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// All.
    Always,
    /// Those whose list under this member was cut (API notes §11).
    Cut(&'static str),
    /// Those that have anything in one of these lists.
    NotEmpty(&'static [&'static str]),
    /// Those without this member.
    Without(&'static str),
}

/// What a list inside a record says about itself.
#[derive(Deserialize)]
struct ListHead {
    has_more: Option<bool>,
    total_count: Option<u64>,
    data: Option<Vec<serde::de::IgnoredAny>>,
}

impl ListHead {
    /// How many elements the list shows.
    fn shown(&self) -> u64 {
        self.data.as_ref().map_or(0, |data| data.len() as u64)
    }

    /// Whether there are more elements than the list shows.
    fn is_cut(&self) -> bool {
        self.has_more.unwrap_or(self.total_count.is_some_and(|total| total > self.shown()))
    }

    /// Whether there is nothing in the list, shown or not.
    fn is_empty(&self) -> bool {
        self.shown() == 0 && self.total_count.unwrap_or_default() == 0 && !self.is_cut()
    }
}

impl Condition {
    /// Whether it holds for a record, given as JSON.
    pub fn holds(self, record: &[u8]) -> bool {
        match self {
            Condition::Always => true,
            Condition::Cut(name) => heads(record, &[name]).iter().any(ListHead::is_cut),
            Condition::NotEmpty(names) => heads(record, names).iter().any(|head| !head.is_empty()),
            Condition::Without(name) => !members(record).contains_key(name),
        }
    }

    /// Whether the record itself says that what would be asked for is empty: every list is there, and empty.
    pub fn says_empty(self, record: &[u8]) -> bool {
        match self {
            Condition::Always | Condition::Cut(_) | Condition::Without(_) => false,
            Condition::NotEmpty(names) => {
                let heads = heads(record, names);
                heads.len() == names.len() && heads.iter().all(ListHead::is_empty)
            }
        }
    }

    /// The list that would be asked for if it were cut, where the record has it and it is not.
    pub fn shown_whole(self, record: &[u8]) -> Option<&str> {
        let Condition::Cut(name) = self else { return None };
        let list = members(record).get(name)?.get();
        let head: ListHead = serde_json::from_str(list).ok()?;
        (!head.is_cut()).then_some(list)
    }
}

/// What the lists under these members say about themselves; those that are absent or no lists are left out.
fn heads(record: &[u8], names: &[&str]) -> Vec<ListHead> {
    let members = members(record);
    let head = |name: &&str| serde_json::from_str(members.get(*name)?.get()).ok();
    names.iter().filter_map(head).collect()
}

/// The members of a record, unparsed.
fn members(record: &[u8]) -> BTreeMap<String, &RawValue> {
    serde_json::from_slice(record).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_read_off_the_lists_inside_the_record() {
        const LISTS: Condition = Condition::NotEmpty(&["a", "b"]);
        for (record, cut, not_empty, says_empty) in [
            (r#"{"a":{"data":[1],"has_more":true}}"#, true, true, false),
            (r#"{"a":{"data":[1],"has_more":false,"total_count":14},"b":null}"#, false, true, false),
            (r#"{"a":{"data":[1],"total_count":2}}"#, true, true, false),
            (r#"{"a":{"data":[],"has_more":true},"b":{"data":[]}}"#, true, true, false),
            (r#"{"a":{"data":[],"total_count":0},"b":{"data":[]}}"#, false, false, true),
            (r#"{"a":{"data":[]}}"#, false, false, false),
            (r#"{}"#, false, false, false),
        ] {
            assert_eq!(Condition::Cut("a").holds(record.as_bytes()), cut, "{record}");
            let is_whole = Condition::Cut("a").shown_whole(record.as_bytes()).is_some();
            assert_eq!(is_whole, !cut && record.contains(r#""a""#), "{record}");
            assert_eq!(LISTS.holds(record.as_bytes()), not_empty, "{record}");
            assert_eq!(LISTS.says_empty(record.as_bytes()), says_empty, "{record}");
            let has_none = !record.contains(r#""b""#);
            assert_eq!(Condition::Without("b").holds(record.as_bytes()), has_none, "{record}");
        }
    }
}
