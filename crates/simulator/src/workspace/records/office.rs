//! Settings of a workspace that are lists: audiences, brands, sender addresses, reasons for being away (API
//! notes, sections 8.19 and 8.20).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::Workspace;
use crate::workspace::register::Entry;

/// Label and emoji of the reasons for being away.
const REASONS: [(&str, &str); 6] = [
    ("Lunch", "🥪"),
    ("Meeting", "📅"),
    ("Training", "🎓"),
    ("休憩", "☕"),
    ("Sick", "🤒"),
    ("Old reason", "🗑️"),
];

impl Workspace {
    /// An audience: nested rules.
    pub(super) fn audience(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "audience", "id": self.record_id(Resource::Audiences, index), "name": edited(format!("Audience {index}"), entry),
            "predicates": [{"attribute": "custom_attributes.plan", "type": "string", "comparison": "eq", "value": "Pro"}],
            "role_predicates": [{"attribute": "role", "type": "role", "comparison": "eq", "value": "user"}],
            "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }

    /// A brand.
    pub(super) fn brand(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "brand", "id": self.record_id(Resource::Brands, index), "name": edited(format!("Brand {index}"), entry),
            "is_default": index == 0, "created_at": entry.created_at(), "updated_at": entry.updated_at(),
            "help_center_id": self.record_id(Resource::HelpCenters, index % 2),
            "default_address_settings_id": self.record_id(Resource::Emails, index),
        })
    }

    /// A sender address.
    pub(super) fn email_setting(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "email_setting", "id": self.record_id(Resource::Emails, index), "email": format!("help{index}@support.example"),
            "verified": index != 2, "domain": "support.example", "brand_id": self.record_id(Resource::Brands, index % 2),
            "forwarding_enabled": (index + entry.revision).is_multiple_of(2),
            "forwarded_email_last_received_at": index.is_multiple_of(2).then(|| entry.updated_at()),
            "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }

    /// A reason for being away; the last one was deleted and is still listed.
    pub(super) fn away_status_reason(&self, index: u32, entry: &Record) -> Node {
        let (label, emoji) = REASONS[index as usize % REASONS.len()];
        node!({
            "type": "away_status_reason", "id": self.record_id(Resource::AwayStatusReasons, index),
            "label": edited(label.to_owned(), entry), "emoji": emoji, "order": index, "deleted": index == 5,
            "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }
}
