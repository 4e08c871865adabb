//! Envelopes: objects that only wrap a list.

use crate::json::{Json, Sink, Want, parse_prefix};

/// Members that an envelope may have beside its list.
pub(super) const ENVELOPE_MEMBERS: [&str; 9] =
    ["type", "url", "has_more", "total_count", "pages", "page", "per_page", "total_pages", "next"];

/// The list inside an envelope (null where it has none): a declared one, or one that `detects` finds by its shape.
/// `None` where the object is no envelope.
pub(crate) fn envelope_list(object: &Json, declared: Option<&[String]>, detects: bool) -> Option<Json> {
    let detected;
    let names = match declared {
        Some(names) => names,
        None if detects => {
            detected = list_members(&object.to_string())?;
            &detected
        }
        None => return None,
    };
    let Json::Object(members) = object else { return None };
    Some(names.iter().find_map(|name| members.get(name)).cloned().unwrap_or(Json::Null))
}

/// The member that holds the list, if the object at the start of `source` is an envelope: its `type` ends in `list`,
/// there is one list, and nothing else but what envelopes have.
pub(super) fn list_members(source: &str) -> Option<Vec<String>> {
    let mut shape = ObjectShape::default();
    parse_prefix(source, &mut shape).ok()?;
    (shape.kind.ends_with("list") && shape.lists.len() == 1 && shape.others == 0).then_some(shape.lists)
}

/// The shape of one object: enough to tell whether it is an envelope.
#[derive(Debug, Default)]
struct ObjectShape {
    depth: usize,
    at: String,
    kind: String,
    lists: Vec<String>,
    others: usize,
}

impl Sink for ObjectShape {
    fn want(&mut self, rest: &str) -> Want {
        if self.depth == 0 {
            return Want::Events;
        }
        if self.at == "type" {
            return if rest.starts_with('"') { Want::Events } else { Want::Nothing };
        }
        if rest.starts_with('[') {
            self.lists.push(self.at.clone());
        } else if !ENVELOPE_MEMBERS.contains(&self.at.as_str()) {
            self.others += 1;
        }
        Want::Nothing
    }
    fn raw(&mut self, _source: &str) {}
    fn null(&mut self) {}
    fn boolean(&mut self, _value: bool) {}
    fn number(&mut self, _text: &str) {}
    fn string(&mut self, text: &str) {
        text.clone_into(&mut self.kind);
    }
    fn broken_string(&mut self, _source: &str) {}
    fn begin_object(&mut self) {
        self.depth += 1;
    }
    fn key(&mut self, name: &str) {
        name.clone_into(&mut self.at);
    }
    fn end_object(&mut self) {}
    fn begin_array(&mut self) {}
    fn end_array(&mut self) {}
}
