//! Content the AI agent reads: internal articles, folders, snippets, external pages and where those come from
//! (API notes, sections 8.17 and 8.19).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

impl Workspace {
    /// An internal article.
    pub(super) fn internal_article(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::InternalArticles, index, 1);
        node!({
            "type": "internal_article", "id": self.record_id(Resource::InternalArticles, index),
            "title": edited(prose::words(&mut draw, 2, 6), entry), "body": (!draw.percent(5)).then(|| prose::body(&mut draw)),
            "body_markdown": draw.percent(50).then(|| prose::words(&mut draw, 4, 20)), "owner_id": self.admin_id(self.any_admin(&mut draw)),
            "author_id": self.admin_id(self.any_admin(&mut draw)), "locale": "en", "created_at": entry.created_at(),
            "updated_at": entry.updated_at(), "audience_ids": if draw.percent(30) { node!([123]) } else { Node::Null },
            "ai_chatbot_availability": draw.percent(50), "ai_copilot_availability": draw.percent(90),
            "ai_sales_agent_availability": false,
        })
    }

    /// A folder, whose ids are numbers.
    pub(super) fn folder(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "folder", "id": self.record_number(Resource::Folders, index), "name": edited(format!("Folder {index}"), entry),
            "description": null, "emoji": (index == 1).then_some("📁"), "content_count": 3 * index,
            "parent_folder_id": (index > 2).then(|| self.record_number(Resource::Folders, 0)),
            "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }

    /// A content snippet.
    pub(super) fn content_snippet(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::ContentSnippets, index, 1);
        let is_available = draw.percent(80);
        node!({
            "type": "content_snippet", "id": self.record_id(Resource::ContentSnippets, index),
            "title": draw.percent(90).then(|| edited(prose::words(&mut draw, 2, 5), entry)), "locale": draw.pick(&["en", "de"]),
            "json_blocks": [{"type": "paragraph", "text": prose::words(&mut draw, 4, 16)}],
            "body_markdown": draw.percent(80).then(|| prose::words(&mut draw, 4, 16)),
            "chatbot_availability": u32::from(is_available), "copilot_availability": 1, "ai_chatbot_availability": is_available,
            "ai_copilot_availability": true, "ai_sales_agent_availability": false, "created_at": entry.created_at(),
            "updated_at": entry.updated_at(), "audience_ids": if draw.percent(30) { node!([123, 125]) } else { Node::Null },
        })
    }

    /// An external page.
    pub(super) fn external_page(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::ExternalPages, index, 1);
        let number = self.record_number(Resource::ExternalPages, index);
        node!({
            "type": "external_page", "id": number.to_string(), "title": edited(prose::words(&mut draw, 2, 5), entry),
            "html": format!("<h1>{index}</h1>{}", prose::body(&mut draw)), "url": format!("https://docs.simulated.example/p/{index}"),
            "ai_agent_availability": draw.percent(80), "ai_copilot_availability": true, "ai_sales_agent_availability": false,
            "fin_availability": true, "locale": "en", "source_id": self.record_number(Resource::ContentImportSources, index % 3),
            "external_id": index.to_string(), "created_at": entry.created_at(), "updated_at": entry.updated_at(),
            "last_ingested_at": entry.updated_at(),
        })
    }

    /// A source of external pages, whose ids are numbers.
    pub(super) fn content_import_source(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "content_import_source", "id": self.record_number(Resource::ContentImportSources, index),
            "last_synced_at": entry.updated_at(), "sync_behavior": ["automatic", "api", "manual"][index as usize % 3],
            "status": if entry.revision.is_multiple_of(2) { "active" } else { "deactivated" },
            "url": format!("https://docs.simulated.example/{index}"), "created_at": entry.created_at(),
            "updated_at": entry.updated_at(), "audience_ids": if index == 0 { node!([]) } else { Node::Null },
        })
    }
}
