//! Tags, segments and subscription types.

use serde_json::{Value, json};

use super::Workspace;
use super::draw::Kind;
use super::timeline::{ANCHOR_S, workspace_created_at};
use super::vocabulary::{SEGMENTS, SUBSCRIPTIONS, TAGS};

impl Workspace {
    /// How many tags there are.
    pub(crate) fn tag_count(&self) -> u32 {
        TAGS.len() as u32
    }

    /// A tag as the list of tags shows it.
    pub(crate) fn tag(&self, index: u32) -> Value {
        let name = self.renamed_tags.get(&index).map_or(TAGS[index as usize], String::as_str);
        json!({"type": "tag", "id": self.identity.tag(index).to_string(), "name": name})
    }

    /// The index of the tag with this id.
    pub(crate) fn tag_index(&self, id: &str) -> Option<u32> {
        (0..self.tag_count()).find(|&index| self.identity.tag(index).to_string() == id)
    }

    /// How many segments there are.
    pub(crate) fn segment_count(&self) -> u32 {
        SEGMENTS.len() as u32
    }

    /// A segment without its count.
    pub(crate) fn segment(&self, index: u32) -> Value {
        let mut draw = self.draw(Kind::Segment, index, 0);
        let created_at = draw.between(workspace_created_at(), ANCHOR_S);
        json!({
            "type": "segment", "id": self.segment_id(index), "name": SEGMENTS[index as usize], "created_at": created_at,
            "updated_at": draw.between(created_at, ANCHOR_S), "person_type": if index == 1 { "contact" } else { "user" },
        })
    }

    /// The index of the segment with this id.
    pub(crate) fn segment_index(&self, id: &str) -> Option<u32> {
        (0..self.segment_count()).find(|&index| self.segment_id(index) == id)
    }

    /// How many contacts belong to each segment.
    pub(crate) fn segment_sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; SEGMENTS.len()];
        for (_, entry) in self.contacts.iter() {
            for (segment, size) in sizes.iter_mut().enumerate() {
                *size += u64::from(entry.segments >> segment & 1);
            }
        }
        sizes
    }

    fn segment_id(&self, index: u32) -> String {
        self.identity.hex(Kind::Segment, workspace_created_at(), index)
    }

    /// How many subscription types there are: each subject once to opt out of and once to opt in to.
    pub(crate) fn subscription_type_count(&self) -> u32 {
        2 * SUBSCRIPTIONS.len() as u32
    }

    /// A subscription type.
    pub(crate) fn subscription_type(&self, index: u32) -> Value {
        let subjects = SUBSCRIPTIONS.len();
        let position = index as usize % subjects;
        let opt_in = index as usize >= subjects;
        let translation = |locale: &str, name: &str| json!({"name": name, "description": format!("{name}, now and then"), "locale": locale});
        let english = translation("en", SUBSCRIPTIONS[position]);
        let translations = if position.is_multiple_of(3) {
            json!([english, translation("de", "Neuigkeiten für Sie")])
        } else {
            json!([english])
        };
        json!({
            "type": "subscription", "id": self.identity.subscription(index).to_string(),
            "state": match position { 10 => "draft", 11 => "archived", _ => "live" },
            "consent_type": if opt_in { "opt_in" } else { "opt_out" }, "default_translation": english,
            "translations": translations,
            "content_types": if position % 4 == 1 { json!(["email", "sms_message"]) } else { json!(["email"]) },
        })
    }
}
