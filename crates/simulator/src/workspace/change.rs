//! Mutations: what happens to entries.

use super::Workspace;
use super::conversations::State;
use super::draw::Kind;
use super::records::Record;
use super::removal::code_of;
use super::selection::{room_for, select};
use super::vocabulary::TAGS;
use crate::mutation::{Mutation, MutationError, Selection, Touched};
use crate::resource::Resource;

impl Workspace {
    /// Carries out a mutation at this moment. After an error nothing has changed.
    pub(crate) fn mutate(&mut self, mutation: Mutation, now: i64) -> Result<Touched, MutationError> {
        let (resource, indexes) = match mutation {
            Mutation::CreateContacts { count } => (Resource::Contacts, self.create_contacts(count, now)?),
            Mutation::UpdateContacts { which } => (Resource::Contacts, self.update_contacts(&which, now)?),
            Mutation::AddToContacts { which, what } => {
                (Resource::Contacts, self.add_to_contacts(&which, what, now)?)
            }
            Mutation::CreateCompanies { count } => (Resource::Companies, self.create_companies(count, now)?),
            Mutation::UpdateCompanies { which } => (Resource::Companies, self.update_companies(&which, now)?),
            Mutation::CreateConversations { count } => {
                (Resource::Conversations, self.create_conversations(count, now)?)
            }
            Mutation::ReplyToConversations { which, parts } => {
                (Resource::Conversations, self.reply_to_conversations(&which, parts, now)?)
            }
            Mutation::RenameTag { tag, name } => (Resource::Tags, self.rename_tag(tag, name)?),
            Mutation::RemoveFromContacts { which, what } => {
                (Resource::Contacts, self.remove_from_contacts(&which, what, now)?)
            }
            Mutation::Create { resource, count } => (resource, self.create_records(resource, count, now)?),
            Mutation::Update { resource, which } => (resource, self.update_records(resource, &which, now)?),
            Mutation::Delete { resource, which } => (resource, self.delete(resource, &which, now)?),
            Mutation::MergeContacts { sources, into } => {
                (Resource::Contacts, self.merge_contacts(&sources, into, now)?)
            }
            Mutation::MergeConversations { sources, into } => {
                (Resource::Conversations, self.merge_conversations(&sources, into, now)?)
            }
            Mutation::RedactParts { which } => (Resource::Conversations, self.redact_parts(&which, now)?),
            Mutation::AddAttribute { model, name, data_type } => {
                (self.add_attribute(model, name, data_type, now), Vec::new())
            }
            Mutation::AddField { resource, name, value } => {
                self.add_field(resource, name, value, now)?;
                (resource, Vec::new())
            }
        };
        self.generation += 1;
        let ids = indexes.into_iter().map(|index| self.id_of(resource, index)).collect();
        Ok(Touched { resource, ids, at_s: now })
    }

    fn id_of(&self, resource: Resource, index: u32) -> String {
        match resource {
            Resource::Contacts => self.contact_id(index),
            Resource::Companies => self.company_id(index),
            Resource::Conversations => self.conversation_id(index),
            Resource::Tags => self.identity.tag(index).to_string(),
            Resource::Segments => self.segment_id(index),
            Resource::Admins => self.admin_id(code_of(index)).to_string(),
            Resource::Teams => self.team_id(code_of(index)).to_string(),
            _ => self.record_id(resource, index),
        }
    }

    fn create_records(
        &mut self,
        resource: Resource,
        count: u32,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let register =
            self.records.registers.get_mut(&resource).ok_or(MutationError::NotPossible { resource })?;
        room_for(count, register, resource)?;
        Ok((0..count).map(|_| register.create(Record::new(now), now)).collect())
    }

    fn update_records(
        &mut self,
        resource: Resource,
        which: &Selection,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let register = self.records.registers.get_mut(&resource);
        let register = register.filter(|_| resource != Resource::ActivityLogs);
        let register = register.ok_or(MutationError::NotPossible { resource })?;
        let indexes = select(which, register, resource)?;
        for &index in &indexes {
            register.change(index, now, |record| record.revision += 1);
            self.records.revised_at.entry((resource, index)).or_default().push(now);
        }
        Ok(indexes)
    }

    fn create_contacts(&mut self, count: u32, now: i64) -> Result<Vec<u32>, MutationError> {
        room_for(count, &self.contacts, Resource::Contacts)?;
        let created = (0..count).map(|_| {
            let mut draw = self.draw(Kind::ContactEntry, self.contacts.len(), 0);
            let entry = self.new_contact(now, &mut draw);
            self.contacts.create(entry, now)
        });
        Ok(created.collect())
    }

    fn update_contacts(&mut self, which: &Selection, now: i64) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.contacts, Resource::Contacts)?;
        for &index in &indexes {
            self.contacts.change(index, now, |entry| {
                entry.revision += 1;
                entry.tags ^= 1 << (entry.revision % TAGS.len() as u32);
            });
        }
        Ok(indexes)
    }

    fn create_companies(&mut self, count: u32, now: i64) -> Result<Vec<u32>, MutationError> {
        room_for(count, &self.companies, Resource::Companies)?;
        let created = (0..count).map(|_| {
            let mut draw = self.draw(Kind::CompanyEntry, self.companies.len(), 0);
            let entry = self.new_company(now, &mut draw);
            self.companies.create(entry, now)
        });
        Ok(created.collect())
    }

    fn update_companies(&mut self, which: &Selection, now: i64) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.companies, Resource::Companies)?;
        for &index in &indexes {
            self.companies.change(index, now, |entry| {
                entry.revision += 1;
                entry.tags ^= 1 << (entry.revision % TAGS.len() as u32);
            });
        }
        Ok(indexes)
    }

    fn create_conversations(&mut self, count: u32, now: i64) -> Result<Vec<u32>, MutationError> {
        room_for(count, &self.conversations, Resource::Conversations)?;
        let created = (0..count).map(|_| {
            let mut draw = self.draw(Kind::ConversationEntry, self.conversations.len(), 0);
            let mut entry = self.new_conversation(now, &mut draw);
            entry.contact = self.living_contact(entry.contact);
            self.conversations.create(entry, now)
        });
        Ok(created.collect())
    }

    /// The first living contact from an index on, else the index itself.
    fn living_contact(&self, index: u32) -> u32 {
        (index..self.contacts.len()).find(|&index| self.contacts.get(index).is_some()).unwrap_or(index)
    }

    fn reply_to_conversations(
        &mut self,
        which: &Selection,
        parts: u32,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.conversations, Resource::Conversations)?;
        for &index in &indexes {
            self.replies.entry(index).or_default().extend(std::iter::repeat_n(now, parts as usize));
            self.conversations.change(index, now, |entry| {
                entry.parts += parts;
                entry.state = State::Open;
                entry.is_read = false;
            });
        }
        Ok(indexes)
    }

    fn rename_tag(&mut self, tag: u32, name: String) -> Result<Vec<u32>, MutationError> {
        if tag as usize >= TAGS.len() {
            return Err(MutationError::NoSuchTag { index: tag });
        }
        self.renamed_tags.insert(tag, name);
        Ok(vec![tag])
    }
}
