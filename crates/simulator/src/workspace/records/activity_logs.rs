//! The admins' activity log: append-only, with metadata of every shape (API notes, section 8.2).

use super::{Record, iso};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::Workspace;
use crate::workspace::draw::Draw;
use crate::workspace::register::Entry;

/// Activity types that occur here, of the many there are.
pub(crate) const ACTIVITY_TYPES: [&str; 13] = [
    "admin_away_mode_change",
    "admin_deletion",
    "admin_login_success",
    "admin_logout",
    "app_name_change",
    "app_team_deletion",
    "app_team_membership_modification",
    "bulk_delete",
    "conversation_part_deletion",
    "macro_creation",
    "macro_deletion",
    "message_state_change",
    "role_change",
];

impl Workspace {
    /// The activity type of a log entry.
    pub(crate) fn activity_type(&self, index: u32) -> &'static str {
        let mut draw = self.record_draw(Resource::ActivityLogs, index, 2);
        let drawn = draw.pick(&ACTIVITY_TYPES);
        self.records.logged.get(&index).copied().unwrap_or(drawn)
    }

    /// A log entry.
    pub(super) fn activity_log(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::ActivityLogs, index, 3);
        let activity_type = self.activity_type(index);
        let admin = self.any_admin(&mut draw);
        let (name, email) = self.admin_person(admin);
        node!({
            "id": self.record_id(Resource::ActivityLogs, index),
            "performed_by": {
                "type": "admin", "id": self.admin_id(admin).to_string(), "email": email, "ip": format!("192.0.2.{}", draw.below(250)),
            },
            "metadata": self.metadata(activity_type, entry, &mut draw), "created_at": entry.created_at(),
            "activity_type": activity_type, "activity_description": (!draw.percent(10)).then(|| format!("{name}: {activity_type}")),
        })
    }

    fn metadata(&self, activity_type: &str, entry: &Record, draw: &mut Draw) -> Node {
        match activity_type {
            "admin_away_mode_change" => {
                node!({"away_mode": true, "auto_changed": false, "last_activity_at": entry.created_at() - 30})
            }
            "app_name_change" => node!({"before": "Simulated", "after": "Simuliert"}),
            "message_state_change" => node!({
                "message": {"id": draw.below(900), "title": "Welcome"}, "before": {"state": "draft"}, "after": {"state": "live"},
            }),
            "app_team_deletion" | "app_team_membership_modification" => {
                node!({"team": {"id": self.team_id(self.any_team(draw)), "name": "Support"}})
            }
            "admin_login_success" => {
                node!({"sign_in_method": "google", "expired_at": iso(entry.created_at() + 900, "%Y-%m-%dT%H:%M:%SZ")})
            }
            "bulk_delete" => Node::Null,
            _ => node!({}),
        }
    }
}
