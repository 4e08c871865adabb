//! Articles with translations and statistics, and their versions (API notes, section 8.17).

use super::{Record, edited};
use crate::document::{Members, Node, node};
use crate::resource::Resource;
use crate::workspace::draw::Draw;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

impl Workspace {
    /// An article in full, as it is served by its id.
    pub(super) fn article(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::Articles, index, 1);
        let id = self.record_id(Resource::Articles, index);
        let is_published = draw.percent(80);
        let (author, editor) = (self.any_admin(&mut draw), self.any_admin(&mut draw));
        let parents: Vec<u64> = (!draw.percent(15))
            .then(|| self.record_number(Resource::Collections, draw.below(23) as u32))
            .into_iter()
            .collect();
        let applied = (0..draw.below(3)).fold(0, |tags, tag| tags | 1 << (tag * 7));
        let tags: Vec<Node> = self.living_tags(applied).map(|tag| self.tag(tag)).collect();
        let has_draft = draw.percent(10);
        let mut document = node!({
            "type": "article", "id": id, "workspace_id": self.identity.workspace(), "parent_ids": parents,
            "tags": {"type": "tag.list", "tags": tags}, "body_markdown": draw.percent(60).then(|| prose::words(&mut draw, 3, 30)),
            "has_unpublished_changes": has_draft, "draft_updated_at": has_draft.then(|| entry.updated_at()),
            "ai_chatbot_availability": draw.percent(70), "ai_copilot_availability": draw.percent(70),
            "ai_sales_agent_availability": draw.percent(10), "created_by_id": self.admin_id(author),
            "updated_by_id": draw.percent(90).then(|| self.admin_id(editor)), "exclude_from_article_suggestions": draw.percent(5),
            "help_center_audience": null, "scheduled_publish_at": null,
            "scheduled_unpublish_at": draw.percent(2).then(|| entry.updated_at() + 900_000), "default_locale": "en",
            "statistics": article_statistics(&mut draw),
        });
        let content = self.article_content(index, entry, "en", author, is_published);
        if let Node::Object(members) = &mut document {
            members.extend(content);
            if index.is_multiple_of(3) {
                members.push("translated_content", self.translations(index, entry, author));
            }
        }
        document
    }

    /// Title, words and author in one language.
    fn article_content(
        &self,
        index: u32,
        entry: &Record,
        locale: &str,
        author: u8,
        is_published: bool,
    ) -> Node {
        let mut draw = self.record_draw(Resource::Articles, index, 2 + u32::from(locale.as_bytes()[0]));
        let id = self.record_id(Resource::Articles, index);
        let body = prose::body(&mut draw);
        node!({
            "title": edited(prose::words(&mut draw, 2, 6), entry), "description": draw.percent(60).then(|| prose::words(&mut draw, 3, 9)),
            "body": if draw.percent(4) { Node::Null } else { body.into() }, "author_id": self.admin_id(author),
            "state": if is_published { "published" } else { "draft" }, "created_at": entry.created_at(),
            "updated_at": entry.updated_at(),
            "url": is_published.then(|| format!("https://help.simulated.example/{locale}/articles/{id}-a")),
        })
    }

    /// One content per language under its code, beside a type.
    fn translations(&self, index: u32, entry: &Record, author: u8) -> Node {
        let mut contents = Members::with_capacity(4);
        contents.push("type", "article_translated_content");
        for locale in ["de", "pt-BR", "zh-CN"].into_iter().take(1 + index as usize % 3) {
            let mut content = self.article_content(index, entry, locale, author, locale == "de");
            content["type"] = "article_content".into();
            for words in ["description", "body"] {
                if content[words] == Node::Null {
                    content[words] = "".into();
                }
            }
            content["audience_ids"] = if locale == "de" { node!([123, 124]) } else { Node::Null };
            contents.push(locale, content);
        }
        Node::Object(contents)
    }

    /// The versions of an article, newest first.
    pub(crate) fn article_versions(&self, index: u32) -> Vec<Node> {
        let Some(entry) = self.records(Resource::Articles).and_then(|register| register.get(index)) else {
            return Vec::new();
        };
        let article = self.article(index, entry);
        let mut draw = self.record_draw(Resource::Articles, index, 400);
        let count = 1 + draw.below(3) as u32 + entry.revision;
        let first = 1_000 * u64::from(index) + 300;
        let versions = (0..count).map(|number| {
            let id = first + u64::from(number);
            let is_newest = number + 1 == count;
            let age = (entry.updated_at() - entry.created_at()) / i64::from(count);
            let at = entry.created_at() + age * i64::from(number);
            node!({
                "type": "article_version", "id": id.to_string(), "article_id": article["id"].clone(),
                "title": if is_newest { article["title"].clone() } else { format!("Draft {number}").into() }, "description": "",
                "body": if is_newest { article["body"].clone() } else { "<p>…</p>".into() }, "body_markdown": null,
                "author_id": self.admin_id(1).to_string(), "created_by_id": (number > 0).then(|| self.admin_id(2).to_string()),
                "created_via": if number == 0 { "api" } else { "web" }, "from_version_id": (number > 0).then(|| (id - 1).to_string()),
                "state": if is_newest { "published" } else { "draft" }, "created_at": at, "updated_at": at,
            })
        });
        let mut versions: Vec<Node> = versions.collect();
        versions.reverse();
        versions
    }
}

fn article_statistics(draw: &mut Draw) -> Node {
    node!({
        "type": "article_statistics", "views": draw.below(9_000), "conversions": draw.below(90), "reactions": draw.below(400),
        "happy_reaction_percentage": draw.below(1_000) as f64 / 10.0, "neutral_reaction_percentage": 0,
        "sad_reaction_percentage": draw.below(100) as f64 / 3.0, "fin_involvements": draw.below(50),
        "fin_resolutions": draw.below(20), "fin_resolution_rate": draw.below(100) as f64 / 7.0,
    })
}
