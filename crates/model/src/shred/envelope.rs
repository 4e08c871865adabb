//! Envelopes: objects that only wrap a list.

use super::Shredder;
use crate::json::{Json, decoded, members};
use crate::plan::NodeId;

/// Members that an envelope may have beside its list.
pub(super) const ENVELOPE_MEMBERS: [&str; 9] =
    ["type", "url", "has_more", "total_count", "pages", "page", "per_page", "total_pages", "next"];

/// What the issue of an unknown member of an envelope says.
const DROPPED_MEMBER: &str = "a list wrapper has a member nobody knows";

/// What the next member of an envelope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The list itself.
    List,
    /// Whether there is more than the list shows.
    HasMore,
    /// How long the list is in truth.
    TotalCount,
    /// Nothing to keep.
    Nothing,
}

/// Members that most envelopes have beside their list, as most documents write them.
pub(super) const EXPECTED_MEMBERS: [(&[u8], Slot); 3] = [
    (b"\"type\":", Slot::Nothing),
    (b"\"total_count\":", Slot::TotalCount),
    (b"\"has_more\":", Slot::HasMore),
];

/// A list wrapper that is open.
#[derive(Debug)]
pub(super) struct Envelope {
    /// What the member at hand is.
    pub(super) slot: Slot,
    /// The member that holds the list where no rule says which.
    pub(super) member: Option<Box<str>>,
    /// How much of the list it shows.
    pub(super) cut: Cut,
}

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
pub(crate) fn list_member(source: &str) -> Option<Box<str>> {
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

impl Shredder {
    /// What the member `name` of the envelope at `node` is, which `row` has.
    pub(super) fn envelope_slot(&mut self, envelope: &Envelope, node: NodeId, row: u32, name: &str) -> Slot {
        let is_list = match &envelope.member {
            Some(member) => **member == *name,
            None => self.plan.nodes[node].place.rule.envelope.iter().flatten().any(|member| member == name),
        };
        match name {
            _ if is_list && envelope.cut.listed.is_none() => Slot::List,
            "has_more" => Slot::HasMore,
            "total_count" => Slot::TotalCount,
            _ => {
                if is_list || !ENVELOPE_MEMBERS.contains(&name) {
                    let root_row = self.root_row(self.plan.nodes[node].table, row);
                    self.note("envelope_member_dropped", node, root_row, DROPPED_MEMBER);
                }
                Slot::Nothing
            }
        }
    }
}
