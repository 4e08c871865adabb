//! What is added to contacts and taken from them without moving their `updated_at`.

use std::collections::BTreeSet;

use super::contact_lists::bits;
use super::notes::Owner;
use super::selection::select;
use super::vocabulary::{SEGMENTS, TAGS};
use super::{ContactEntry, Workspace};
use crate::document::Node;
use crate::mutation::{Addition, MutationError, Removal, Selection};
use crate::resource::Resource;

/// The lists in a contact's document.
const INDEXED_LISTS: [&str; 3] = ["tags", "notes", "companies"];

/// What mutations added to a contact or took from it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Additions {
    /// When notes were written.
    pub(super) notes: Vec<i64>,
    /// Positions of notes that were deleted.
    pub(super) lost_notes: BTreeSet<u32>,
    /// When events happened.
    pub(super) events: Vec<i64>,
    /// Companies joined.
    pub(super) companies: Vec<u32>,
    /// Companies left.
    pub(super) left_companies: BTreeSet<u32>,
    /// Tags put on, with the moment.
    pub(super) tagged: Vec<(u32, i64)>,
    /// What the lists in the contact's document were before each change, with the moment of the change.
    pub(super) lists_before: Vec<(i64, Node)>,
}

impl Workspace {
    pub(super) fn add_to_contacts(
        &mut self,
        which: &Selection,
        what: Addition,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.contacts, Resource::Contacts)?;
        for &index in &indexes {
            self.keep_lists(index, now);
            match what {
                Addition::Note => self.additions_to(index).notes.push(now),
                Addition::Event => self.additions_to(index).events.push(now),
                Addition::Tag => self.add_tag(index, now),
                Addition::Segment => self.contacts.touch(index, |entry| {
                    let free = bits(!u32::from(entry.segments), SEGMENTS.len()).next();
                    entry.segments |= free.map_or(0, |segment| 1 << segment);
                }),
                Addition::Company => self.join_company(index),
            }
        }
        Ok(indexes)
    }

    fn add_tag(&mut self, index: u32, now: i64) {
        let tags = self.contacts.get(index).map_or(0, |entry| entry.tags);
        let Some(free) = bits(!tags, TAGS.len()).next() else { return };
        self.contacts.touch(index, |entry| entry.tags |= 1 << free);
        self.additions_to(index).tagged.push((free, now));
    }

    fn join_company(&mut self, index: u32) {
        let joined = self.contact_companies(index);
        let Some(company) = (0..self.companies.len())
            .rev()
            .find(|&company| self.companies.get(company).is_some() && !joined.contains(&company))
        else {
            return;
        };
        self.additions_to(index).left_companies.remove(&company);
        self.additions_to(index).companies.push(company);
        self.company_joiners.entry(company).or_default().push(index);
    }

    /// Keeps what the search index goes on showing of a contact's lists.
    fn keep_lists(&mut self, index: u32, now: i64) {
        let Some(entry) = self.contacts.get(index).filter(|_| self.contacts.lag_s() > 0) else { return };
        let document = self.contact(index, entry);
        self.additions_to(index).lists_before.push((now, document));
    }

    /// A contact as the search index shows it: with the lists it had before the changes that are not indexed yet.
    pub(crate) fn indexed_contact(&self, index: u32, entry: &ContactEntry, now: i64) -> Node {
        let mut document = self.contact(index, entry);
        let due = now.saturating_sub(self.contacts.lag_s());
        let kept = self.additions.get(&index).into_iter().flat_map(|additions| &additions.lists_before);
        if let Some((_, before)) = kept.into_iter().find(|(at, _)| *at > due) {
            for list in INDEXED_LISTS {
                document[list] = before[list].clone();
            }
        }
        document
    }

    fn additions_to(&mut self, index: u32) -> &mut Additions {
        self.additions.entry(index).or_default()
    }

    /// Takes something from contacts; those that have nothing of the kind stay as they are.
    pub(super) fn remove_from_contacts(
        &mut self,
        which: &Selection,
        what: Removal,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.contacts, Resource::Contacts)?;
        for &index in &indexes {
            self.keep_lists(index, now);
            match what {
                Removal::Note => {
                    if let Some(newest) = self.note_positions(Owner::Contact(index)).last() {
                        self.additions_to(index).lost_notes.insert(newest);
                    }
                }
                Removal::Tag => {
                    let last = self.contacts.get(index).and_then(|entry| self.living_tags(entry.tags).last());
                    self.contacts.touch(index, |entry| entry.tags &= !last.map_or(0, |tag| 1 << tag));
                }
                Removal::Segment => {
                    let last = self
                        .contacts
                        .get(index)
                        .and_then(|entry| self.living_segments(entry.segments).last());
                    self.contacts
                        .touch(index, |entry| entry.segments &= !last.map_or(0, |segment| 1 << segment));
                }
                Removal::Company => self.leave_company(index),
            }
        }
        Ok(indexes)
    }

    fn leave_company(&mut self, index: u32) {
        let Some(company) = self.contact_companies(index).pop() else { return };
        let additions = self.additions_to(index);
        additions.companies.retain(|&joined| joined != company);
        additions.left_companies.insert(company);
        self.company_joiners.entry(company).or_default().retain(|&joined| joined != index);
    }
}
