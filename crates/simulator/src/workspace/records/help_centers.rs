//! Help centers, their collections and redirects (API notes, section 8.17).

use super::{Record, edited};
use crate::document::{Node, node};
use crate::resource::Resource;
use crate::workspace::register::Entry;
use crate::workspace::{Workspace, prose};

/// How many redirects the first help center has; its list has a second page of 50.
const REDIRECTS: u32 = 57;

impl Workspace {
    /// A help center.
    pub(super) fn help_center(&self, index: u32, entry: &Record) -> Node {
        node!({
            "id": self.record_id(Resource::HelpCenters, index), "workspace_id": self.identity.workspace(),
            "created_at": entry.created_at(), "updated_at": entry.updated_at(), "identifier": format!("help-{index}"),
            "website_turned_on": index == 0, "display_name": edited("Hilfe & help".to_owned(), entry),
            "url": format!("https://help{index}.simulated.example"), "custom_domain": (index == 0).then_some("help.simulated.example"),
            "default": index == 0, "locales": if index == 0 { node!(["en", "de", "pt-BR", "zh-CN"]) } else { node!(["en"]) },
        })
    }

    /// A collection; every third one lies in another.
    pub(super) fn collection(&self, index: u32, entry: &Record) -> Node {
        let mut draw = self.record_draw(Resource::Collections, index, 1);
        let id = self.record_id(Resource::Collections, index);
        let is_inner = index % 3 == 2;
        let name = edited(prose::words(&mut draw, 1, 4), entry);
        let mut document = node!({
            "id": id.clone(), "workspace_id": self.identity.workspace(), "name": name.clone(),
            "description": draw.percent(70).then(|| prose::words(&mut draw, 2, 8)), "created_at": entry.created_at(),
            "updated_at": entry.updated_at(), "url": draw.percent(90).then(|| format!("https://help.simulated.example/en/collections/{id}")),
            "icon": draw.percent(80).then_some("bookmark"), "order": draw.below(20), "default_locale": "en",
            "parent_id": is_inner.then(|| self.record_id(Resource::Collections, index - 1)),
            "help_center_id": (!is_inner).then(|| self.record_number(Resource::HelpCenters, index % 2)),
        });
        if index.is_multiple_of(4) {
            document["translated_content"] = node!({
                "type": "group_translated_content", "de": {"type": "group_content", "name": format!("{name} (de)"), "description": ""},
            });
        }
        document
    }

    /// The redirects of a help center, last changed first.
    pub(crate) fn redirects(&self, help_center: u32) -> Vec<Node> {
        let Some(entry) = self.records(Resource::HelpCenters).and_then(|register| register.get(help_center))
        else {
            return Vec::new();
        };
        let count = if help_center == 0 { REDIRECTS } else { 3 };
        let redirects = (0..count).map(|number| {
            let mut draw = self.record_draw(Resource::Redirects, help_center, number);
            let (target_type, target) = match draw.below(3) {
                0 => ("collection", Resource::Collections),
                _ => ("article", Resource::Articles),
            };
            let at = entry.created_at() + 3_600 * i64::from(count - number);
            node!({
                "type": "help_center_redirect", "id": (26 + 1_000 * help_center + number).to_string(),
                "from_url": format!("https://old.simulated.example/seite/{number}?a=ä"), "locale": draw.pick(&["en", "de"]),
                "help_center_id": self.record_id(Resource::HelpCenters, help_center), "target_type": target_type,
                "target_id": self.drawn_id(target, &mut draw), "created_at": at - 60, "updated_at": at,
            })
        });
        redirects.collect()
    }
}
