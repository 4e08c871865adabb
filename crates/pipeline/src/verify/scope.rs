//! What there is to verify: the resources, why some cannot be judged, and the types that custom objects are listed by.

use super::ask::Told;
use super::draw::each_key;
use super::listing::Stop;
use super::report::ResourceProof;
use super::subject::Subject;
use super::{Verification, read_failed};
use crate::error::PipelineError;
use crate::sync::ReadingSettings;
use relatable_destinations::{Destination, DestinationError, Rows};
use relatable_intercom::ClientError;
use relatable_intercom::catalogue::{Content, Feed, Reading, feeds};
use relatable_model::json::Json;
use relatable_model::rules::Rules;
use relatable_model::rules::path::element_of;
use relatable_model::schema::Table;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Whether a feed is to be asked: it costs little, or it was asked for by its name.
pub(super) fn is_asked(reading: &ReadingSettings, feed: &Feed) -> bool {
    feed.cost.is_none() || reading.also.iter().any(|also| also == feed.resource || also == feed.name)
}

/// What there is to verify, and what cannot be judged.
pub(super) type Scope = (BTreeMap<String, Subject>, BTreeMap<String, ResourceProof>);

/// What to verify of the resources that have tables or were named, and those that cannot be judged with the reason: those
/// that were named or have rows.
pub(super) fn subjects(
    selected: &HashSet<String>,
    reading: &ReadingSettings,
    destination: &mut dyn Destination,
    (tables, rules): (&[Table], &Rules),
    version: &str,
) -> Result<Scope, DestinationError> {
    let (mut subjects, mut unjudged) = (BTreeMap::new(), BTreeMap::new());
    let asked = |feed: &Feed| is_asked(reading, feed);
    for resource in rules.resources.keys() {
        let is_named = reading.select.is_some() || reading.also.contains(resource);
        let subject = Subject::new(resource, tables, rules, version, &asked);
        let reason = match subject {
            _ if reading.select.is_some() && !selected.contains(resource) => continue,
            None if is_named => "nothing of it was ever read".to_owned(),
            None => continue,
            Some(subject) => match reason_against(resource, version, &asked) {
                Some(reason) => {
                    let rows = Rows { table: &subject.root().name, within: None };
                    if !is_named && destination.count(&rows)? == 0 {
                        continue;
                    }
                    reason
                }
                None => {
                    subjects.insert(resource.clone(), subject);
                    continue;
                }
            },
        };
        unjudged
            .insert(resource.clone(), ResourceProof { unjudged: Some(reason), ..ResourceProof::default() });
    }
    Ok((subjects, unjudged))
}

/// Why a resource that has tables cannot be judged; `None` where it can.
fn reason_against(resource: &str, version: &str, asked: &dyn Fn(&Feed) -> bool) -> Option<String> {
    let all: Vec<&Feed> = feeds().filter(|feed| feed.resource == resource).collect();
    if all.is_empty() {
        return Some("made by this program; the API has nothing to hold it against".to_owned());
    }
    if all.iter().all(|feed| matches!(feed.reading, Reading::Export(_))) {
        return Some("made by export jobs of the API, which nothing shows a second time".to_owned());
    }
    let known: Vec<&Feed> = all.into_iter().filter(|feed| feed.is_in(version)).collect();
    if known.is_empty() {
        return Some(format!("version {version} of the API does not have it"));
    }
    if !known.iter().any(|feed| asked(feed)) {
        return Some(format!("read only where it is asked for, and so verified: `--also {resource}`"));
    }
    None
}

/// The lists that show all records of a resource: one for each feed, or for each type.
pub(super) fn listings<'t>(subject: &Subject, types: &'t [String]) -> Vec<(&'static Feed, Option<&'t str>)> {
    let of = |feed: &'static Feed| -> Vec<(&'static Feed, Option<&'t str>)> {
        match feed.reading {
            Reading::PerType => types.iter().map(|kind| (feed, Some(kind.as_str()))).collect(),
            _ => vec![(feed, None)],
        }
    };
    subject.complete.iter().copied().flat_map(of).collect()
}

impl Verification<'_> {
    /// Says which lists of records are in the tables and are not compared, since they are read only where they are asked
    /// for.
    pub(super) fn note_unasked(&mut self) -> Result<(), PipelineError> {
        let reading = &self.settings.sync.reading;
        let unasked = feeds().filter(|feed| !is_asked(reading, feed));
        let fragments = unasked.filter_map(|feed| match feed.content {
            Content::Fragment(path) => Some((feed, path)),
            Content::Documents => None,
        });
        for (feed, path) in fragments {
            let Some(subject) = self.subjects.get(feed.resource) else { continue };
            let is_list = |table: &&Table| table.path == element_of(path);
            let Some(table) = subject.tables.iter().find(is_list) else { continue };
            let rows = Rows { table: &table.name, within: None };
            if self.destination.count(&rows).map_err(read_failed)? > 0 {
                let note = format!("{} not compared without `--also {}`", table.name, feed.name);
                self.proofs.entry(feed.resource.to_owned()).or_default().notes.push(note);
            }
        }
        Ok(())
    }

    /// Finds the types of custom objects: those given, those that attributes point at, and those that the tables have.
    pub(super) async fn find_types(&mut self) -> Result<(), PipelineError> {
        let per_type =
            |subject: &&Subject| subject.complete.iter().any(|feed| feed.reading == Reading::PerType);
        let tables: Vec<String> =
            self.subjects.values().filter(per_type).map(|subject| subject.root().name.clone()).collect();
        if tables.is_empty() {
            return Ok(());
        }
        let mut types: BTreeSet<String> = self.settings.sync.reading.object_types.iter().cloned().collect();
        for table in tables {
            let rows = Rows { table: &table, within: None };
            each_key(self.destination, &rows, &mut |key| types.extend(key.into_iter().next()))
                .map_err(read_failed)?;
        }
        let version = self.asker.client.version().to_owned();
        let definitions =
            feeds().filter(|feed| matches!(feed.reading, Reading::Definitions(_)) && feed.is_in(&version));
        for feed in definitions {
            let mut take = |told: Told| {
                if let Told::Page(records) = told {
                    types.extend(records.iter().filter_map(type_referred_to));
                }
                Ok::<(), Stop>(())
            };
            match self.asker().list(feed, None, &mut take).await {
                // What may not be read points at nothing that was read.
                Ok(()) | Err(Stop::Client(ClientError::Forbidden { .. })) => {}
                Err(Stop::Client(cause)) => {
                    return Err(PipelineError::Read { what: feed.name.to_owned(), cause });
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        self.types = types.into_iter().collect();
        Ok(())
    }

    /// Says of the resources of which nothing was compared that they are not proven.
    pub(super) fn admit_nothing(&mut self) {
        for resource in self.subjects.keys() {
            let proof = self.proofs.entry(resource.clone()).or_default();
            let has_compared =
                proof.api.is_some() || proof.compared + proof.sampled + proof.lists + proof.findings > 0;
            if proof.unjudged.is_none() && !has_compared {
                let reason = match self.settings.sample {
                    0 => "nothing of it was compared: it is compared for a sample, and none was asked for",
                    _ => "nothing of it was compared",
                };
                proof.unjudged = Some(reason.to_owned());
            }
        }
    }
}

/// The type of custom objects that an attribute points at.
fn type_referred_to(attribute: &Json) -> Option<String> {
    let Json::Object(members) = attribute else { return None };
    super::subject::scalar(members.get("reference")?, "object_type_id")
}
