//! Deletions, merges and redactions (API notes, section 12): who vanishes, and what is logged of it.

use super::Workspace;
use super::conversations::State;
use super::records::Record;
use super::register::Gone;
use super::selection::select;
use super::vocabulary::{SEGMENTS, TAGS};
use crate::mutation::{MutationError, Selection};
use crate::resource::Resource;

/// The code of the admin or team with this index; the bot has none.
pub(super) fn code_of(index: u32) -> u8 {
    u8::try_from(index + 1).unwrap_or(u8::MAX)
}

impl Workspace {
    /// Ends records. Nothing else moves: neither the links others had to them nor any `updated_at`.
    pub(super) fn delete(
        &mut self,
        resource: Resource,
        which: &Selection,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let gone = Gone { at: now, into: None };
        let indexes = match resource {
            Resource::Contacts => {
                let indexes = select(which, &self.contacts, resource)?;
                indexes.iter().for_each(|&index| self.contacts.end(index, gone));
                indexes
            }
            Resource::Companies => {
                let indexes = select(which, &self.companies, resource)?;
                indexes.iter().for_each(|&index| self.companies.end(index, gone));
                indexes
            }
            Resource::Conversations => {
                let indexes = select(which, &self.conversations, resource)?;
                indexes.iter().for_each(|&index| self.conversations.end(index, gone));
                indexes
            }
            Resource::Tags | Resource::Segments | Resource::Admins | Resource::Teams => {
                self.delete_label(resource, which)?
            }
            Resource::ActivityLogs => return Err(MutationError::NotPossible { resource }),
            _ => {
                let register = self.records.registers.get_mut(&resource);
                let register = register.ok_or(MutationError::NotPossible { resource })?;
                let indexes = select(which, register, resource)?;
                indexes.iter().for_each(|&index| register.end(index, gone));
                indexes
            }
        };
        self.log_deletions(resource, indexes.len(), now);
        Ok(indexes)
    }

    fn delete_label(&mut self, resource: Resource, which: &Selection) -> Result<Vec<u32>, MutationError> {
        let (known, count): (Vec<u32>, u32) = match resource {
            Resource::Tags => (self.tag_indexes().collect(), TAGS.len() as u32),
            Resource::Segments => (self.segment_indexes().collect(), SEGMENTS.len() as u32),
            Resource::Teams => (self.team_codes().map(|code| u32::from(code) - 1).collect(), u8::MAX.into()),
            // The bot is nobody to delete.
            _ => (self.admin_codes().skip(1).map(|code| u32::from(code) - 1).collect(), u8::MAX.into()),
        };
        let Selection::Indexes(indexes) = which else { return Err(MutationError::NotPossible { resource }) };
        if let Some(&index) = indexes.iter().find(|index| !known.contains(index)) {
            return Err(MutationError::NoSuchRecord { resource, index, count });
        }
        for &index in indexes {
            match resource {
                Resource::Tags => self.removed.tags |= 1 << index,
                Resource::Segments => self.removed.segments |= 1 << index,
                Resource::Teams => drop(self.removed.teams.insert(code_of(index))),
                _ => drop(self.removed.admins.insert(code_of(index))),
            }
        }
        Ok(indexes.clone())
    }

    /// The activity log tells of some deletions, of none of contacts and companies.
    fn log_deletions(&mut self, resource: Resource, count: usize, now: i64) {
        let activity_type = match resource {
            Resource::Admins => "admin_deletion",
            Resource::Teams => "app_team_deletion",
            Resource::Macros => "macro_deletion",
            _ => return,
        };
        let Some(log) = self.records.registers.get_mut(&Resource::ActivityLogs) else { return };
        for _ in 0..count {
            let index = log.create(Record::new(now), now);
            self.records.logged.insert(index, activity_type);
        }
    }

    /// Merges contacts into another one, which is updated by it; the others are gone and lead to it.
    pub(super) fn merge_contacts(
        &mut self,
        sources: &Selection,
        into: u32,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let target = Selection::Indexes(vec![into]);
        select(&target, &self.contacts, Resource::Contacts)?;
        let mut indexes = select(sources, &self.contacts, Resource::Contacts)?;
        indexes.retain(|&index| index != into);
        for &index in &indexes {
            self.contacts.end(index, Gone { at: now, into: Some(into) });
        }
        if !indexes.is_empty() {
            self.contacts.change(into, now, |entry| entry.revision += 1);
        }
        Ok(indexes)
    }

    /// Merges conversations into another one: they live on, closed and linked to it, with a part that says so; both
    /// sides' `updated_at` is now.
    pub(super) fn merge_conversations(
        &mut self,
        sources: &Selection,
        into: u32,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let target = Selection::Indexes(vec![into]);
        select(&target, &self.conversations, Resource::Conversations)?;
        let mut indexes = select(sources, &self.conversations, Resource::Conversations)?;
        indexes.retain(|&index| index != into);
        for &index in &indexes {
            let position = self.conversations.get(index).map_or(0, |entry| entry.parts);
            self.replies.entry(index).or_default().push(now);
            self.merge_parts.insert((index, position));
            self.primaries.entry(index).or_default().push(into);
            self.conversations.change(index, now, |entry| {
                entry.parts += 1;
                entry.state = State::Closed;
            });
        }
        if !indexes.is_empty() {
            self.conversations.change(into, now, |_| ());
        }
        Ok(indexes)
    }

    /// Empties the newest part of conversations; their `updated_at` is now.
    pub(super) fn redact_parts(&mut self, which: &Selection, now: i64) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.conversations, Resource::Conversations)?;
        for &index in &indexes {
            let parts = self.conversations.get(index).map_or(0, |entry| entry.parts);
            if let Some(newest) = parts.checked_sub(1) {
                self.redactions.entry(index).or_default().insert(newest);
            }
            self.conversations.change(index, now, |_| ());
        }
        Ok(indexes)
    }
}
