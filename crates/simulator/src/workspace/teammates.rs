//! Admins, some of whom are gone, and teams.

use super::Workspace;
use super::draw::{Draw, Kind};
use super::prose;
use super::timeline::workspace_created_at;
use super::vocabulary::TEAMS;
use crate::document::{Node, node};
use crate::resource::Resource;

/// Code of the workspace's bot, which is listed among the admins.
pub(super) const OPERATOR: u8 = 100;

/// Codes of teammates who were deleted: listed nowhere, still named by old conversations.
pub(super) const DELETED: [u8; 3] = [201, 202, 203];

impl Workspace {
    /// How many people answer: from 4 in a small workspace to 39 in a large one.
    fn admin_count(&self) -> u8 {
        (4 + self.sizes.contacts / 400).min(39) as u8
    }

    fn team_count(&self) -> u8 {
        (3 + self.sizes.contacts / 1_000).min(TEAMS.len() as u32) as u8
    }

    /// The code of somebody who answers.
    pub(super) fn any_admin(&self, draw: &mut Draw) -> u8 {
        1 + draw.below(self.admin_count().into()) as u8
    }

    /// The code of some team.
    pub(super) fn any_team(&self, draw: &mut Draw) -> u8 {
        1 + draw.below(self.team_count().into()) as u8
    }

    /// Codes of the admins that are listed: the bot first.
    pub(crate) fn admin_codes(&self) -> impl Iterator<Item = u8> {
        let listed = |code: &u8| !self.removed.admins.contains(code);
        std::iter::once(OPERATOR).chain(1..=self.admin_count()).filter(listed)
    }

    /// Codes of the teams.
    pub(crate) fn team_codes(&self) -> impl Iterator<Item = u8> {
        (1..=self.team_count()).filter(|code| !self.removed.teams.contains(code))
    }

    /// The code of the admin with this id, if listed.
    pub(crate) fn admin_code(&self, id: &str) -> Option<u8> {
        self.admin_codes().find(|&code| self.identity.admin(code).to_string() == id)
    }

    /// The code of the team with this id, if listed.
    pub(crate) fn team_code(&self, id: &str) -> Option<u8> {
        self.team_codes().find(|&code| self.identity.team(code).to_string() == id)
    }

    /// The id of an admin, as the API prints it in a number.
    pub(crate) fn admin_id(&self, code: u8) -> u64 {
        self.identity.admin(code)
    }

    /// The id of a team, as the API prints it in a number.
    pub(crate) fn team_id(&self, code: u8) -> u64 {
        self.identity.team(code)
    }

    /// Name and address of an admin.
    pub(super) fn admin_person(&self, code: u8) -> (String, String) {
        if code == OPERATOR {
            return ("Fin".to_owned(), format!("operator+{}@intercom.io", self.identity.workspace()));
        }
        let mut draw = self.draw(Kind::Admin, code.into(), 0);
        (prose::person(&mut draw), format!("admin{code}@support.example"))
    }

    /// An admin as the list of admins shows it.
    pub(crate) fn admin(&self, code: u8) -> Node {
        let mut admin = self.admin_reference(code);
        let mut draw = self.draw(Kind::Admin, code.into(), 1);
        let away = draw.percent(20);
        let teams: Vec<u64> = self
            .team_codes()
            .filter(|&team| self.is_member(code, team))
            .map(|team| self.team_id(team))
            .collect();
        admin["job_title"] = match draw.below(3) {
            0 => Node::Null,
            1 => "Support lead".into(),
            _ => "客服".into(),
        };
        admin["away_mode_enabled"] = away.into();
        admin["away_mode_reassign"] = (away && draw.percent(50)).into();
        admin["away_status_reason_id"] = if away { node!(draw.between(1, 5)) } else { Node::Null };
        admin["has_inbox_seat"] = (code != OPERATOR).into();
        admin["avatar"] = match draw.below(2) {
            0 => Node::Null,
            _ => format!("https://static.simulated.example/admins/{code}.png").into(),
        };
        admin["team_priority_level"] = match teams.first() {
            Some(first) if draw.percent(50) => {
                node!({"primary_team_ids": [*first], "secondary_team_ids": null})
            }
            _ => node!({}),
        };
        admin["team_ids"] = teams.into();
        admin["role"] = match draw.below(3) {
            0 => Node::Null,
            _ => node!({"type": "role", "id": "77", "name": "Agent"}),
        };
        admin
    }

    /// An admin as notes show it: cut down.
    pub(super) fn admin_reference(&self, code: u8) -> Node {
        let (name, email) = self.admin_person(code);
        node!({
            "type": "admin", "id": self.identity.admin(code).to_string(), "name": name, "email": email,
            "away_mode_enabled": false, "away_mode_reassign": false,
        })
    }

    /// A team.
    pub(crate) fn team(&self, code: u8) -> Node {
        let mut draw = self.draw(Kind::Team, code.into(), 0);
        let members: Vec<u64> = self
            .admin_codes()
            .filter(|&admin| self.is_member(admin, code))
            .map(|admin| self.admin_id(admin))
            .collect();
        let priority = match members.split_first() {
            Some((first, rest)) if code.is_multiple_of(2) => {
                node!({"primary_admin_ids": [*first], "secondary_admin_ids": rest.to_vec()})
            }
            _ => node!({}),
        };
        node!({
            "type": "team", "id": self.identity.team(code).to_string(), "name": TEAMS[usize::from(code) - 1],
            "admin_ids": members, "admin_priority_level": priority,
            "assignment_limit": draw.percent(50).then_some(20), "distribution_method": draw.pick(&["round_robin", "balanced"]),
        })
    }

    /// How busy the members of a team are.
    pub(crate) fn team_metrics(&self, team: u8) -> Vec<Node> {
        let team = self.team(team);
        let members = team["admin_ids"].elements().map(|id| {
            let Node::Unsigned(id) = *id else { return Node::Null };
            let mut draw = self.record_draw(Resource::TeamMetrics, id as u32, 0);
            node!({
                "type": "team_metric", "admin_id": id.to_string(), "open": draw.below(30), "idle": draw.below(5),
                "snoozed": draw.below(8),
            })
        });
        members.collect()
    }

    fn is_member(&self, admin: u8, team: u8) -> bool {
        admin != OPERATOR && (u32::from(admin) * 7 + u32::from(team) * 3).is_multiple_of(4)
    }

    /// The owner of the token, with the workspace.
    pub(crate) fn me(&self) -> Node {
        let (name, email) = self.admin_person(1);
        let region = if self.timezone.starts_with("Europe/") { "EU" } else { "US" };
        node!({
            "type": "admin", "id": self.identity.admin(1).to_string(), "email": email, "name": name, "email_verified": true,
            "app": {
                "type": "app", "id_code": self.identity.workspace(), "name": "Simulated", "created_at": workspace_created_at(),
                "secure": false, "identity_verification": false, "timezone": self.timezone.clone(), "region": region,
            },
            "avatar": {"type": "avatar", "image_url": "https://static.simulated.example/admins/1.png"}, "has_inbox_seat": true,
        })
    }
}
