//! API versions: which are known, and what older ones print differently from 2.16.

use crate::document::Node;

/// A version of the API; `Preview` comes after all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32);

/// The version served unless another is asked for.
const DEFAULT: Version = Version(16);

impl Version {
    /// Newer than every number.
    pub(super) const PREVIEW: Version = Version(u32::MAX);
    /// Where conversation attributes got their own endpoint, ids and priorities changed their form.
    pub(super) const V2_16: Version = Version(16);
    /// Where the words for the AI agent's outcome changed.
    const V2_15: Version = Version(15);

    /// Reads the `Intercom-Version` header; none if the version is unknown.
    pub(super) fn parse(header: Option<&str>) -> Option<Version> {
        match header {
            None => Some(DEFAULT),
            Some("Preview") => Some(Version::PREVIEW),
            Some(text) => {
                let minor = text.strip_prefix("2.")?;
                (11..=16).find(|known| known.to_string() == minor).map(Version)
            }
        }
    }

    /// As the header prints it.
    pub(super) fn text(self) -> String {
        if self == Version::PREVIEW { "Preview".to_owned() } else { format!("2.{}", self.0) }
    }

    /// A contact as this version prints it: until 2.15 `owner_id` was a number.
    pub(super) fn contact(self, mut contact: Node) -> Node {
        if self < Version::V2_16 {
            let owner = contact["owner_id"].as_text().and_then(|owner| owner.parse::<u64>().ok());
            contact["owner_id"] = owner.into();
        }
        contact
    }

    /// A conversation as this version prints it: until 2.15 nobody was null and there were two priorities; until
    /// 2.14 two outcomes of the AI agent had other names and there was no company.
    pub(super) fn conversation(self, mut conversation: Node) -> Node {
        if self < Version::V2_16 {
            for assignee in ["admin_assignee_id", "team_assignee_id"] {
                if conversation[assignee] == Node::Unsigned(0) {
                    conversation[assignee] = Node::Null;
                }
            }
            let is_plain = conversation["priority"].as_text() == Some("none");
            conversation["priority"] = if is_plain { "not_priority" } else { "priority" }.into();
        }
        if self < Version::V2_15 {
            let former = match conversation["ai_agent"]["resolution_state"].as_text() {
                Some("negative_feedback") => Some("abandoned"),
                Some("escalated" | "procedure_handoff") => Some("routed_to_team"),
                _ => None,
            };
            if let Some(former) = former {
                conversation["ai_agent"]["resolution_state"] = former.into();
            }
            if let Node::Object(members) = &mut conversation {
                members.remove("company");
            }
        }
        conversation
    }
}
