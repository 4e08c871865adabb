//! The opaque text in `starting_after`: base64 of `[sort key in ms, id, page]`. It holds all there is to know, so
//! that nothing is kept between pages, and rows that change meanwhile move.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::document::{Node, node};

/// The last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// What the row is sorted by, epoch seconds.
    pub(crate) key_s: i64,
    /// The row's id.
    pub(crate) id: String,
    /// The number of the page that follows.
    pub(crate) page: u64,
}

impl Cursor {
    /// As text.
    pub(crate) fn encode(&self) -> String {
        STANDARD.encode(json!([self.key_s * 1000, self.id, self.page]).to_string())
    }

    /// From text; none if it is not one of ours.
    pub(crate) fn decode(text: &str) -> Option<Cursor> {
        let fields: Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
        let key_s = fields.get(0)?.as_i64()?.div_euclid(1000);
        Some(Cursor { key_s, id: fields.get(1)?.as_str()?.to_owned(), page: fields.get(2)?.as_u64()? })
    }

    /// `pages` of an answer that is paged by cursor: `next` is left out on the last page.
    pub(crate) fn pages(next: Option<&Cursor>, page: u64, per_page: u64, total: u64) -> Node {
        let mut pages = node!({"type": "pages", "page": page, "per_page": per_page, "total_pages": total.div_ceil(per_page.max(1))});
        if let Some(next) = next {
            pages["next"] = node!({"per_page": per_page, "starting_after": next.encode()});
        }
        pages
    }
}
