//! What became of records that are gone, as far as the API tells (API notes, section 12).

use super::register::Entry;
use super::timeline::DAY_S;
use super::{ContactEntry, Workspace};
use crate::document::{Members, Node, node};

/// How long back the feed of contact activities reaches.
const ACTIVITY_RETENTION_S: i64 = 90 * DAY_S;

/// A contact that was merged into another: the source, when, and the target.
#[derive(Debug, Clone, Copy)]
struct Merge {
    source: u32,
    at: i64,
    target: u32,
}

impl Workspace {
    /// The conversations that were deleted, in order of index.
    pub(crate) fn deleted_conversations(&self) -> Vec<Node> {
        let ends = self.conversations.ends();
        ends.map(|(index, gone)| {
            node!({
                "type": "conversation", "id": self.conversation_id(index), "metrics_retained": index.is_multiple_of(2),
                "deleted_at": gone.at,
            })
        })
        .collect()
    }

    /// The contact that a merged one lives on in, over as many merges as there were.
    pub(crate) fn merged_into(&self, contact: u32) -> Option<u32> {
        let mut target = self.contacts.end_of(contact)?.into?;
        while let Some(further) = self.contacts.end_of(target).and_then(|gone| gone.into) {
            target = further;
        }
        Some(target)
    }

    fn merges(&self) -> impl Iterator<Item = Merge> {
        self.contacts
            .ends()
            .filter_map(|(source, gone)| Some(Merge { source, at: gone.at, target: gone.into? }))
    }

    /// The merges of a contact, oldest first, as its history lists them.
    pub(crate) fn merge_history(&self, target: u32) -> Vec<Node> {
        let mut merges: Vec<Merge> = self.merges().filter(|merge| merge.target == target).collect();
        merges.sort_by_key(|merge| (merge.at, merge.source));
        merges.into_iter().map(|merge| self.merge_item(merge)).collect()
    }

    /// All merges into contacts that live, each with its target.
    pub(crate) fn contact_merges(&self) -> Vec<Node> {
        let merges = self.merges().filter(|merge| self.contacts.get(merge.target).is_some());
        merges
            .map(|merge| {
                let mut item = self.merge_item(merge);
                item["contact_id"] = self.contact_id(merge.target).into();
                item
            })
            .collect()
    }

    fn merge_item(&self, merge: Merge) -> Node {
        let role = self.contacts.ever(merge.source).map_or("lead", ContactEntry::role);
        node!({
            "type": "merge_history", "source_contact_id": self.contact_id(merge.source), "source_contact_role": role,
            "merged_at": merge.at,
        })
    }

    /// What became of contacts lately, oldest first.
    pub(crate) fn contact_activities(&self, now: i64) -> Vec<Node> {
        let since = now - ACTIVITY_RETENTION_S;
        let created = (0..self.contacts.len()).rev();
        let created = created.map_while(|index| {
            let at = self.contacts.ever(index)?.created_at();
            (at >= since).then_some((at, index, None))
        });
        let ends = self.contacts.ends().map(|(index, gone)| (gone.at, index, Some(gone)));
        let mut activities: Vec<_> = created.chain(ends.filter(|&(at, ..)| at >= since)).collect();
        activities.sort_by_key(|&(at, index, gone)| (at, gone.is_some(), index));
        let activities = activities.into_iter().map(|(at, index, gone)| {
            let id = self.contact_id(index);
            let target = gone.and_then(|gone| gone.into).map(|target| self.contact_id(target));
            let (event_type, number) = match (gone, &target) {
                (None, _) => ("contact.created", 1),
                (Some(_), None) => ("contact.deleted", 2),
                (Some(_), Some(_)) => ("contact.merged", 3),
            };
            let mut members = Members::with_capacity(9);
            members.extend(node!({
                "type": "contact_activity", "id": format!("{}.{number:02x}{index:06x}", at * 1000), "event_type": event_type,
                "contact_id": target.clone().unwrap_or_else(|| id.clone()), "external_id": self.external_id(index),
                "role": self.contacts.ever(index).map(ContactEntry::role),
                "merge_source_id": target.as_ref().map(|_| id), "merge_target_id": target, "created_at": at,
            }));
            members.drop_nulls();
            Node::Object(members)
        });
        activities.collect()
    }
}
