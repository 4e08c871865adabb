//! What hangs on a contact: lists cut at ten in its document, and the endpoints' lists that complete them.

use super::draw::Kind;
use super::notes::Owner;
use super::register::Entry;
use super::timeline::ANCHOR_S;
use super::vocabulary::SUBSCRIPTIONS;
use super::{ContactEntry, Workspace};
use crate::document::{Node, node};
use crate::resource::Resource;

/// A contact's document shows this many elements of each list.
const LIST_MAX: usize = 10;

/// Whether lists are cut as the API does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    AtTen,
    Nowhere,
}

impl Workspace {
    /// A contact as the API serves it.
    pub(crate) fn contact(&self, index: u32, entry: &ContactEntry) -> Node {
        self.contact_with_lists(index, entry, Cut::AtTen)
    }

    /// A contact with nothing cut: lists complete, tags with who applied them and when, and two lists that the API
    /// only gives elsewhere, `segments` and `subscriptions`.
    pub(crate) fn whole_contact(&self, index: u32, entry: &ContactEntry) -> Node {
        let mut contact = self.contact_with_lists(index, entry, Cut::Nowhere);
        contact["tags"]["data"] = self.contact_tags(index).into();
        contact["segments"] = node!({"type": "list", "data": self.contact_segments(index)});
        contact["subscriptions"] = node!({"type": "list", "data": self.contact_subscriptions(index)});
        contact
    }

    fn contact_with_lists(&self, index: u32, entry: &ContactEntry, cut: Cut) -> Node {
        let mut document = self.contact_core(index, entry);
        let id = self.contact_id(index);
        let tags = self.living_tags(entry.tags).map(|tag| self.identity.tag(tag).to_string()).collect();
        let notes: Vec<u32> = self.note_positions(Owner::Contact(index)).collect();
        let notes = notes.into_iter().rev();
        let notes = notes.map(|position| self.note_id(Owner::Contact(index), position)).collect();
        let companies =
            self.contact_companies(index).into_iter().map(|company| self.company_id(company)).collect();
        let subscribed = |consent| self.subscriptions_of(index, consent).map(|id| id.to_string()).collect();
        document.extend(node!({
                "tags": list("tag", "tags", &id, tags, cut),
                "notes": list("note", "notes", &id, notes, cut),
                "companies": list("company", "companies", &id, companies, cut),
                "opted_out_subscription_types": list("subscription", "subscriptions", &id, subscribed(Consent::OptOut), cut),
                "opted_in_subscription_types": list("subscription", "subscriptions", &id, subscribed(Consent::OptIn), cut),
            }),
        );
        let mut document = Node::Object(document);
        self.show_late_fields(Resource::Contacts, Some(entry.updated_at()), &mut document);
        document
    }

    /// A contact's tags with who applied them and when.
    pub(crate) fn contact_tags(&self, index: u32) -> Vec<Node> {
        let Some(entry) = self.contacts.get(index) else { return Vec::new() };
        let tagged = self.additions.get(&index).map_or(&[][..], |additions| &additions.tagged);
        self.living_tags(entry.tags)
            .map(|tag| {
                let mut draw = self.draw(Kind::ContactLinks, index, tag);
                let drawn = draw.between(entry.created_at(), entry.created_at().max(ANCHOR_S));
                let applied_at = tagged.iter().find(|(added, _)| *added == tag).map_or(drawn, |&(_, at)| at);
                let mut document = self.tag(tag);
                document["applied_at"] = applied_at.into();
                document["applied_by"] = match draw.below(10) {
                    0 => Node::Null,
                    1 => node!({"type": "contact", "id": self.contact_id(index)}),
                    _ => node!({"type": "admin", "id": self.identity.admin(self.any_admin(&mut draw)).to_string()}),
                };
                document
            })
            .collect()
    }

    /// A contact's segments.
    pub(crate) fn contact_segments(&self, index: u32) -> Vec<Node> {
        let segments = self.contacts.get(index).map_or(0, |entry| entry.segments);
        self.living_segments(segments).map(|segment| self.segment(segment)).collect()
    }

    /// Subscription types that a contact chose or refused, mixed.
    pub(crate) fn contact_subscriptions(&self, index: u32) -> Vec<Node> {
        let offset = SUBSCRIPTIONS.len() as u32;
        let out = bits(self.subscription_mask(index, Consent::OptOut), SUBSCRIPTIONS.len());
        let chosen = bits(self.subscription_mask(index, Consent::OptIn), SUBSCRIPTIONS.len());
        out.chain(chosen.map(move |kind| kind + offset)).map(|kind| self.subscription_type(kind)).collect()
    }

    fn subscriptions_of(&self, index: u32, consent: Consent) -> impl Iterator<Item = u64> {
        let offset = if consent == Consent::OptIn { SUBSCRIPTIONS.len() as u32 } else { 0 };
        bits(self.subscription_mask(index, consent), SUBSCRIPTIONS.len())
            .map(move |kind| self.identity.subscription(kind + offset))
    }

    /// Most contacts decided nothing, a few refused everything.
    fn subscription_mask(&self, index: u32, consent: Consent) -> u32 {
        let mut draw = self.draw(Kind::ContactLinks, index, 1_000 + consent as u32);
        let width = SUBSCRIPTIONS.len() as u32;
        let count = match draw.below(100) {
            0..75 => 0,
            75..98 => 1 + draw.below(3) as u32,
            _ => width,
        };
        draw.mask(count, width)
    }

    /// The indexes of a contact's companies.
    pub(crate) fn contact_companies(&self, index: u32) -> Vec<u32> {
        let count = self.contacts.ever(index).map_or(0, |entry| entry.companies);
        let additions = self.additions.get(&index);
        let joined = additions.map_or(&[][..], |additions| &additions.companies);
        let stays =
            |company: &u32| additions.is_none_or(|additions| !additions.left_companies.contains(company));
        let companies =
            self.membership.companies_of(index, count).chain(joined.iter().copied()).filter(stays);
        companies.filter(|&company| self.companies.get(company).is_some()).collect()
    }

    /// The indexes of a company's contacts.
    pub(crate) fn company_contacts(&self, company: u32) -> Vec<u32> {
        self.members(company).collect()
    }

    /// Whether a company has any contact.
    pub(crate) fn has_contacts(&self, company: u32) -> bool {
        self.members(company).next().is_some()
    }

    fn members(&self, company: u32) -> impl Iterator<Item = u32> {
        let joiners = self.company_joiners.get(&company).map_or(&[][..], Vec::as_slice);
        self.membership
            .candidates(company)
            .filter(|&(contact, slot)| self.contacts.get(contact).is_some_and(|entry| entry.companies > slot))
            .map(|(contact, _)| contact)
            .filter(move |contact| {
                let additions = self.additions.get(contact);
                additions.is_none_or(|additions| !additions.left_companies.contains(&company))
            })
            .chain(joiners.iter().copied().filter(|&contact| self.contacts.get(contact).is_some()))
    }
}

/// How consent to a subscription type works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    OptOut,
    OptIn,
}

/// The positions of the bits set.
pub(super) fn bits(mask: u32, width: usize) -> impl Iterator<Item = u32> + Clone {
    (0..width as u32).filter(move |bit| mask & (1 << bit) != 0)
}

/// One of a contact's lists of references.
fn list(kind: &'static str, path: &'static str, contact: &str, ids: Vec<String>, cut: Cut) -> Node {
    let total = ids.len();
    let shown = if cut == Cut::AtTen { total.min(LIST_MAX) } else { total };
    let collection = match kind {
        "company" => "companies",
        "subscription" => "subscription_types",
        _ => path,
    };
    let data: Vec<Node> = ids
        .into_iter()
        .take(shown)
        .map(|id| (format!("/{collection}/{id}"), id))
        .map(|(url, id)| node!({"type": kind, "id": id, "url": url}))
        .collect();
    node!({
        "type": "list", "data": data, "url": format!("/contacts/{contact}/{path}"), "total_count": total,
        "has_more": shown < total,
    })
}
