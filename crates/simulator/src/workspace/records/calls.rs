//! Calls and their transcripts (API notes, section 8.16).

use super::{Record, iso};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

/// How calls print instants as text.
const ISO: &str = "%Y-%m-%dT%H:%M:%SZ";

impl Workspace {
    /// A call in full: what lists show, and the transcript that only the search for calls of conversations has.
    pub(super) fn call(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::Calls, index, 1);
        let conversation = self.call_conversation(index);
        let contact = self.drawn_contact(&mut draw);
        let admin = (!draw.percent(20)).then(|| self.any_admin(&mut draw));
        let answered = draw.percent(75);
        let (wait, length) = (draw.between(2, 90), draw.between(5, 3_000));
        let id = self.record_id(Resource::Calls, index);
        let initiated_at = entry.created_at();
        // The description allows both forms; one call in four has text.
        let instant = |at: i64| if index % 4 == 1 { Node::from(iso(at, ISO)) } else { Node::from(at) };
        let url = |what: &str| answered.then(|| format!("https://api.intercom.io/calls/{id}/{what}"));
        let transcript = self.transcript(index);
        let status = if transcript.elements().next().is_some() { "completed" } else { "unavailable" };
        node!({
            "type": "call", "id": id.clone(), "conversation_id": conversation.map(|conversation| self.conversation_id(conversation)),
            "admin_id": admin.map(|code| self.admin_id(code).to_string()), "contact_id": contact.map(|contact| self.contact_id(contact)),
            "state": if entry.revision > 0 || answered { "completed" } else { "missed" },
            "initiated_at": instant(initiated_at), "answered_at": answered.then(|| instant(initiated_at + wait)),
            "ended_at": instant(initiated_at + wait + length), "created_at": instant(initiated_at),
            "updated_at": instant(entry.updated_at()), "recording_url": url("recording"), "transcription_url": url("transcript"),
            "call_type": draw.pick(&["phone", "internet"]), "direction": draw.pick(&["outbound", "inbound"]),
            "ended_reason": answered.then_some("answered"), "phone": draw.percent(80).then(|| format!("+1555{:07}", draw.below(9_999_999))),
            "fin_recording_url": null, "fin_transcription_url": null, "transcript": transcript, "transcript_status": status,
        })
    }

    /// The conversation a call belongs to.
    pub(crate) fn call_conversation(&self, index: u32) -> Option<u32> {
        let mut draw = self.record_draw(Resource::Calls, index, 2);
        let conversation = draw.below(self.sizes.conversations.into()) as u32;
        (self.sizes.conversations > 0 && !draw.percent(10)).then_some(conversation)
    }

    /// What was said; nothing for calls that nobody answered.
    fn transcript(&self, index: u32) -> Node {
        let mut draw = self.record_draw(Resource::Calls, index, 3);
        let lines = if draw.percent(30) { 0 } else { draw.below(6) };
        let spoken = (0..lines).map(|line| {
            node!({
                "speaker": if line % 2 == 0 { "admin" } else { "contact" }, "start": line * 7,
                "text": prose::words(&mut draw, 3, 12),
            })
        });
        spoken.collect()
    }
}
