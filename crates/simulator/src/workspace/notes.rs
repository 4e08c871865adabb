//! Notes on contacts and on companies.

use super::Workspace;
use super::draw::Kind;
use super::prose;
use super::register::Entry;
use super::timeline::ANCHOR_S;
use crate::document::{Node, node};

/// Whom a note is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    /// The contact with this index.
    Contact(u32),
    /// The company with this index.
    Company(u32),
}

impl Owner {
    fn kind(self) -> Kind {
        match self {
            Owner::Contact(_) => Kind::ContactNote,
            Owner::Company(_) => Kind::CompanyNote,
        }
    }

    fn index(self) -> u32 {
        match self {
            Owner::Contact(index) | Owner::Company(index) => index,
        }
    }
}

impl Workspace {
    /// How many notes there are on somebody.
    pub(crate) fn note_count(&self, owner: Owner) -> u32 {
        self.note_positions(owner).count() as u32
    }

    /// The positions of the notes there are, oldest first.
    pub(super) fn note_positions(&self, owner: Owner) -> impl Iterator<Item = u32> {
        let (base, added) = self.note_counts(owner);
        let additions = match owner {
            Owner::Contact(index) => self.additions.get(&index),
            Owner::Company(_) => None,
        };
        let stays =
            move |position: &u32| additions.is_none_or(|additions| !additions.lost_notes.contains(position));
        (0..base + added.len() as u32).filter(stays)
    }

    /// The id of the note at a position, counted from the oldest.
    pub(crate) fn note_id(&self, owner: Owner, position: u32) -> String {
        self.identity.note(owner.kind(), owner.index(), position)
    }

    /// All notes on somebody, newest first.
    pub(crate) fn notes(&self, owner: Owner) -> Vec<Node> {
        let mut notes: Vec<Node> =
            self.note_positions(owner).map(|position| self.note(owner, position)).collect();
        notes.reverse();
        notes
    }

    /// One note, by its position from the oldest.
    pub(crate) fn note(&self, owner: Owner, position: u32) -> Node {
        let (base, added) = self.note_counts(owner);
        let created_from = match owner {
            Owner::Contact(index) => self.contacts.ever(index).map_or(0, Entry::created_at),
            Owner::Company(index) => self.companies.ever(index).map_or(0, Entry::created_at),
        };
        let mut draw = self.draw(owner.kind(), owner.index(), position);
        let spread = (ANCHOR_S - created_from).max(0) * i64::from(position + 1) / i64::from(base + 1);
        let added_at = position.checked_sub(base).and_then(|late| added.get(late as usize));
        let created_at = added_at.copied().unwrap_or(created_from + spread);
        let (owner_key, owner_reference) = match owner {
            Owner::Contact(index) => ("contact", node!({"type": "contact", "id": self.contact_id(index)})),
            Owner::Company(index) => ("company", node!({"type": "company", "id": self.company_id(index)})),
        };
        let author = match draw.below(20) {
            0 => Node::Null,
            _ => self.admin_reference(self.any_admin(&mut draw)),
        };
        let mut note = node!({"type": "note", "id": self.note_id(owner, position), "created_at": created_at});
        note[owner_key] = owner_reference;
        note["author"] = author;
        note["body"] = prose::body(&mut draw).into();
        note
    }

    /// The note on a living contact with this id.
    pub(crate) fn note_by_id(&self, id: &str) -> Option<Node> {
        let (contact, position) = self.identity.note_place(id)?;
        self.contacts.get(contact)?;
        let owner = Owner::Contact(contact);
        let is_there = self.note_positions(owner).any(|there| there == position);
        is_there.then(|| self.note(owner, position))
    }

    fn note_counts(&self, owner: Owner) -> (u32, &[i64]) {
        match owner {
            Owner::Contact(index) => (
                self.contacts.ever(index).map_or(0, |entry| entry.notes.into()),
                self.additions.get(&index).map_or(&[], |additions| &additions.notes),
            ),
            Owner::Company(index) => (self.companies.get(index).map_or(0, |entry| entry.notes.into()), &[]),
        }
    }
}
