//! One page of an enumeration: asking for it, in smaller portions where the server cannot do more, and telling when pages
//! go round in circles.

use super::Extraction;
use super::discover::Found;
use crate::event::RunEvent;
use relatable_intercom::ClientError;
use relatable_intercom::answer::{Answer, PageInfo};
use relatable_intercom::catalogue::{Feed, Paging, Position, Question};
use relatable_journal::Ticket;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Attempts at a page before it is asked for in smaller portions.
const ATTEMPTS_BEFORE_SMALLER: u32 = 2;
/// How often a numbered list that shrinks while it is read is read again.
const RESTARTS_MAX: u32 = 5;
/// Pages are not made smaller than this.
const PAGE_SIZE_MIN: u32 = 10;

/// A page with what was learned from it.
pub(super) struct Page {
    pub(super) answer: Answer,
    pub(super) ticket: Ticket,
    pub(super) info: PageInfo,
}

impl Extraction {
    /// Asks for one page. Where the server fails at it again and again, smaller pages are asked for, now and for the rest
    /// of the run (API notes §17.26).
    pub(super) async fn page(
        &self,
        feed: &Feed,
        question: &Question<'_>,
        position: &Position,
    ) -> Result<Page, ClientError> {
        loop {
            let page_size = self.page_size(feed);
            let request = feed.request(&Question { page_size: Some(page_size), ..*question }, position);
            let smaller = page_size / 2;
            // Numbered pages would be other pages then.
            let shrinks = feed.paging == Paging::Cursor
                && smaller >= PAGE_SIZE_MIN
                && !matches!(position, Position::Link(_));
            // What a scroll has shown it does not show again: after a failure it begins anew.
            let attempts_max = match (feed.paging, shrinks) {
                (Paging::Scroll, _) => 1,
                (_, true) => ATTEMPTS_BEFORE_SMALLER,
                (_, false) => u32::MAX,
            };
            match self.ask(feed, &request, attempts_max).await {
                Ok((answer, ticket)) => {
                    let info = answer.page(&request, feed.list.unwrap_or_default(), feed.paging, position)?;
                    return Ok(Page { answer, ticket, info });
                }
                Err(
                    error @ (ClientError::Server { .. }
                    | ClientError::Unreachable { .. }
                    | ClientError::Unusable { .. }),
                ) if shrinks => {
                    let reason = format!("{} is read {smaller} records at a time: {error}", feed.name);
                    self.observer.event(&RunEvent::Waiting { reason, seconds: 0 });
                    super::lock(&self.page_sizes).insert(feed.name, smaller);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Records per page of a feed at present.
    fn page_size(&self, feed: &Feed) -> u32 {
        super::lock(&self.page_sizes).get(feed.name).copied().unwrap_or(feed.page_size)
    }
}

/// Whether the pages of a feed are numbered, so that what leaves the list moves others to pages that were read already.
fn is_numbered(feed: &Feed) -> bool {
    matches!(feed.paging, Paging::Pages | Paging::Flat)
}

/// What was seen of the pages of one enumeration, so that it neither goes round in circles nor ends quietly.
#[derive(Default)]
pub(super) struct Turns {
    hasher: RandomState,
    positions: HashSet<u64>,
    /// The ids of the page before.
    before: u64,
    /// What the list said it has in all, on the page before.
    total: Option<u64>,
    /// The least that a numbered list said it has, and what it showed.
    least: Option<u64>,
    shown: HashSet<u64>,
    /// Records shown that cannot be told apart.
    nameless: u64,
    restarts: u32,
}

impl Turns {
    /// Whether the enumeration must begin again: a numbered list became shorter since the page before, so that records
    /// moved up to pages that were read already. Not for ever: what is in motion all the time is left to the next run.
    pub(super) fn must_restart(&mut self, feed: &Feed, total: Option<u64>) -> bool {
        let before = std::mem::replace(&mut self.total, total);
        let has_shrunk = is_numbered(feed) && before.zip(total).is_some_and(|(before, now)| now < before);
        if !has_shrunk || self.restarts >= RESTARTS_MAX {
            return false;
        }
        let (hasher, restarts) = (self.hasher.clone(), self.restarts + 1);
        *self = Turns { hasher, total, restarts, ..Turns::default() };
        true
    }

    /// Whether a numbered list, read to its end, showed fewer different records than it ever said it has.
    pub(super) fn lacks(&self) -> bool {
        self.least.is_some_and(|least| self.shown.len() as u64 + self.nameless < least)
    }

    /// Notes a page and where the next one is.
    ///
    /// # Errors
    /// [`ClientError::Unexpected`] when the page is the one before once more, or the next was there already.
    pub(super) fn turn(
        &mut self,
        feed: &Feed,
        found: &[Found<'_>],
        info: &PageInfo,
    ) -> Result<(), ClientError> {
        let unexpected =
            |what: &str| Err(ClientError::Unexpected { place: feed.path.to_owned(), what: what.to_owned() });
        let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
        let page = self.hasher.hash_one(&ids);
        if !ids.is_empty() && page == self.before {
            return unexpected("the same page came twice, so that the reading would never end");
        }
        self.before = page;
        if is_numbered(feed) {
            self.shown.extend(ids.iter().map(|id| self.hasher.hash_one(id)));
            self.nameless += info.record_count.saturating_sub(ids.len()) as u64;
            self.least = self.least.into_iter().chain(info.total_count).min();
        }
        let Some(next) = info.next.as_ref().filter(|next| !matches!(next, Position::Scroll(_))) else {
            return Ok(());
        };
        if self.positions.insert(self.hasher.hash_one(format!("{next:?}"))) {
            return Ok(());
        }
        unexpected("its pages lead in a circle, so that the reading would never end")
    }
}
