//! Asking the API without writing anything down: whole lists page by page, single records with all that hangs on them.

use super::subject::{Subject, scalar};
use crate::event::{Observer, RunEvent};
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Content, Feed, Paging, Position, Question, Reading, Stretch};
use relatable_intercom::clock::Clock;
use relatable_intercom::error::Policy;
use relatable_intercom::{Client, ClientError};
use relatable_model::json::{Json, records};
use relatable_model::protect::Protections;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// A scroll without a call for this long has expired; its end can then not be told from its loss (API notes §6).
const SCROLL_IDLE_MAX_S: i64 = 50;
/// How long somebody else's scroll may keep us waiting each time.
const SCROLL_WAIT: Duration = Duration::from_secs(61);
/// How often a scroll is begun again before it is given up.
const SCROLL_STARTS_MAX: u32 = 5;

/// The records of a page of a list, protected as they would be stored.
pub(super) type Page = Vec<Json>;

/// What is told while a list is read.
pub(super) enum Told {
    /// The list begins, perhaps anew: what came before does not count.
    Begins,
    /// A page of it.
    Page(Page),
}

/// A record with the answers that were asked for to complete it.
pub(super) struct Whole {
    pub(super) document: Json,
    /// The feeds that it was put together from.
    pub(super) answers: BTreeSet<&'static str>,
    /// The feeds that may not be read.
    pub(super) refused: Vec<(&'static Feed, ClientError)>,
}

impl Whole {
    /// Adds an answer that completes the record: one of its lists, or records among which it is.
    fn add(&mut self, subject: &Subject, feed: &'static Feed, records: Vec<Json>) {
        match feed.content {
            Content::Fragment(path) => {
                if let Json::Object(members) = &mut self.document {
                    members.insert(path.to_owned(), Json::Array(records));
                }
            }
            Content::Documents => {
                let key = subject.key(&self.document);
                let Some(shown) = records.iter().find(|record| subject.key(record) == key) else { return };
                subject.lay_over(&mut self.document, feed.name, shown);
            }
        }
        self.answers.insert(feed.name);
    }
}

/// The one who asks.
pub(super) struct Asker {
    pub(super) client: Client,
    pub(super) protections: Protections,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Arc<dyn Observer>,
}

impl Asker {
    /// Reads a list, or what it has of a type, to its end. A scroll that is lost is begun again.
    pub(super) async fn list<E: From<ClientError>>(
        &self,
        feed: &Feed,
        kind: Option<&str>,
        take: &mut impl FnMut(Told) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut starts = 0;
        loop {
            starts += 1;
            take(Told::Begins)?;
            let error = match self.pages(feed, kind, None, &mut |page| take(Told::Page(page))).await? {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let held = matches!(&error, ClientError::Refused { code, .. } if code == "scroll_exists");
            let lost = matches!(error, ClientError::NotFound { .. } | ClientError::Server { .. });
            if feed.paging != Paging::Scroll || !(held || lost) || starts >= SCROLL_STARTS_MAX {
                return Err(error.into());
            }
            let reason = format!("{} is read from the start again: {error}", feed.name);
            let wait = if held { SCROLL_WAIT } else { Duration::ZERO };
            self.observer.event(&RunEvent::Waiting { reason, seconds: wait.as_secs() });
            self.clock.sleep(wait).await;
        }
    }

    /// Reads the pages of a list, of a window of a search, or of what is asked per record; the outer error is that of
    /// `take`.
    pub(super) async fn pages<E>(
        &self,
        feed: &Feed,
        id: Option<&str>,
        window: Option<Stretch>,
        take: &mut impl FnMut(Page) -> Result<(), E>,
    ) -> Result<Result<(), ClientError>, E> {
        let list = feed.list.unwrap_or_default();
        let mut position = Position::First;
        let mut seen: HashSet<String> = HashSet::new();
        let mut last_page_s = self.client.server_now().as_second();
        loop {
            let request = match window {
                Some(window) => feed.stretch(window, feed.page_size, &position),
                None => feed.request(&Question { id, ..Question::default() }, &position),
            };
            let asked = self.client.send(&request, || ()).await;
            let paged = asked
                .and_then(|(answer, ())| Ok((answer.page(&request, list, feed.paging, &position)?, answer)));
            let (info, answer) = match paged {
                Ok(paged) => paged,
                Err(ClientError::NotFound { .. })
                    if matches!(position, Position::Scroll(_))
                        && self.client.server_now().as_second() - last_page_s < SCROLL_IDLE_MAX_S =>
                {
                    return Ok(Ok(()));
                }
                Err(error) => return Ok(Err(error)),
            };
            last_page_s = answer.answered_at.as_second();
            take(self.records(feed, id, answer))?;
            let Some(next) = info.next else { return Ok(Ok(())) };
            if !matches!(next, Position::Scroll(_)) && !seen.insert(format!("{next:?}")) {
                let what = "a page came twice".to_owned();
                return Ok(Err(ClientError::Unexpected { place: request.place().to_owned(), what }));
            }
            position = next;
        }
    }

    /// How many records a search has in a window.
    pub(super) async fn total(&self, feed: &Feed, window: Stretch) -> Result<u64, ClientError> {
        let request = feed.stretch(window, 1, &Position::First);
        let (answer, ()) = self.client.send(&request, || ()).await?;
        answer.total_count(&request)
    }

    /// Every record that a list has for one other record; `None` where the API does not have it.
    pub(super) async fn list_of(&self, feed: &Feed, id: &str) -> Result<Option<Vec<Json>>, ClientError> {
        let mut all = Vec::new();
        let mut take = |page: Page| {
            all.extend(page);
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(read) = self.pages(feed, Some(id), None, &mut take).await;
        match read {
            Ok(()) => Ok(Some(all)),
            Err(error) if error.policy() == Policy::RecordGone => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A record by its id, alone; `None` where the API does not have it.
    pub(super) async fn record(&self, feed: &Feed, id: &str) -> Result<Option<Json>, ClientError> {
        match self.client.send(&feed.request(&Question::about(id), &Position::First), || ()).await {
            Ok((answer, ())) => {
                let body = self.protections.documents(feed.resource, None, answer.body);
                Ok(Json::parse(&body).ok())
            }
            Err(error) if error.policy() == Policy::RecordGone => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A record by its id, with the answers that complete it; `None` where the API does not have it. What may not be read
    /// is left as the record shows it.
    pub(super) async fn whole(
        &self,
        subject: &Subject,
        own: &'static Feed,
        id: &str,
    ) -> Result<Option<Whole>, ClientError> {
        let Some(document) = self.record(own, id).await? else { return Ok(None) };
        let source = document.to_string();
        let mut whole = Whole { document, answers: BTreeSet::from([own.name]), refused: Vec::new() };
        for feed in subject.lists.iter().chain(&subject.companions) {
            let Reading::PerRecord(condition) = feed.reading else { continue };
            let asked_by =
                scalar(&whole.document, feed.asked_by).filter(|_| condition.holds(source.as_bytes()));
            let Some(asked_by) = asked_by else { continue };
            match self.list_of(feed, &asked_by).await {
                Ok(Some(records)) => whole.add(subject, feed, records),
                Ok(None) => {}
                Err(error) if error.policy() == Policy::SkipResource => whole.refused.push((*feed, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(whole))
    }

    /// The records of an answer, protected as they would be stored, each with the id of the record asked for where the API
    /// leaves it out.
    fn records(&self, feed: &Feed, id: Option<&str>, answer: Answer) -> Vec<Json> {
        let list = feed.list.unwrap_or_default();
        let body = match feed.content {
            Content::Documents => self.protections.documents(feed.resource, feed.list, answer.body),
            Content::Fragment(_) => answer.body,
        };
        let ranges = records(&body, Some(list)).ok().flatten().unwrap_or_default();
        let protected = |element: &[u8]| match feed.content {
            Content::Fragment(path) => {
                let one = [b"[", element, b"]"].concat();
                match Json::parse(&self.protections.fragment(feed.resource, path, one)) {
                    Ok(Json::Array(mut elements)) => elements.pop(),
                    _ => None,
                }
            }
            Content::Documents => Json::parse(element).ok(),
        };
        let mut found: Vec<Json> = ranges.into_iter().filter_map(|range| protected(&body[range])).collect();
        if let (Some(member), Some(id)) = (feed.parent_member, id) {
            for record in &mut found {
                if let Json::Object(members) = record {
                    members.entry(member.to_owned()).or_insert_with(|| Json::String(id.to_owned()));
                }
            }
        }
        found
    }
}
