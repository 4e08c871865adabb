//! What a conversation came to: statistics, rating, service level, the AI agent, links.

use super::Workspace;
use super::conversations::ConversationEntry;
use super::draw::{Draw, Kind};
use super::prose;
use super::register::Entry;
use crate::document::{Node, node};

/// How the AI agent's part ended, in the words since version 2.15.
const RESOLUTIONS: &[&str] =
    &["assumed_resolution", "confirmed_resolution", "escalated", "negative_feedback", "procedure_handoff"];

impl Workspace {
    /// The figures of a conversation; some conversations have none.
    pub(super) fn statistics(&self, index: u32, entry: &ConversationEntry) -> Node {
        let mut draw = self.draw(Kind::ConversationStatistics, index, 0);
        if draw.percent(12) {
            return Node::Null;
        }
        let (created, ended) = (entry.created_at(), entry.updated_at());
        let mut instant = |chance: u64| draw.instant_or_null(created, ended, chance);
        let (contact_reply, assignment, admin_reply, close) =
            (instant(10), instant(30), instant(25), instant(30));
        let since = |instant: Option<i64>| instant.map(|instant| instant - created);
        let closed_by = close.map(|_| self.admin_id(self.any_admin(&mut draw)));
        let response_times = self.team_response_times(entry, &mut draw);
        node!({
            "type": "conversation_statistics", "time_to_assignment": since(assignment), "time_to_admin_reply": since(admin_reply),
            "time_to_first_close": since(close), "time_to_last_close": since(close),
            "median_time_to_reply": admin_reply.map(|_| draw.below(90_000)), "first_contact_reply_at": contact_reply,
            "first_assignment_at": assignment, "first_admin_reply_at": admin_reply, "first_close_at": close,
            "last_assignment_at": assignment, "last_assignment_admin_reply_at": admin_reply, "last_contact_reply_at": contact_reply,
            "last_admin_reply_at": admin_reply, "last_close_at": close, "last_closed_by_id": closed_by,
            "count_reopens": draw.below(3), "count_assignments": draw.below(4), "count_conversation_parts": entry.parts,
            "handling_time": draw.below(9_000), "adjusted_handling_time": draw.percent(60).then_some(421),
            "assigned_team_first_response_time": response_times.clone(), "assigned_team_first_response_time_in_office_hours": response_times,
        })
    }

    fn team_response_times(&self, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        if entry.team == 0 {
            return node!([]);
        }
        let mut times = vec![
            node!({"team_id": self.team_id(entry.team), "team_name": "Support", "response_time": draw.below(5_000)}),
        ];
        let other = self.any_team(draw);
        if other != entry.team {
            times.push(node!({"team_id": self.team_id(other), "response_time": draw.below(5_000)}));
        }
        times.into()
    }

    /// What the contact thought of it.
    pub(super) fn rating(&self, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        if !draw.percent(25) || entry.contact >= self.contacts.len() {
            return Node::Null;
        }
        let at = draw.between(entry.created_at(), entry.updated_at());
        let teammate = match draw.below(8) {
            0 => node!({"type": "bot", "id": self.admin_id(super::teammates::OPERATOR).to_string()}),
            1 => node!({"type": "team", "id": self.team_id(1).to_string()}),
            _ => node!({"type": "admin", "id": self.admin_id(self.any_admin(draw)).to_string()}),
        };
        let contact = node!({
            "type": "contact", "id": self.contact_id(entry.contact), "external_id": self.external_id(entry.contact),
        });
        node!({
            "rating": (!draw.percent(10)).then(|| draw.between(1, 5)), "remark": draw.percent(30).then(|| prose::words(draw, 1, 8)),
            "created_at": at, "updated_at": at, "contact": contact, "teammate": teammate,
        })
    }

    /// The service level agreed on, if any.
    pub(super) fn sla_applied(&self, draw: &mut Draw) -> Node {
        match draw.below(12) {
            0 => node!({
                "type": "conversation_sla_summary", "sla_name": "First reply in 4 h",
                "sla_status": draw.pick(&["hit", "missed", "cancelled", "active"]),
            }),
            1 => node!({"type": "conversation_sla_summary", "sla_name": "VIP", "sla_status": null}),
            _ => Node::Null,
        }
    }

    /// Who took part, under the key that live answers use.
    pub(super) fn teammates_of(&self, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        if entry.admin == 0 {
            return Node::Null;
        }
        let mut codes = vec![entry.admin];
        let other = self.any_admin(draw);
        if other != entry.admin && draw.percent(20) {
            codes.push(other);
        }
        let admins: Vec<Node> = codes
            .into_iter()
            .map(|code| node!({"type": "admin", "id": self.admin_id(code).to_string()}))
            .collect();
        node!({"type": "admin.list", "admins": admins})
    }

    /// Tickets and conversations linked to this one.
    pub(super) fn linked_objects(&self, index: u32, draw: &mut Draw) -> Node {
        let mut data = Vec::new();
        if draw.percent(6) {
            data.push(node!({"type": "ticket", "id": (90_000 + index).to_string(), "category": "Customer"}));
        }
        if index > 0 && draw.percent(4) {
            data.push(
                node!({"type": "conversation", "id": self.conversation_id(index - 1), "category": null}),
            );
        }
        for &primary in self.primaries.get(&index).into_iter().flatten() {
            data.push(node!({"type": "conversation", "id": self.conversation_id(primary), "category": null}));
        }
        node!({"type": "list", "total_count": data.len(), "has_more": false, "data": data})
    }

    /// What the AI agent did.
    pub(super) fn ai_agent(&self, entry: &ConversationEntry, draw: &mut Draw) -> Node {
        let (created, ended) = (entry.created_at(), entry.updated_at());
        let rating = draw.percent(30).then(|| draw.between(1, 5));
        let sources: Vec<Node> = (0..draw.below(4))
            .map(|number| {
                node!({
                    "content_type": draw.pick(&["article", "external_content", "content_snippet"]),
                    "url": format!("https://help.simulated.example/{number}-{}", draw.below(40)),
                    "title": prose::words(draw, 2, 5), "locale": draw.pick(&["en", "ja", "pt-BR"]),
                })
            })
            .collect();
        node!({
            "source_type": draw.pick(&["essentials_plan_setup", "workflow", "profile"]), "source_title": draw.percent(50).then_some("Fin 🤖"),
            "last_answer_type": draw.percent(80).then(|| draw.pick(&["ai_answer", "custom_answer"])),
            "resolution_state": draw.percent(90).then(|| draw.pick(RESOLUTIONS)), "rating": rating,
            "rating_remark": rating.map(|_| prose::words(draw, 1, 5)), "created_at": created, "updated_at": draw.between(created, ended),
            "content_sources": {"type": "content_source.list", "total_count": sources.len(), "content_sources": sources},
        })
    }
}
