//! Mutations: what happens to entries, and which records are meant.

use std::collections::BTreeSet;

use super::contact_lists::bits;
use super::conversations::State;
use super::draw::{Draw, Kind};
use super::register::Entry;
use super::vocabulary::{SEGMENTS, TAGS};
use super::{Additions, Register, Workspace};
use crate::mutation::{Addition, Mutation, MutationError, Selection, Touched};
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
        };
        self.generation += 1;
        let ids = indexes.into_iter().map(|index| self.id_of(resource, index)).collect();
        Ok(Touched { resource, ids, at_s: now })
    }

    fn id_of(&self, resource: Resource, index: u32) -> String {
        match resource {
            Resource::Companies => self.company_id(index),
            Resource::Conversations => self.conversation_id(index),
            Resource::Tags => self.identity.tag(index).to_string(),
            _ => self.contact_id(index),
        }
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

    fn add_to_contacts(
        &mut self,
        which: &Selection,
        what: Addition,
        now: i64,
    ) -> Result<Vec<u32>, MutationError> {
        let indexes = select(which, &self.contacts, Resource::Contacts)?;
        for &index in &indexes {
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
        self.additions_to(index).companies.push(company);
        self.company_joiners.entry(company).or_default().push(index);
    }

    fn additions_to(&mut self, index: u32) -> &mut Additions {
        self.additions.entry(index).or_default()
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
            let entry = self.new_conversation(now, &mut draw);
            self.conversations.create(entry, now)
        });
        Ok(created.collect())
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

/// The indexes meant, in order, each once.
fn select<E: Entry>(
    which: &Selection,
    register: &Register<E>,
    resource: Resource,
) -> Result<Vec<u32>, MutationError> {
    let available = register.len();
    let chosen: BTreeSet<u32> = match which {
        Selection::Indexes(indexes) => {
            if let Some(&index) = indexes.iter().find(|&&index| index >= available) {
                return Err(MutationError::NoSuchRecord { resource, index, count: available });
            }
            indexes.iter().copied().collect()
        }
        Selection::Random { count, .. } if *count >= available => (0..available).collect(),
        Selection::Random { count, seed } => {
            let mut draw = Draw::new(*seed, Kind::Selection, 0, 0);
            let mut chosen = BTreeSet::new();
            while chosen.len() < *count as usize {
                chosen.insert(draw.below(available.into()) as u32);
            }
            chosen
        }
    };
    Ok(chosen.into_iter().collect())
}

/// Refuses more records than an index can number.
fn room_for<E: Entry>(count: u32, register: &Register<E>, resource: Resource) -> Result<(), MutationError> {
    let fits = register.len().checked_add(count).is_some();
    if fits { Ok(()) } else { Err(MutationError::TooMany { resource, count }) }
}
