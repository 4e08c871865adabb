//! The course of a reading: what is new first, then what is old, then what is gone.

use super::Extraction;
use super::snapshot::list_pass_name;
use super::stream::{Stream, encode, marked};
use crate::delivery::Signal;
use crate::error::PipelineError;
use crate::history::{SINCE_CURSOR, bound_marks};
use crate::load::Sought;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt};
use relatable_intercom::catalogue::{Content, Feed, Paging, Reading};
use relatable_journal::Changes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Lists read at once.
const LISTS: usize = 8;

/// The lists that were read: the bodies of those that answer at once, and the resources that were shown completely.
#[derive(Default)]
struct Lists {
    bodies: BTreeMap<&'static str, Vec<Arc<Vec<u8>>>>,
    /// Up to when what hangs on their records was served, by feed.
    marks: Vec<(String, i64)>,
    incomplete: BTreeSet<&'static str>,
}

impl Extraction {
    /// Reads everything there is to read now, and tells the loader.
    pub(crate) async fn run(&self) -> Result<(), PipelineError> {
        let passes_forgotten =
            self.with_reading(Reading::is_list).map(|feed| list_pass_name(feed.resource, None)).collect();
        let cursors = vec![(SINCE_CURSOR.to_owned(), Some(encode(&self.since)))];
        self.record(Changes { passes_forgotten, cursors, ..Changes::default() }).await?;
        let definitions = self.definitions().await?;
        self.audience.tell(|| Signal::Attributes(definitions.clone()));
        self.ask_again().await?;
        let exports = async { Ok(self.exports().await) };
        let (mut low_water, left_out, exported) =
            tokio::try_join!(self.enumerate(&definitions), self.details(), exports)?;
        self.doubts().await?;
        for feed in self.with_reading(|reading| matches!(reading, Reading::PerRecord(_))) {
            let is_own = feed.content == Content::Documents && feed.parent != Some(feed.resource);
            if is_own && !left_out.contains(feed.name) {
                self.read(feed.resource);
            }
        }
        // What still waits for a permission waits in this journal only.
        low_water.retain(|mark, _| !left_out.contains(marked(mark)));
        low_water.extend(bound_marks(&self.since, &self.low_water));
        low_water.extend(exported.marks);
        self.audience.tell(|| Signal::Finished(low_water.clone()));
        exported.error.map_or(Ok(()), Err)
    }

    /// Reads the definitions of attributes. Where they are needed and may not be read, the run ends before anything is
    /// loaded: a type that was guessed from values would be kept for ever.
    async fn definitions(&self) -> Result<Vec<Arc<Vec<u8>>>, PipelineError> {
        let feeds = self.with_reading(|reading| matches!(reading, Reading::Definitions(_)));
        let mut read: Vec<&str> = Vec::new();
        let mut definitions = Vec::new();
        for (feed, list) in self.lists(feeds.collect()).await? {
            definitions.extend(list.bodies);
            read.push(feed.resource);
        }
        read.dedup();
        read.into_iter().for_each(|resource| self.read(resource));
        Ok(definitions)
    }

    /// Reads every enumeration, side by side; then no more work is found.
    async fn enumerate(&self, definitions: &[Arc<Vec<u8>>]) -> Result<BTreeMap<String, i64>, PipelineError> {
        let lists: Vec<&'static Feed> = self.with_reading(|reading| reading == Reading::Snapshot).collect();
        let (scrolls, short): (Vec<&Feed>, Vec<&Feed>) =
            lists.iter().copied().partition(|feed| feed.paging == Paging::Scroll);
        let scrolling = self.read_lists(scrolls);
        let others = async {
            let mut streams = self.streams().await?;
            let new = async {
                let lists = self.read_lists(short).await?;
                self.count(&lists.bodies).await?;
                Ok(lists)
            };
            let caught_up = try_join_all(streams.iter_mut().map(|stream| self.catch_up(stream)));
            let departures = self.with_reading(|reading| reading == Reading::Deletions);
            let departures = try_join_all(departures.map(|feed| self.departures(feed)));
            let (lists, may_read, _, instances) =
                tokio::try_join!(new, caught_up, departures, self.object_instances(definitions))?;
            let may_read = streams.iter_mut().zip(may_read).filter(|(_, may_read)| *may_read);
            self.complete(may_read.map(|(stream, _)| stream).collect()).await?;
            Ok((lists, streams, instances))
        };
        let (scrolled, (lists, streams, instances)) = tokio::try_join!(scrolling, others)?;
        let lists = [scrolled, lists];
        self.look_for_listed(&lists, instances).await?;
        self.enumerated();
        let of_lists = lists.into_iter().flat_map(|lists| lists.marks);
        Ok(streams.iter().flat_map(Stream::marks).chain(of_lists).collect())
    }

    /// Reads lists, several at once, in their order.
    async fn lists(
        &self,
        feeds: Vec<&'static Feed>,
    ) -> Result<Vec<(&'static Feed, super::snapshot::Snapshot)>, PipelineError> {
        let reading: Vec<_> = feeds.into_iter().map(|feed| self.list(feed)).collect();
        futures_util::stream::iter(reading).buffered(LISTS).try_collect().await
    }

    /// Reads a list.
    async fn list(
        &self,
        feed: &'static Feed,
    ) -> Result<(&'static Feed, super::snapshot::Snapshot), PipelineError> {
        Ok((feed, self.snapshot(feed).await?))
    }

    /// Reads lists, and tells of each resource that was read.
    async fn read_lists(&self, feeds: Vec<&'static Feed>) -> Result<Lists, PipelineError> {
        let mut lists = Lists::default();
        for (feed, list) in self.lists(feeds).await? {
            if list.is_complete {
                self.read(feed.resource);
            } else {
                lists.incomplete.insert(feed.resource);
            }
            lists.marks.extend(list.marks);
            lists.bodies.insert(feed.name, list.bodies);
        }
        Ok(lists)
    }

    /// Looks for the rows of listed resources that their lists did not show.
    async fn look_for_listed(&self, lists: &[Lists], mut sought: Vec<Sought>) -> Result<(), PipelineError> {
        let incomplete = |resource: &str| lists.iter().any(|lists| lists.incomplete.contains(resource));
        let complete: BTreeSet<&'static str> = self
            .with_reading(Reading::is_list)
            .filter(|feed| !feed.lasting && self.is_selected(feed) && !incomplete(feed.resource))
            .map(|feed| feed.resource)
            .collect();
        let listed =
            |resource| Sought { resource, kind: None, pass: list_pass_name(resource, None), since_us: None };
        sought.extend(complete.into_iter().map(listed));
        self.look_for(sought).await
    }

    /// Reads the instances of every type of custom objects that is known: those given, and those that attributes of
    /// conversations point at. No endpoint lists the types (API notes §7.5).
    async fn object_instances(&self, definitions: &[Arc<Vec<u8>>]) -> Result<Vec<Sought>, PipelineError> {
        let types: BTreeSet<String> = self
            .object_types
            .iter()
            .cloned()
            .chain(definitions.iter().flat_map(|body| object_types(body)))
            .collect();
        let mut sought = Vec::new();
        for feed in self.with_reading(|reading| reading == Reading::PerType) {
            let pass = |kind: &String| list_pass_name(feed.resource, Some(kind));
            let passes_forgotten = types.iter().map(pass).collect();
            self.record(Changes { passes_forgotten, ..Changes::default() }).await?;
            for kind in &types {
                let listed = self.whole_list(feed, Some(kind), &[], &BTreeMap::new()).await?;
                sought.extend(listed.map(|_| Sought {
                    resource: feed.resource,
                    kind: Some(kind.clone()),
                    pass: pass(kind),
                    since_us: None,
                }));
            }
            self.read(feed.resource);
        }
        Ok(sought)
    }
}

/// The types of custom objects that attributes point at.
fn object_types(definitions: &[u8]) -> Vec<String> {
    let answer: serde_json::Value = serde_json::from_slice(definitions).unwrap_or_default();
    let attributes = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let types = attributes.iter().filter_map(|attribute| attribute["reference"]["object_type_id"].as_str());
    types.map(str::to_owned).collect()
}
