//! Whether the tables hold what the API has: per resource which records are on one side only, whose lists have another
//! length than stated, which references lead to nothing, and a sample of documents compared member by member.
//!
//! Everything that lists, totals and counts bring up is a suspicion. Each suspect is then asked for by itself ([`look`]),
//! and what is still different is held against what the journal shows was received ([`received`], [`judge`]): what came about
//! since is no loss. Resources, tables, references and feeds are all taken from the model and the catalogue; none is named
//! here.

mod ask;
mod compare;
mod draw;
mod enumerate;
mod judge;
mod kin;
mod lengths;
mod listing;
mod look;
mod parents;
mod received;
mod references;
mod repair;
mod report;
mod scope;
mod subject;

pub use repair::{Open, repair};
pub use report::{Finding, FindingKind, ResourceProof, VerifyReport};

use crate::error::PipelineError;
use crate::event::{Observer, RunEvent, STREAM_VERSION};
use crate::extract::swept_at_s;
use crate::forget::forgotten;
use crate::history::loaded_bounds;
use crate::readiness::check_workspace;
use crate::remembrance::remembered_rules;
use crate::report::Skipped;
use crate::shred::{ModelState, Remembered};
use crate::sync::{SyncSettings, selected};
use ask::Asker;
use jiff::tz::TimeZone;
use judge::{Candidate, Times, Verdict};
use listing::Met;
use received::{Evidence, Wanted};
use references::Reference;
use relatable_destinations::package::Checkpoint;
use relatable_destinations::{Destination, DestinationError, Rows};
use relatable_intercom::catalogue::{Feed, feeds};
use relatable_intercom::error::Policy;
use relatable_intercom::{Client, ClientError};
use relatable_journal::Journal;
use relatable_model::protect::Protections;
use relatable_model::rules::Rules;
use relatable_model::schema::Table;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use subject::{Key, Subject};

/// Records of a resource up to which every id is listed, unless something else is said.
pub const LISTED_MAX_DEFAULT: u64 = 10_000;

/// What to verify, and how.
#[derive(Clone)]
pub struct VerifySettings {
    /// How the workspace was read.
    pub sync: SyncSettings,
    /// How many records of each resource are fetched anew and compared with all that hangs on them.
    pub sample: u64,
    /// What chooses them.
    pub seed: u64,
    /// A resource of at most so many records is listed id by id. A larger one is cut into windows of time of creation of
    /// about so many records, and those whose totals differ are listed.
    pub listed_max: u64,
}

/// One verification under way.
struct Verification<'a> {
    settings: &'a VerifySettings,
    /// Per resource, the moment (microseconds since the epoch) from which history was read (`--since`): records created
    /// before it are not judged.
    since_us: BTreeMap<String, i64>,
    asker: Asker,
    destination: &'a mut dyn Destination,
    observer: Arc<dyn Observer>,
    subjects: BTreeMap<String, Subject>,
    /// All tables there are, and the rules they were made by.
    tables: Vec<Table>,
    rules: Rules,
    /// The types of custom objects.
    types: Vec<String>,
    checkpoint: Checkpoint,
    zone: TimeZone,
    proofs: BTreeMap<String, ResourceProof>,
    /// Records to look at by themselves.
    suspects: BTreeMap<String, BTreeSet<Key>>,
    /// Records that are fetched anew whether anything speaks against them or not.
    samples: BTreeMap<String, Vec<Key>>,
    /// Per resource of which every id was listed, those that the API has.
    listed: HashMap<String, Met>,
    /// Records found to have changed since, each counted once.
    since: HashSet<(String, Key)>,
    candidates: Vec<Candidate>,
    references: Vec<Reference>,
    skipped: Vec<Skipped>,
}

/// Compares what the API has with what the tables hold. Writes nothing: neither to the destination nor to the journal.
///
/// # Errors
/// [`PipelineError`]: a destination into which nothing was read, a workspace that is not its own, an API that fails. What
/// the token may not read is no error but reported.
pub async fn verify(
    settings: &VerifySettings,
    destination: &mut dyn Destination,
    observer: Arc<dyn Observer>,
) -> Result<VerifyReport, PipelineError> {
    let began = settings.sync.clock.now();
    let mut verification = Verification::begin(settings, destination, observer.clone()).await?;
    verification.find_types().await?;
    verification.note_unasked()?;
    for resource in catalogue_order(&verification.subjects) {
        verification.enumerate(&resource).await?;
        verification.check_lengths(&resource)?;
    }
    verification.find_dangling()?;
    verification.draw_samples()?;
    for resource in catalogue_order(&verification.subjects) {
        verification.look(&resource).await?;
        verification.look_at_children(&resource).await?;
    }
    verification.destination.rest();
    let findings = verification.verdicts()?;
    verification.destination.rest();
    let report = VerifyReport {
        seed: settings.seed,
        sample: settings.sample,
        requests: verification.asker.client.traffic().requests,
        seconds: settings.sync.clock.now().duration_since(began).as_secs_f64(),
        resources: verification.proofs,
        skipped: verification.skipped,
        findings,
    };
    observer.event(&RunEvent::VerifyFinished { report: report.clone() });
    Ok(report)
}

/// The resources in the order of the catalogue.
fn catalogue_order(subjects: &BTreeMap<String, Subject>) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    let named = feeds().map(|feed| feed.resource).chain(subjects.keys().map(String::as_str));
    for resource in named.filter(|name| subjects.contains_key(*name)) {
        if !order.iter().any(|known| known == resource) {
            order.push(resource.to_owned());
        }
    }
    order
}

impl<'a> Verification<'a> {
    /// Finds out what there is to verify.
    async fn begin(
        settings: &'a VerifySettings,
        destination: &'a mut dyn Destination,
        observer: Arc<dyn Observer>,
    ) -> Result<Verification<'a>, PipelineError> {
        let sync = &settings.sync;
        let resources = selected(&sync.rules, &sync.reading)?;
        let protections = Protections::new(&sync.rules, sync.salt.as_ref())?;
        destination.keep_open();
        let Some(checkpoint) = destination.checkpoint().map_err(read_failed)? else {
            return Err(PipelineError::NothingRead { destination: destination.describe() });
        };
        let people =
            destination.forgotten().map_err(|cause| PipelineError::Destination { step: "inspect", cause })?;
        let protections = protections.forgetting(forgotten(people)?);
        let tables = destination.tables().map_err(read_failed)?;
        let rules = rules_in_force(destination, &sync.rules)?;
        let client = Client::new(&sync.client, sync.clock.clone()).map_err(asking_failed)?;
        destination.rest();
        let workspace = client.workspace().await.map_err(asking_failed)?;
        check_workspace(destination, Some(&checkpoint), &workspace.id)?;
        observer.event(&RunEvent::VerifyStarted {
            stream_version: STREAM_VERSION,
            workspace: workspace.id.clone(),
            workspace_name: workspace.name.clone(),
            destination: destination.describe(),
            seed: settings.seed,
            sample: settings.sample,
        });
        let version = client.version().to_owned();
        let (subjects, proofs) =
            scope::subjects(&resources, &sync.reading, destination, (&tables, &rules), &version)
                .map_err(read_failed)?;
        let since = loaded_bounds(&checkpoint.low_water);
        let since_us = since.into_iter().map(|(name, at_s)| (name, at_s.saturating_mul(1_000_000))).collect();
        let zone = workspace.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
        Ok(Verification {
            settings,
            since_us,
            subjects,
            tables,
            rules,
            types: Vec::new(),
            asker: Asker { client, protections, clock: sync.clock.clone(), observer: observer.clone() },
            destination,
            observer,
            checkpoint,
            zone: zone.unwrap_or(TimeZone::UTC),
            proofs,
            suspects: BTreeMap::new(),
            samples: BTreeMap::new(),
            listed: HashMap::new(),
            since: HashSet::new(),
            candidates: Vec::new(),
            references: Vec::new(),
            skipped: Vec::new(),
        })
    }

    /// Who asks the API. Meanwhile others may get at the destination.
    fn asker(&mut self) -> &Asker {
        self.destination.rest();
        &self.asker
    }

    /// What came of a resource so far.
    fn proof(&mut self, resource: &str) -> &mut ResourceProof {
        self.proofs.entry(resource.to_owned()).or_default()
    }

    /// Chooses the records to fetch anew.
    fn draw_samples(&mut self) -> Result<(), PipelineError> {
        for (resource, subject) in &self.subjects {
            if subject.own.is_some() && self.proofs.get(resource).is_none_or(|proof| proof.unjudged.is_none())
            {
                let (count, seed) = (self.settings.sample, self.settings.seed);
                let drawn = draw::sample(self.destination, subject, count, seed).map_err(read_failed)?;
                self.samples.insert(resource.clone(), drawn);
            }
        }
        Ok(())
    }

    /// Judges every candidate and counts what came of each resource.
    fn verdicts(&mut self) -> Result<Vec<Finding>, PipelineError> {
        let candidates = std::mem::take(&mut self.candidates);
        let times = self.times(&candidates)?;
        let mut findings = BTreeSet::new();
        let mut wrong: HashSet<(String, Key)> = HashSet::new();
        for candidate in &candidates {
            let Some(subject) = self.subjects.get(&candidate.resource) else { continue };
            let record = (candidate.resource.clone(), candidate.key.clone());
            match times.judge(subject, candidate) {
                Verdict::Since => {
                    self.since.insert(record);
                }
                Verdict::Outside => {}
                Verdict::Wrong(found) => {
                    if found.iter().any(|finding| finding.kind == FindingKind::MissingRecord) {
                        wrong.insert(record);
                    }
                    findings.extend(found);
                }
            }
        }
        findings.extend(self.references.iter().filter_map(|reference| reference.finding(&wrong)));
        for (resource, _) in &self.since {
            self.proofs.entry(resource.clone()).or_default().changed_since += 1;
        }
        for finding in &findings {
            self.proofs.entry(finding.resource.clone()).or_default().findings += 1;
            self.observer.event(&RunEvent::Finding { finding: finding.clone() });
        }
        self.admit_nothing();
        for (resource, proof) in &self.proofs {
            let (resource, proof) = (resource.clone(), proof.clone());
            self.observer.event(&RunEvent::ResourceVerified { resource, proof });
        }
        Ok(findings.into_iter().collect())
    }

    /// Up to when the tables were read, with what the journal shows of the candidates.
    fn times(&self, candidates: &[Candidate]) -> Result<Times, PipelineError> {
        let mut wanted = Wanted::default();
        for candidate in candidates {
            wanted.lists.extend(candidate.asked_for.clone());
            let keys = wanted.records.entry(candidate.resource.clone()).or_default();
            keys.insert(candidate.key.clone());
        }
        let (mut evidence, mut swept) = (None, BTreeMap::new());
        let sync = &self.settings.sync;
        if sync.journal.exists() && !wanted.is_empty() {
            let failed = |step| move |cause| PipelineError::Journal { step, cause };
            let now_us = sync.clock.now().as_microsecond();
            let journal =
                Journal::open(&sync.journal, &self.checkpoint.workspace, now_us).map_err(failed("open"))?;
            if self.checkpoint.journal.split(' ').next() == Some(journal.id()) {
                let model = ModelState::new(sync.rules.clone(), Remembered::default())?;
                swept = swept_at_s(&journal).map_err(failed("read"))?;
                evidence = Some(Evidence::gather(&journal, self.checkpoint.seq, &model, &wanted)?);
            }
        }
        let (low_water, since_us) = (self.checkpoint.low_water.clone(), self.since_us.clone());
        Ok(Times { low_water, swept, evidence, since_us })
    }

    /// Notes that a feed may not be read, or passes the error on.
    fn leave_out(&mut self, feed: &Feed, error: ClientError) -> Result<(), PipelineError> {
        if error.policy() != Policy::SkipResource {
            return Err(PipelineError::Read { what: feed.name.to_owned(), cause: error });
        }
        if self.skipped.iter().any(|skipped| skipped.feed == feed.name) {
            return Ok(());
        }
        let reason = error.to_string();
        self.skipped.push(Skipped { feed: feed.name.to_owned(), reason: reason.clone() });
        let (feed, resource) = (feed.name.to_owned(), feed.resource.to_owned());
        self.observer.event(&RunEvent::Skipped { feed, resource, reason });
        Ok(())
    }

    /// How many live records a resource's table has.
    fn count(&mut self, resource: &str) -> Result<u64, PipelineError> {
        let Some(subject) = self.subjects.get(resource) else { return Ok(0) };
        let rows = Rows { table: &subject.root().name, within: None };
        self.destination.count(&rows).map_err(read_failed)
    }
}

/// The rules that the tables were made by, and those asked for where none are remembered.
fn rules_in_force(destination: &mut dyn Destination, asked: &Rules) -> Result<Rules, PipelineError> {
    let mut rules = asked.clone();
    for (resource, known) in remembered_rules(destination)? {
        if let (Some(in_force), true) = (known.in_force, rules.resources.contains_key(&resource)) {
            rules.resources.insert(resource, in_force);
        }
    }
    Ok(rules)
}

/// An error of reading the destination.
fn read_failed(cause: DestinationError) -> PipelineError {
    PipelineError::Destination { step: "read", cause }
}

/// An error of asking for the workspace.
fn asking_failed(cause: ClientError) -> PipelineError {
    PipelineError::Read { what: "the workspace".to_owned(), cause }
}
