//! Envelopes: objects that only wrap a list.

use crate::json::{Json, decoded, members};

/// Members that an envelope may have beside its list.
pub(super) const ENVELOPE_MEMBERS: [&str; 9] =
    ["type", "url", "has_more", "total_count", "pages", "page", "per_page", "total_pages", "next"];

/// What an envelope says of how much of its list it shows.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// `has_more`.
    pub(super) has_more: Option<bool>,
    /// `total_count`.
    pub(super) total_count: Option<u64>,
    /// How many elements there are; `None` where there is no list.
    pub(super) listed: Option<u32>,
}

impl Cut {
    /// Whether the list is there in full.
    pub(super) fn is_complete(&self) -> bool {
        let listed = u64::from(self.listed.unwrap_or_default());
        !self.has_more.unwrap_or(false) && self.total_count.is_none_or(|total| total <= listed)
    }
}

/// The list inside an envelope (null where it has none): a declared one, or one that `detects` finds by its shape.
/// `None` where the object is no envelope.
pub(crate) fn envelope_list(object: &Json, declared: Option<&[String]>, detects: bool) -> Option<Json> {
    let Json::Object(members) = object else { return None };
    if let Some(names) = declared {
        return Some(names.iter().find_map(|name| members.get(name)).cloned().unwrap_or(Json::Null));
    }
    let name = if detects { list_member(&object.to_string())? } else { return None };
    Some(members.get(&*name).cloned().unwrap_or(Json::Null))
}

/// The member that holds the list, if the object at the start of `source` is an envelope: its `type` ends in `list`,
/// there is one list, and nothing else but what envelopes have. Looks no further than the first member that speaks
/// against it.
pub(super) fn list_member(source: &str) -> Option<Box<str>> {
    // Most objects tell their kind first.
    if let Some(rest) = source.strip_prefix("{\"type\":\"")
        && let Some(end) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\'))
        && rest.as_bytes()[end] == b'"'
        && !rest[..end].ends_with("list")
    {
        return None;
    }
    let mut list: Option<Box<str>> = None;
    let mut is_list_type = false;
    for member in members(source) {
        let (name, value) = member.ok()?;
        if name == "type" {
            let content = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            is_list_type = content.is_some_and(|kind| decoded(kind).ends_with("list"));
            if !is_list_type {
                return None;
            }
        } else if value.starts_with('[') {
            if list.is_some() {
                return None;
            }
            list = Some(name.into());
        } else if !ENVELOPE_MEMBERS.contains(&&*name) {
            return None;
        }
    }
    list.filter(|_| is_list_type)
}
