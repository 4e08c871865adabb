//! Tags, segments and subscription types.

use super::Workspace;
use super::draw::Kind;
use super::timeline::{ANCHOR_S, workspace_created_at};
use super::vocabulary::{SEGMENTS, SUBSCRIPTIONS, TAGS};
use crate::document::{Node, node};

impl Workspace {
    /// How many tags there are.
    pub(crate) fn tag_count(&self) -> u32 {
        TAGS.len() as u32
    }

    /// A tag as the list of tags shows it.
    pub(crate) fn tag(&self, index: u32) -> Node {
        let name = self
            .renamed_tags
            .get(&index)
            .map_or(Node::from(TAGS[index as usize]), |name| name.clone().into());
        node!({"type": "tag", "id": self.identity.tag(index).to_string(), "name": name})
    }

    /// How many segments there are.
    pub(crate) fn segment_count(&self) -> u32 {
        SEGMENTS.len() as u32
    }

    /// A segment without its count.
    pub(crate) fn segment(&self, index: u32) -> Node {
        let mut draw = self.draw(Kind::Segment, index, 0);
        let created_at = draw.between(workspace_created_at(), ANCHOR_S);
        node!({
            "type": "segment", "id": self.segment_id(index), "name": SEGMENTS[index as usize], "created_at": created_at,
            "updated_at": draw.between(created_at, ANCHOR_S), "person_type": if index == 1 { "contact" } else { "user" },
        })
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
    pub(crate) fn subscription_type(&self, index: u32) -> Node {
        let subjects = SUBSCRIPTIONS.len();
        let position = index as usize % subjects;
        let opt_in = index as usize >= subjects;
        let translation = |locale: &'static str, name: &'static str| node!({"name": name, "description": format!("{name}, now and then"), "locale": locale});
        let english = translation("en", SUBSCRIPTIONS[position]);
        let translations = if position.is_multiple_of(3) {
            vec![english.clone(), translation("de", "Neuigkeiten für Sie")]
        } else {
            vec![english.clone()]
        };
        node!({
            "type": "subscription", "id": self.identity.subscription(index).to_string(),
            "state": match position { 10 => "draft", 11 => "archived", _ => "live" },
            "consent_type": if opt_in { "opt_in" } else { "opt_out" }, "default_translation": english,
            "translations": translations,
            "content_types": if position % 4 == 1 { node!(["email", "sms_message"]) } else { node!(["email"]) },
        })
    }
}
