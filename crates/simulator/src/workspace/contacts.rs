//! Contacts: users and leads.

use super::draw::{Draw, Kind};
use super::register::Entry;
use super::timeline::{self, ANCHOR_S, DAY_S};
use super::vocabulary::{BROWSERS, PLACES, SEGMENTS, TAGS};
use super::{Workspace, membership, prose};
use crate::document::{Members, Node, node};
use crate::mutation::Model;

/// The small state of a contact.
#[derive(Debug, Clone)]
pub(crate) struct ContactEntry {
    created_at: i64,
    updated_at: i64,
    pub(super) revision: u32,
    /// A bit per tag.
    pub(super) tags: u32,
    /// A bit per segment.
    pub(super) segments: u16,
    /// The admin who owns the contact; 0 means nobody.
    pub(super) owner: u8,
    /// How many companies the contact began with.
    pub(super) companies: u8,
    /// How many notes the contact began with.
    pub(super) notes: u8,
    is_user: bool,
    has_hard_bounced: bool,
}

impl Entry for ContactEntry {
    fn created_at(&self) -> i64 {
        self.created_at
    }

    fn updated_at(&self) -> i64 {
        self.updated_at
    }

    fn set_updated_at(&mut self, now: i64) {
        self.updated_at = now;
    }
}

impl ContactEntry {
    /// A user, not a lead.
    pub(crate) fn is_user(&self) -> bool {
        self.is_user
    }

    /// The word for it.
    pub(crate) fn role(&self) -> &'static str {
        if self.is_user { "user" } else { "lead" }
    }

    /// The admin who owns the contact; 0 means nobody.
    pub(crate) fn owner(&self) -> u8 {
        self.owner
    }

    /// A bit per tag.
    pub(crate) fn tags(&self) -> u32 {
        self.tags
    }

    /// A bit per segment.
    pub(crate) fn segments(&self) -> u16 {
        self.segments
    }

    /// Whether mail to the contact came back.
    pub(crate) fn has_hard_bounced(&self) -> bool {
        self.has_hard_bounced
    }
}

/// Mostly 0 to 3, sometimes 4 to 10, seldom 11 to 25.
pub(super) fn heavy_tailed(draw: &mut Draw) -> u32 {
    match draw.below(100) {
        0..40 => 0,
        40..90 => draw.between(1, 3) as u32,
        90..98 => draw.between(4, 10) as u32,
        _ => draw.between(11, 25) as u32,
    }
}

impl Workspace {
    /// The entry a contact begins with.
    pub(super) fn generate_contact(&self, index: u32) -> ContactEntry {
        let mut draw = self.draw(Kind::ContactEntry, index, 0);
        let created_at = timeline::created_at(index.into(), self.sizes.contacts.into());
        let mut entry = self.new_contact(created_at, &mut draw);
        entry.updated_at = timeline::updated_at(created_at, &mut draw);
        let companies = match index {
            4 => 12,
            _ if draw.percent(25) => 0,
            _ => (1 + heavy_tailed(&mut draw) / 2).min(membership::MEMBERSHIPS_MAX.into()),
        };
        entry.companies = companies.min(self.sizes.companies) as u8;
        // The cut lists must be met in every workspace worth the name.
        if index == 3 {
            entry.tags = draw.mask(25, TAGS.len() as u32);
        }
        if index == 8 {
            entry.notes = 27;
        }
        entry
    }

    /// The entry of a contact created at this moment, without companies.
    pub(super) fn new_contact(&self, created_at: i64, draw: &mut Draw) -> ContactEntry {
        let tag_count = heavy_tailed(draw);
        let segment_count = draw.below(4) as u32;
        ContactEntry {
            created_at,
            updated_at: created_at,
            revision: 0,
            tags: draw.mask(tag_count, TAGS.len() as u32),
            segments: draw.mask(segment_count, SEGMENTS.len() as u32) as u16,
            owner: if draw.percent(60) { 0 } else { self.any_admin(draw) },
            companies: 0,
            notes: (heavy_tailed(draw) * u32::from(draw.percent(40))) as u8,
            is_user: draw.percent(70),
            has_hard_bounced: draw.percent(2),
        }
    }

    /// The id of a contact that exists or is gone.
    pub(crate) fn contact_id(&self, index: u32) -> String {
        let created_at = self.contacts.ever(index).map_or(0, Entry::created_at);
        self.identity.hex(Kind::Contact, created_at, index)
    }

    /// The index of the living contact with this id.
    pub(crate) fn contact_index(&self, id: &str) -> Option<u32> {
        self.contact_index_ever(id).filter(|&index| self.contacts.get(index).is_some())
    }

    /// The index of the contact with this id, whether it lives or is gone.
    pub(crate) fn contact_index_ever(&self, id: &str) -> Option<u32> {
        let index = self.identity.index_of_hex(Kind::Contact, id)?;
        (index < self.contacts.len() && self.contact_id(index) == id).then_some(index)
    }

    /// The customer's own id of a contact; leads have none, and a few users.
    pub(crate) fn external_id(&self, index: u32) -> Option<String> {
        let is_user = self.contacts.ever(index).is_some_and(ContactEntry::is_user);
        (is_user && index % 29 != 28).then(|| match index % 5 {
            0 => format!("{:019}", 4_662_804_711_282_882_593 + u64::from(index)),
            1 => format!("00{index}"),
            _ => format!("user-{index}"),
        })
    }

    /// The address of a contact; some leads left none.
    pub(crate) fn contact_email(&self, index: u32) -> Option<String> {
        (index % 11 != 9).then(|| format!("person.{index}+sim@mail{}.example", index % 40))
    }

    /// The name as it is at the entry's revision.
    pub(super) fn contact_name(&self, index: u32, revision: u32) -> Option<String> {
        let mut draw = self.draw(Kind::ContactChange, index, revision);
        let name = prose::person(&mut draw);
        (revision > 0 || !draw.percent(8)).then_some(name)
    }

    /// The document of a contact as its entry says, without the lists that are cut.
    pub(super) fn contact_core(&self, index: u32, entry: &ContactEntry) -> Members {
        let mut draw = self.draw(Kind::Contact, index, 0);
        let mut document = Members::with_capacity(96);
        document.extend(self.contact_identity(index, entry, &mut draw));
        document.extend(contact_activity(index, entry, &mut draw));
        document.extend(contact_devices(entry, &mut draw));
        let mut attributes = self.contact_attributes(index, entry.revision);
        self.hold_late_attributes(Model::Contact, index, entry.updated_at, &mut attributes);
        document.push("custom_attributes", attributes);
        document.extend(contact_origin(&mut draw));
        document
    }

    fn contact_identity(&self, index: u32, entry: &ContactEntry, draw: &mut Draw) -> Node {
        let email = self.contact_email(index);
        let email_domain =
            email.as_deref().and_then(|email| email.split_once('@')).map(|(_, domain)| domain.to_owned());
        let phone = draw.percent(30).then(|| format!("+3538{:08}", draw.below(100_000_000)));
        let formatted_phone = phone.as_deref().map(|phone| format!("{} {}", &phone[..4], &phone[4..]));
        let avatar = match draw.below(3) {
            0 => {
                node!({"type": "avatar", "image_url": format!("https://static.simulated.example/avatars/{index}.png")})
            }
            1 => node!({"type": "avatar", "image_url": null}),
            _ => Node::Null,
        };
        let social: Vec<Node> = (draw.percent(15).then_some("Twitter").into_iter())
            .chain(draw.percent(10).then_some("LinkedIn"))
            .map(|name| node!({"type": "social_profile", "name": name, "url": format!("http://{}.example/p{index}", name.to_lowercase())}))
            .collect();
        node!({
            "type": "contact", "id": self.contact_id(index), "workspace_id": self.identity.workspace(),
            "external_id": self.external_id(index), "role": entry.role(), "email": email, "email_domain": email_domain,
            "phone": phone, "formatted_phone": formatted_phone,
            "name": self.contact_name(index, entry.revision), "avatar": avatar,
            "owner_id": (entry.owner > 0).then(|| self.identity.admin(entry.owner).to_string()),
            "social_profiles": {"type": "list", "data": social},
        })
    }
}

/// Flags and instants.
fn contact_activity(index: u32, entry: &ContactEntry, draw: &mut Draw) -> Node {
    let (start, end) = (entry.created_at, entry.created_at.max(ANCHOR_S));
    let signed_up_at = match index % 250 {
        5 => Some(2_738_966_400),
        6 => Some(-86_400 * 400),
        _ if entry.is_user => Some(start - draw.between(0, DAY_S)),
        _ => None,
    };
    node!({
        "has_hard_bounced": entry.has_hard_bounced, "marked_email_as_spam": draw.percent(1),
        "unsubscribed_from_emails": draw.percent(12), "unsubscribed_from_sms": draw.percent(3), "sms_consent": draw.percent(5),
        "created_at": entry.created_at, "updated_at": entry.updated_at, "signed_up_at": signed_up_at,
        "last_seen_at": draw.instant_or_null(start, end, 20), "last_replied_at": draw.instant_or_null(start, end, 60),
        "last_contacted_at": draw.instant_or_null(start, end, 50),
        "last_email_opened_at": draw.instant_or_null(start, end, 70),
        "last_email_clicked_at": draw.instant_or_null(start, end, 85),
    })
}

/// Browser, place and phones.
fn contact_devices(entry: &ContactEntry, draw: &mut Draw) -> Node {
    let browser = draw.percent(75).then(|| BROWSERS[draw.below(BROWSERS.len() as u64) as usize]);
    let place = draw.percent(70).then(|| PLACES[draw.below(PLACES.len() as u64) as usize]);
    let place_part = |part: usize| place.map(|place| place[part]);
    let (android, ios) = (draw.percent(12), draw.percent(15));
    let seen = draw.between(entry.created_at, entry.created_at.max(ANCHOR_S));
    node!({
        "language_override": draw.percent(5).then_some("pt-BR"),
        "browser": browser.map(|browser| browser[0]), "browser_version": browser.map(|browser| browser[1]),
        "browser_language": browser.map(|_| draw.pick(&["en", "de", "ja", "ar"])), "os": browser.map(|browser| browser[2]),
        "location": {
            "type": "location", "country": place_part(0), "region": place_part(1), "city": place_part(2),
            "country_code": place_part(3), "continent_code": place_part(4),
        },
        "android_app_name": android.then_some("Simulated"), "android_app_version": android.then_some("7.0.1"),
        "android_device": android.then_some("Pixel 11"), "android_os_version": android.then_some("17"),
        "android_sdk_version": android.then_some("15.0.0"), "android_last_seen_at": android.then_some(seen),
        "ios_app_name": ios.then_some("Simulated"), "ios_app_version": ios.then_some("7.0"),
        "ios_device": ios.then_some("iPhone18,2"), "ios_os_version": ios.then_some("20.1"),
        "ios_sdk_version": ios.then_some("18.2.0"), "ios_last_seen_at": ios.then_some(seen),
    })
}

/// Where the contact came from, and push consent.
fn contact_origin(draw: &mut Draw) -> Node {
    let campaign = draw.percent(20);
    node!({
        "utm_campaign": campaign.then_some("spring_sale"), "utm_content": null,
        "utm_medium": campaign.then(|| draw.pick(&["cpc", "email", "social"])),
        "utm_source": campaign.then(|| draw.pick(&["google", "linkedin"])), "utm_term": null,
        "referrer": draw.percent(30).then_some("https://search.example/?q=inbox&x=1"),
        "enabled_push_messaging": draw.percent(20).then_some(true),
    })
}
