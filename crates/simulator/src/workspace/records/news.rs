//! News items and the newsfeeds that show them (API notes, section 8.18).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

impl Workspace {
    /// A news item with its assignments.
    pub(super) fn news_item(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::NewsItems, index, 1);
        let feeds = (0..2u32).filter(|&feed| self.is_shown(index, feed));
        let assignments: Vec<Node> = feeds
            .map(|feed| {
                node!({"newsfeed_id": self.record_number(Resource::Newsfeeds, feed), "published_at": entry.created_at() + 60})
            })
            .collect();
        node!({
            "type": "news-item", "id": self.record_id(Resource::NewsItems, index), "workspace_id": self.identity.workspace(),
            "title": edited(prose::words(&mut draw, 2, 6), entry), "body": prose::body(&mut draw),
            "sender_id": self.admin_id(self.any_admin(&mut draw)), "state": if draw.percent(70) { "live" } else { "draft" },
            "newsfeed_assignments": assignments, "labels": if draw.percent(40) { node!(["Product", "Neu"]) } else { node!([]) },
            "cover_image_url": draw.percent(40).then(|| format!("https://static.simulated.example/news/{index}.png")),
            "reactions": vec![None, None, Some("👍"), None], "deliver_silently": draw.percent(20), "created_at": entry.created_at(),
            "updated_at": entry.updated_at(),
        })
    }

    /// A newsfeed.
    pub(super) fn newsfeed(&self, index: u32, entry: &Record) -> Node {
        node!({
            "type": "newsfeed", "id": self.record_id(Resource::Newsfeeds, index), "name": edited(format!("Feed {index} 📰"), entry),
            "created_at": entry.created_at(), "updated_at": entry.updated_at(),
        })
    }

    /// The news items that a newsfeed shows.
    pub(crate) fn newsfeed_items(&self, feed: u32) -> Vec<Node> {
        let items = self.records(Resource::NewsItems).into_iter().flat_map(|register| register.iter());
        items
            .filter(|&(item, _)| self.is_shown(item, feed))
            .map(|(item, entry)| self.news_item(item, entry))
            .collect()
    }

    /// Only the first two feeds show anything; the first one shows nearly all.
    fn is_shown(&self, item: u32, feed: u32) -> bool {
        (feed == 0 && item % 12 != 5) || (feed == 1 && item.is_multiple_of(3))
    }
}
