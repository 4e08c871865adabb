//! From the API into the journal: enumerations, and what each record found needs of its own.
//!
//! Extraction only ever appends to the journal: an answer, where its enumeration goes on, and the work it discovered, in
//! one transaction. A run that is killed continues at the next request.

mod absence;
mod catch_up;
mod complete;
mod counts;
mod course;
mod departures;
mod detail;
mod discover;
mod explain;
mod exports;
mod page;
mod snapshot;
mod stream;
mod windows;

pub(crate) use detail::absent;
pub(crate) use explain::Asking;
pub(crate) use exports::REPORTING_JOBS;

pub(crate) use stream::swept_at_s;

use crate::delivery::{Audience, Signal};
use crate::error::PipelineError;
use crate::event::{Observer, RequestStage, RunEvent};
use crate::report::{Incomplete, Skipped};
use discover::{Found, found};
use relatable_faults::ANSWER_RECEIVED;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Content, Feed, Reading, feeds};
use relatable_intercom::clock::Clock;
use relatable_intercom::error::Policy;
use relatable_intercom::request::Request;
use relatable_intercom::{Client, ClientError};
use relatable_journal::{Changes, Entry, Journal, Ticket};
use relatable_model::protect::Protections;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// A request that waited this long is worth telling of, in seconds.
const WAIT_WORTH_TELLING_S: u64 = 2;
/// It is told at most this often, in seconds.
const WAIT_TOLD_EVERY_S: i64 = 10;

/// How old complete readings may become, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepAges {
    /// Those of the records themselves, which show what is gone.
    pub records_s: i64,
    /// Those that ask for what hangs on each record.
    pub details_s: i64,
}

impl Default for SweepAges {
    fn default() -> SweepAges {
        SweepAges { records_s: 24 * 3600, details_s: 7 * 24 * 3600 }
    }
}

/// Counts of one resource, for progress.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    /// Records shown by everything but sweeps.
    records: u64,
    /// Records shown by sweeps.
    swept: u64,
    total: Option<u64>,
    waiting: u64,
}

impl Tally {
    /// Records read, those that a sweep showed once more counted once.
    fn read(&self) -> u64 {
        self.records.max(self.swept)
    }
}

/// One run's reading.
pub(crate) struct Extraction {
    client: Client,
    journal: Journal,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
    /// Who loads what is read.
    audience: Audience,
    selected: Vec<&'static Feed>,
    resources: HashSet<String>,
    /// Whether complete readings are due whatever their age.
    sweep: bool,
    sweeps: SweepAges,
    /// Per resource, since when its history is read, seconds since the epoch.
    since: BTreeMap<String, i64>,
    /// The workspace's code.
    workspace: String,
    /// Types of custom objects that are known without asking.
    object_types: Vec<String>,
    /// Whether any number of records may be gone.
    accept_deletions: bool,
    /// When this run began, seconds since the epoch by the server's clock.
    began_s: i64,
    /// Requests for single records under way at once.
    hands: usize,
    /// Per feed, where an earlier journal had come to.
    low_water: BTreeMap<String, i64>,
    /// Whether answers of earlier runs are still to be loaded.
    has_unloaded: bool,
    protections: Protections,
    tallies: Mutex<BTreeMap<String, Tally>>,
    skipped: Mutex<Vec<Skipped>>,
    /// Hashes of people who were forgotten, and whom the API still shows.
    forgotten: Mutex<HashSet<String>>,
    /// Readings that did not show everything there is.
    incomplete: Mutex<Vec<Incomplete>>,
    /// Records per page where a feed's own number proved too many.
    page_sizes: Mutex<HashMap<&'static str, u32>>,
    /// Resources that are left out because what their attributes mean may not be read.
    barred: Mutex<HashSet<&'static str>>,
    /// The highest number that an answer was put into the journal under.
    appended: AtomicI64,
    /// Woken when there is new work for details, or no more enumeration to find any.
    work_found: Notify,
    /// Whether every enumeration has ended.
    enumerated: AtomicBool,
    /// When waiting for the rate limit was told last, seconds since the epoch.
    wait_told_s: AtomicI64,
    /// The journal's operations under way; they outlive a reading that was broken off.
    journal_calls: TaskTracker,
}

/// How a run reads.
pub(crate) struct Plan {
    pub(crate) client: Client,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) audience: Audience,
    pub(crate) resources: HashSet<String>,
    /// Resources and feeds that are read although they cost much.
    pub(crate) also: HashSet<String>,
    pub(crate) sweep: bool,
    pub(crate) sweeps: SweepAges,
    pub(crate) since: BTreeMap<String, i64>,
    /// The workspace's code.
    pub(crate) workspace: String,
    pub(crate) object_types: Vec<String>,
    pub(crate) accept_deletions: bool,
    pub(crate) hands: usize,
    pub(crate) low_water: BTreeMap<String, i64>,
    /// Whether the journal has answers of earlier runs that are not loaded.
    pub(crate) has_unloaded: bool,
    /// What must not be stored as it is.
    pub(crate) protections: Protections,
}

impl Extraction {
    /// A reading of the resources planned.
    pub(crate) fn new(plan: Plan) -> Extraction {
        let version = plan.client.version().to_owned();
        let wanted = |feed: &&Feed| {
            let is_parent_of_wanted = feed.parent.is_none()
                && feeds().any(|child| {
                    child.parent == Some(feed.resource) && plan.resources.contains(child.resource)
                });
            let is_needed_to_load = matches!(feed.reading, Reading::Definitions(of)
                if plan.has_unloaded || plan.resources.contains(of));
            let is_selected = plan.resources.contains(feed.resource);
            let is_afforded =
                feed.cost.is_none() || plan.also.contains(feed.resource) || plan.also.contains(feed.name);
            feed.is_in(&version) && is_afforded && (is_selected || is_parent_of_wanted || is_needed_to_load)
        };
        let began_s = plan.client.server_now().as_second();
        Extraction {
            selected: feeds().filter(wanted).collect(),
            resources: plan.resources,
            client: plan.client,
            journal: plan.journal,
            clock: plan.clock,
            observer: plan.observer,
            audience: plan.audience,
            sweep: plan.sweep,
            sweeps: plan.sweeps,
            since: plan.since,
            workspace: plan.workspace,
            object_types: plan.object_types,
            accept_deletions: plan.accept_deletions,
            began_s,
            hands: plan.hands,
            low_water: plan.low_water,
            has_unloaded: plan.has_unloaded,
            protections: plan.protections,
            tallies: Mutex::default(),
            skipped: Mutex::default(),
            forgotten: Mutex::default(),
            incomplete: Mutex::default(),
            page_sizes: Mutex::default(),
            barred: Mutex::default(),
            appended: AtomicI64::new(0),
            work_found: Notify::new(),
            enumerated: AtomicBool::new(false),
            wait_told_s: AtomicI64::new(0),
            journal_calls: TaskTracker::new(),
        }
    }

    /// Whether a feed's records are to be kept, and not only asked for because of others.
    fn is_selected(&self, feed: &Feed) -> bool {
        self.resources.contains(feed.resource)
    }

    /// The selected feeds whose reading is as asked.
    fn with_reading(&self, is: impl Fn(Reading) -> bool + 'static) -> impl Iterator<Item = &'static Feed> {
        self.selected.iter().copied().filter(move |feed| is(feed.reading))
    }

    /// Sends a request; its place in the journal's order is taken when it goes out.
    /// Of a server that fails, `attempts_max` answers are waited for at most.
    async fn ask(
        &self,
        feed: &Feed,
        request: &Request,
        attempts_max: u32,
    ) -> Result<(Answer, Ticket), ClientError> {
        let asked_at = self.clock.now();
        let (answer, ticket) = self
            .client
            .send_within(request, attempts_max, || {
                self.tell_wait(asked_at);
                self.tell(feed, RequestStage::Reading);
                self.journal.reserve()
            })
            .await?;
        self.tell(feed, RequestStage::Journalling);
        Ok((answer, ticket))
    }

    /// Puts an answer into the journal, with what follows from it.
    async fn append(
        &self,
        feed: &Feed,
        ticket: Ticket,
        entry: Entry,
        changes: Changes,
    ) -> Result<(), PipelineError> {
        let is_theirs = |scope: &String| self.protections.forgotten(scope).is_some();
        if entry.scope.as_ref().is_some_and(is_theirs) {
            return self.record(changes).await;
        }
        let entry = Entry { body: self.protected(feed, entry.body), ..entry };
        self.write(ticket, entry, changes).await?;
        self.tell(feed, RequestStage::Journalled);
        Ok(())
    }

    /// Puts an entry into the journal as it is, with what follows from it.
    async fn write(&self, ticket: Ticket, entry: Entry, changes: Changes) -> Result<(), PipelineError> {
        relatable_faults::pass(ANSWER_RECEIVED);
        let bytes = entry.body.len();
        let found_work = !changes.work_added.is_empty();
        let (journal, seq) = (self.journal.clone(), ticket.seq());
        self.blocking(move || journal.append(ticket, entry, changes)).await?;
        self.appended.fetch_max(seq, Ordering::AcqRel);
        self.audience.tell(|| Signal::Appended(bytes));
        if found_work {
            self.work_found.notify_one();
        }
        Ok(())
    }

    /// An answer as it may be stored.
    fn protected(&self, feed: &Feed, answer: Vec<u8>) -> Vec<u8> {
        match feed.content {
            Content::Fragment(path) => self.protections.fragment(feed.resource, path, answer),
            Content::Documents => self.protections.documents(feed.resource, feed.stored_list(), answer),
        }
    }

    /// Puts what changes without an answer into the journal.
    async fn record(&self, changes: Changes) -> Result<(), PipelineError> {
        let found_work = !changes.work_added.is_empty();
        let journal = self.journal.clone();
        self.blocking(move || journal.record(changes)).await?;
        if found_work {
            self.work_found.notify_one();
        }
        Ok(())
    }

    /// Runs a journal operation where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        operation: impl FnOnce() -> Result<T, relatable_journal::JournalError> + Send + 'static,
    ) -> Result<T, PipelineError> {
        match self.journal_calls.spawn_blocking(operation).await {
            Ok(outcome) => outcome.map_err(|cause| PipelineError::Journal { step: "use", cause }),
            Err(_) => Err(PipelineError::Internal { part: "journal" }),
        }
    }

    /// Waits for journal operations still under way, whoever asked for them: then the journal can be closed.
    pub(crate) async fn rest(&self) {
        self.journal_calls.close();
        self.journal_calls.wait().await;
    }

    /// What an error of a feed means for the run: it is left out and said so, once, or the run ends.
    fn skip_or_stop(&self, feed: &Feed, error: ClientError) -> Result<(), PipelineError> {
        let indispensable = match feed.reading {
            Reading::Definitions(of) if !feed.bars => {
                Some(of).filter(|of| self.has_unloaded || self.resources.contains(*of))
            }
            _ => None,
        };
        match indispensable {
            Some(of) if error.policy() == Policy::SkipResource => {
                return Err(PipelineError::Definitions { resource: of, cause: error });
            }
            None if error.is_refusal() => {}
            _ => return Err(PipelineError::Read { what: feed.name.to_owned(), cause: error }),
        }
        self.leave_out(feed.name, feed.resource, &error);
        if let Reading::Definitions(of) = feed.reading
            && feed.bars
        {
            // Without the types of its attributes a resource is not read.
            self.leave_out(of, of, &error);
            lock(&self.barred).insert(of);
        }
        Ok(())
    }

    /// Notes that a feed is left out, and tells it the first time.
    fn leave_out(&self, feed: &str, resource: &str, error: &ClientError) {
        let mut skipped = lock(&self.skipped);
        if skipped.iter().any(|skipped| skipped.feed == feed) {
            return;
        }
        let reason = error.to_string();
        skipped.push(Skipped { feed: feed.to_owned(), reason: reason.clone() });
        drop(skipped);
        let (feed, resource) = (feed.to_owned(), resource.to_owned());
        self.observer.event(&RunEvent::Skipped { feed, resource, reason });
    }

    /// Changes a resource's tally and tells how far it is.
    fn tally(&self, resource: &str, change: impl FnOnce(&mut Tally)) {
        let mut tallies = lock(&self.tallies);
        let tally = tallies.entry(resource.to_owned()).or_default();
        change(tally);
        let (records, Tally { total, waiting, .. }) = (tally.read(), *tally);
        drop(tallies);
        self.observer.event(&RunEvent::Progress { resource: resource.to_owned(), records, total, waiting });
    }

    /// Records read so far, by selected resource.
    pub(crate) fn records(&self) -> BTreeMap<String, u64> {
        let tallies = lock(&self.tallies);
        let selected = tallies.iter().filter(|(resource, _)| self.resources.contains(*resource));
        selected.map(|(resource, tally)| (resource.clone(), tally.read())).collect()
    }

    /// Tells that a resource has been read, if it was to be.
    fn read(&self, resource: &str) {
        if !self.resources.contains(resource) {
            return;
        }
        let records = self.records().get(resource).copied().unwrap_or_default();
        self.observer.event(&RunEvent::ResourceRead { resource: resource.to_owned(), records });
    }

    /// The records of a page, those of people who were forgotten under what is remembered of them.
    fn found<'a>(&self, body: &'a [u8], feed: &Feed) -> Vec<Found<'a>> {
        let mut found = found(body, feed);
        for record in &mut found {
            if let Some(digest) = self.protections.forgotten(&record.id) {
                lock(&self.forgotten).insert(digest.clone());
                record.forget(digest);
            }
        }
        found
    }

    /// How many people were forgotten whom the API still shows.
    pub(crate) fn forgotten(&self) -> u64 {
        lock(&self.forgotten).len() as u64
    }

    /// What was left out.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        lock(&self.skipped).clone()
    }

    /// The readings that did not show everything there is.
    pub(crate) fn incomplete_readings(&self) -> Vec<Incomplete> {
        lock(&self.incomplete).clone()
    }

    /// The client, for its counts.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn tell(&self, feed: &Feed, stage: RequestStage) {
        let event =
            RunEvent::Request { feed: feed.name.to_owned(), resource: feed.resource.to_owned(), stage };
        self.observer.event(&event);
    }

    /// Tells, from time to time, that requests wait for the rate limit.
    fn tell_wait(&self, asked_at: jiff::Timestamp) {
        let now_s = self.clock.now().as_second();
        let seconds = u64::try_from(now_s - asked_at.as_second()).unwrap_or_default();
        let last_s = self.wait_told_s.load(Ordering::Relaxed);
        if seconds >= WAIT_WORTH_TELLING_S && now_s - last_s >= WAIT_TOLD_EVERY_S {
            self.wait_told_s.store(now_s, Ordering::Relaxed);
            let reason = format!(
                "the API's rate limit: {} requests per 10 s are this run's share",
                self.client.budget().allowed_per_window()
            );
            self.observer.event(&RunEvent::Waiting { reason, seconds });
        }
    }

    /// Lets the loaders know that nothing follows.
    pub(crate) fn hang_up(&self) {
        self.audience.hang_up();
    }
}

/// Locks what no panic can have left half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The journal's entry for an answer.
fn entry(feed: &Feed, scope: Option<String>, requested_at: jiff::Timestamp, body: Vec<u8>) -> Entry {
    Entry { answer: feed.name.to_owned(), scope, requested_at_us: requested_at.as_microsecond(), body }
}
