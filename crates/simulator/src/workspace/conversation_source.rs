//! The first message of a conversation, and who wrote something.

use super::Workspace;
use super::conversations::ConversationEntry;
use super::draw::{Draw, Kind};
use super::prose;
use super::teammates::OPERATOR;
use crate::document::{Node, node};

/// Who can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    Contact,
    Admin,
    Bot,
    Team,
}

impl Workspace {
    /// The message that began the conversation; a few conversations have none.
    pub(super) fn source(&self, index: u32, entry: &ConversationEntry) -> Node {
        let mut draw = self.draw(Kind::ConversationSource, index, 0);
        if draw.percent(1) {
            return Node::Null;
        }
        let (author, delivered_as) = match draw.below(20) {
            0 => (Author::Bot, "operator_initiated"),
            1 => (Author::Admin, "campaigns_initiated"),
            2..6 => (Author::Admin, "admin_initiated"),
            6 => (Author::Team, "automated"),
            _ => (Author::Contact, "customer_initiated"),
        };
        let is_email = entry.source_type() == "email";
        let subject = prose::words(&mut draw, 1, 8);
        let address = self.contact_email(entry.contact);
        let redacted = draw.percent(2);
        node!({
            "type": entry.source_type(), "id": (!draw.percent(3)).then(|| self.identity.source(index)), "delivered_as": delivered_as,
            "subject": if is_email { subject.clone() } else { String::new() },
            "body": if redacted { String::new() } else { prose::body(&mut draw) }, "author": self.author(entry, author, &mut draw),
            "attachments": attachments(&mut draw), "url": draw.percent(40).then_some("https://app.simulated.example/?tab=1&x=%20"),
            "redacted": redacted,
            "recipients": is_email.then(|| node!([{"type": "to", "email": "help@support.example"}, {"type": "cc", "email": "cc@mail.example", "drop_reason": "bounced"}])),
            "reply_to": is_email.then(|| node!([{"email": address.clone(), "name": null}])),
            "email_message_metadata": is_email.then(|| email_metadata(index, &subject, address.as_deref(), true)),
        })
    }

    /// The author as messages name them.
    pub(super) fn author(&self, entry: &ConversationEntry, author: Author, draw: &mut Draw) -> Node {
        match author {
            Author::Contact => {
                let role = self.contacts.ever(entry.contact).map_or("lead", super::ContactEntry::role);
                let name = self.contact_name(entry.contact, 0);
                let id = self.contact_id(entry.contact);
                node!({"type": role, "id": id, "name": name, "email": self.contact_email(entry.contact)})
            }
            Author::Admin => {
                let code =
                    if entry.admin > 0 && draw.percent(80) { entry.admin } else { self.any_admin(draw) };
                let (name, email) = self.admin_person(code);
                node!({"type": "admin", "id": self.admin_id(code).to_string(), "name": name, "email": email})
            }
            Author::Bot => {
                let (name, email) = self.admin_person(OPERATOR);
                node!({
                    "type": "bot", "id": self.admin_id(OPERATOR).to_string(), "name": name, "email": email, "from_ai_agent": true,
                    "is_ai_answer": draw.percent(50),
                })
            }
            Author::Team => {
                let team = self.any_team(draw);
                node!({"type": "team", "id": self.team_id(team).to_string(), "name": null, "email": null})
            }
        }
    }
}

/// Files sent along: mostly none.
pub(super) fn attachments(draw: &mut Draw) -> Node {
    let count = if draw.percent(7) { 1 + draw.below(3) } else { 0 };
    let files = (0..count).map(|_| {
        let token = draw.bits();
        let url = format!(
            "https://downloads.simulated.example/i/o/{token:x}?expires=1793491200&signature={:x}",
            token.rotate_left(9)
        );
        match draw.below(2) {
            0 => node!({
                "type": "upload", "name": "スクリーン ショット.png", "url": url, "content_type": "image/png",
                "filesize": draw.below(4_000_000), "width": draw.below(3_000), "height": draw.below(2_000),
            }),
            _ => node!({
                "type": "upload", "name": "report, final.pdf", "url": url, "content_type": "application/pdf",
                "filesize": 3_000_000_000u64 + draw.below(9), "width": null, "height": null,
            }),
        }
    });
    files.collect()
}

/// The headers of an e-mail.
pub(super) fn email_metadata(index: u32, subject: &str, from: Option<&str>, is_source: bool) -> Node {
    let mut metadata = node!({
        "message_id": format!("<{index}.sim@mail.example>"), "subject": subject.to_owned(),
        "email_address_headers": [
            {"type": "from", "email_address": from.map(str::to_owned), "name": "Someone \"quoted\""},
            {"type": "to", "email_address": "help@support.example"},
        ],
    });
    if is_source {
        metadata["history"] = Node::Null;
    }
    metadata
}
