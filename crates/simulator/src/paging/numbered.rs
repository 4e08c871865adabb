//! Pages by number, with the next one as a full URL or null.

use crate::document::{Node, node};
use std::ops::Range;

/// The page asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageNumber {
    /// From 1.
    pub(crate) page: u64,
    pub(crate) per_page: u64,
}

/// Where a page lies in a list.
#[derive(Debug, Clone)]
pub(crate) struct Numbered {
    /// Positions of the rows.
    pub(crate) rows: Range<usize>,
    number: PageNumber,
    total: usize,
}

impl Numbered {
    /// A page of a list of `total` rows; empty behind the end.
    pub(crate) fn new(number: PageNumber, total: usize) -> Numbered {
        let start = (number.page - 1).saturating_mul(number.per_page).min(total as u64) as usize;
        let end = (start + number.per_page as usize).min(total);
        Numbered { rows: start..end, number, total }
    }

    /// `pages` with the URL of the next page under this address, which may already hold a query.
    pub(crate) fn pages(&self, address: &str) -> Node {
        let PageNumber { page, per_page } = self.number;
        let joint = if address.contains('?') { '&' } else { '?' };
        let next = (self.rows.end < self.total)
            .then(|| format!("{address}{joint}page={}&per_page={per_page}", page + 1));
        node!({
            "type": "pages", "next": next, "page": page, "per_page": per_page,
            "total_pages": self.total.div_ceil(per_page as usize),
        })
    }
}
