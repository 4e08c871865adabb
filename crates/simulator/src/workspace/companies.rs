//! Companies, which leave out the keys they have no value for.

use super::contacts::heavy_tailed;
use super::draw::{Draw, Kind};
use super::notes::Owner;
use super::register::Entry;
use super::timeline::{self, ANCHOR_S, DAY_S};
use super::vocabulary::{SEGMENTS, TAGS};
use super::{Workspace, prose};
use crate::document::{Members, Node, node};
use crate::mutation::Model;
use crate::resource::Resource;

/// The small state of a company.
#[derive(Debug, Clone)]
pub(crate) struct CompanyEntry {
    created_at: i64,
    updated_at: i64,
    pub(super) revision: u32,
    /// A bit per tag.
    pub(super) tags: u32,
    /// A bit per segment.
    segments: u16,
    /// How many notes the company began with.
    pub(super) notes: u8,
}

impl Entry for CompanyEntry {
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

impl CompanyEntry {
    /// A bit per tag.
    pub(crate) fn tags(&self) -> u32 {
        self.tags
    }
}

impl Workspace {
    /// The entry a company begins with.
    pub(super) fn generate_company(&self, index: u32) -> CompanyEntry {
        let mut draw = self.draw(Kind::CompanyEntry, index, 0);
        let created_at = timeline::created_at(index.into(), self.sizes.companies.into());
        let mut entry = self.new_company(created_at, &mut draw);
        entry.updated_at = timeline::updated_at(created_at, &mut draw);
        if index == 2 {
            entry.tags = draw.mask(18, TAGS.len() as u32);
            entry.notes = 13;
        }
        entry
    }

    /// The entry of a company created at this moment.
    pub(super) fn new_company(&self, created_at: i64, draw: &mut Draw) -> CompanyEntry {
        let tag_count = heavy_tailed(draw);
        let segment_count = draw.below(3) as u32;
        CompanyEntry {
            created_at,
            updated_at: created_at,
            revision: 0,
            tags: draw.mask(tag_count, TAGS.len() as u32),
            segments: draw.mask(segment_count, SEGMENTS.len() as u32) as u16,
            notes: (heavy_tailed(draw) * u32::from(draw.percent(20))) as u8,
        }
    }

    /// The id of a company that exists or is gone.
    pub(crate) fn company_id(&self, index: u32) -> String {
        let created_at = self.companies.ever(index).map_or(0, Entry::created_at);
        self.identity.hex(Kind::Company, created_at, index)
    }

    /// The index of the living company with this id.
    pub(crate) fn company_index(&self, id: &str) -> Option<u32> {
        let index = self.identity.index_of_hex(Kind::Company, id)?;
        self.companies.get(index)?;
        (self.company_id(index) == id).then_some(index)
    }

    /// When somebody of the company was last seen; by this the list is sorted.
    pub(crate) fn company_last_request_at(&self, index: u32) -> Option<i64> {
        let created_at = self.companies.ever(index)?.created_at();
        let mut draw = self.draw(Kind::CompanyChange, index, 0);
        draw.instant_or_null(created_at, created_at.max(ANCHOR_S), 30)
    }

    /// A company as the API serves it, or served it as long as it lived; nothing in it is cut.
    pub(crate) fn company(&self, index: u32) -> Node {
        let Some(entry) = self.companies.ever(index) else { return Node::Null };
        let mut draw = self.draw(Kind::Company, index, 0);
        let mut document = Members::with_capacity(96);
        document.extend(self.company_head(index, entry, &mut draw));
        document.extend(company_figures(index, &mut draw));
        document.push("user_count", self.company_contacts(index).len());
        let mut attributes = self.company_attributes(index, entry.revision);
        self.hold_late_attributes(Model::Company, index, entry.updated_at, &mut attributes);
        document.push("custom_attributes", attributes);
        let tags: Vec<Node> = self.living_tags(entry.tags).map(|tag| self.tag(tag)).collect();
        let segments = self.living_segments(entry.segments);
        let segments: Vec<Node> = segments.map(|segment| self.segment(segment)).collect();
        document.extend(node!({
            "tags": {"type": "tag.list", "tags": tags},
            "segments": {"type": "segment.list", "segments": segments},
            "notes": {"type": "note.list", "notes": self.notes(Owner::Company(index))},
        }));
        document.drop_nulls();
        let mut document = Node::Object(document);
        self.show_late_fields(Resource::Companies, Some(entry.updated_at), &mut document);
        document
    }

    /// The segments of a company.
    pub(crate) fn company_segments(&self, index: u32) -> Vec<Node> {
        let segments = self.companies.get(index).map_or(0, |entry| entry.segments);
        self.living_segments(segments).map(|segment| self.segment(segment)).collect()
    }

    fn company_head(&self, index: u32, entry: &CompanyEntry, draw: &mut Draw) -> Node {
        let company_id = match index % 10 {
            0 => (4_662_804_711_282_882_593 + 7 * u64::from(index)).to_string(),
            1 => format!("00{index}"),
            _ => format!("acme-{index}"),
        };
        let plan = match draw.below(3) {
            0 => node!({"type": "plan", "id": "1269313", "name": "Pro"}),
            1 => node!({"type": "plan", "id": "1269314", "name": "Team (annual)"}),
            _ => node!({}),
        };
        let mut change = self.draw(Kind::CompanyChange, index, 1 + entry.revision);
        let remote_created_at = draw.between(entry.created_at - 900 * DAY_S, entry.created_at);
        node!({
            "type": "company", "company_id": company_id, "id": self.company_id(index),
            "app_id": self.identity.workspace(), "name": prose::company(&mut change), "plan": plan,
            "remote_created_at": (!draw.percent(30)).then_some(remote_created_at),
            "created_at": entry.created_at, "updated_at": entry.updated_at,
            "last_request_at": self.company_last_request_at(index),
        })
    }
}

/// Size, website, spending. Nulls are left out later.
fn company_figures(index: u32, draw: &mut Draw) -> Node {
    let spend = match draw.below(3) {
        0 => node!(0),
        1 => node!(draw.below(10_000)),
        _ => node!(draw.below(1_000_000) as f64 / 100.0),
    };
    let size = draw.below(20_000);
    node!({
        "size": draw.percent(60).then_some(size),
        "website": draw.percent(50).then(|| format!("https://acme-{index}.example")),
        "industry": draw.percent(40).then(|| draw.pick(&["Software", "Santé", "製造", "Retail; Wholesale"])),
        "monthly_spend": spend, "session_count": draw.below(5_000),
    })
}
