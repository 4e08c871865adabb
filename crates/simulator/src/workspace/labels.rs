//! Tags, segments and subscription types.

use std::collections::BTreeSet;

use super::Workspace;
use super::contact_lists::bits;
use super::draw::Kind;
use super::timeline::{ANCHOR_S, workspace_created_at};
use super::vocabulary::{SEGMENTS, SUBSCRIPTIONS, TAGS};
use crate::document::{Node, node};

/// Labels, admins and teams that mutations deleted: a bit per tag and segment, codes of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Removed {
    pub(super) tags: u32,
    pub(super) segments: u32,
    pub(super) admins: BTreeSet<u8>,
    pub(super) teams: BTreeSet<u8>,
}

impl Workspace {
    /// The indexes of the tags there are.
    pub(crate) fn tag_indexes(&self) -> impl Iterator<Item = u32> + use<> {
        bits(!self.removed.tags, TAGS.len())
    }

    /// Those tags of a record that were not deleted, as bits.
    pub(crate) fn living_tag_mask(&self, tags: u32) -> u32 {
        tags & !self.removed.tags
    }

    /// Those segments of a record that were not deleted, as bits.
    pub(crate) fn living_segment_mask(&self, segments: u16) -> u32 {
        u32::from(segments) & !self.removed.segments
    }

    /// Those tags of a record that were not deleted.
    pub(in crate::workspace) fn living_tags(&self, tags: u32) -> impl Iterator<Item = u32> + Clone + use<> {
        bits(self.living_tag_mask(tags), TAGS.len())
    }

    /// Those segments of a record that were not deleted.
    pub(super) fn living_segments(&self, segments: u16) -> impl Iterator<Item = u32> + Clone + use<> {
        bits(self.living_segment_mask(segments), SEGMENTS.len())
    }

    /// The index of the tag with this id, if there is one.
    pub(crate) fn tag_index(&self, id: &str) -> Option<u32> {
        self.tag_indexes().find(|&index| self.identity.tag(index).to_string() == id)
    }

    /// The index of the segment with this id, if there is one.
    pub(crate) fn segment_index(&self, id: &str) -> Option<u32> {
        self.segment_indexes().find(|&index| self.segment_id(index) == id)
    }

    /// The ids of all tags by their bit.
    pub(crate) fn tag_ids(&self) -> Vec<String> {
        (0..TAGS.len() as u32).map(|index| self.identity.tag(index).to_string()).collect()
    }

    /// The ids of all segments by their bit.
    pub(crate) fn segment_ids(&self) -> Vec<String> {
        (0..SEGMENTS.len() as u32).map(|index| self.segment_id(index)).collect()
    }

    /// A tag as the list of tags shows it.
    pub(crate) fn tag(&self, index: u32) -> Node {
        let name = self
            .renamed_tags
            .get(&index)
            .map_or(Node::from(TAGS[index as usize]), |name| name.clone().into());
        node!({"type": "tag", "id": self.identity.tag(index).to_string(), "name": name})
    }

    /// The indexes of the segments there are.
    pub(crate) fn segment_indexes(&self) -> impl Iterator<Item = u32> + use<> {
        bits(!self.removed.segments, SEGMENTS.len())
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

    /// The id of a segment.
    pub(super) fn segment_id(&self, index: u32) -> String {
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
