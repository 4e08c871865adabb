//! `check`: whether a sync would work, one line for each thing it needs.

use crate::arguments::CheckArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, failure_line, grouped};
use crate::rules::{self, AskedRules};
use crate::target::Target;
use relatable_destinations::References;
use relatable_intercom::catalogue::{Feed, Paging, Position, Question, Reading, count_questions, feeds};
use relatable_intercom::clock::Clock;
use relatable_intercom::request::Request;
use relatable_intercom::workspace::Workspace;
use relatable_intercom::{Client, ClientError};
use relatable_pipeline::{check_destination, check_workspace, remembered_rules};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a lock on the destination is waited for: somebody is waiting for the check.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// A clock that is wrong by more may make trouble, in seconds.
const CLOCK_DIFFERENCE_MAX_S: i64 = 60;
/// Room for the name of what is checked.
const SUBJECT_WIDTH: usize = 28;

/// Checks everything and tells of each finding at once.
pub(super) async fn run(arguments: &CheckArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let mut findings = Findings { worst: ExitCode::Success };
    let asked = arguments.naming.asked(arguments.model.as_deref());
    if let Some(file) = &arguments.model {
        about_rules(&mut findings, file, asked)?;
    }
    let workspace = match connect(arguments, clock.clone()).await {
        Ok((client, workspace)) => {
            about_workspace(&mut findings, arguments, &client, &workspace, clock.as_ref())?;
            about_feeds(&mut findings, &client).await?;
            Some(workspace)
        }
        Err(failure) => {
            findings.problem("token", &failure)?;
            None
        }
    };
    if let Some(uri) = &arguments.to {
        match about_destination(uri, asked, arguments.references.references, workspace.as_ref()) {
            Ok(found) => findings.fine("destination", &found)?,
            Err(failure) => findings.problem("destination", &failure)?,
        }
    }
    Ok(findings.worst)
}

/// The findings so far, which are printed as they come.
struct Findings {
    worst: ExitCode,
}

impl Findings {
    /// Something is as it should be.
    fn fine(&mut self, subject: &str, found: &str) -> Result<(), Failure> {
        render::data(&format!("ok       {subject:<SUBJECT_WIDTH$} {found}"))
    }

    /// Something may not be as meant.
    fn doubtful(&mut self, subject: &str, found: &impl Display) -> Result<(), Failure> {
        render::data(&format!("warning  {subject:<SUBJECT_WIDTH$} {found}"))
    }

    /// Something is not.
    fn problem(&mut self, subject: &str, failure: &Failure) -> Result<(), Failure> {
        self.worst = self.worst.worse(failure.exit_code());
        render::data(&format!("problem  {subject:<SUBJECT_WIDTH$} {}", failure_line(failure)))?;
        match failure.hint() {
            Some(hint) => render::data(&format!("         {:<SUBJECT_WIDTH$} hint: {hint}", "")),
            None => Ok(()),
        }
    }
}

/// Tells whether the user's rules can be followed, and what in them the model does not know.
fn about_rules(findings: &mut Findings, file: &Path, asked: AskedRules<'_>) -> Result<(), Failure> {
    match rules::merged(asked) {
        Ok(merged) => {
            findings.fine("model", &format!("the rules in {} can be followed", file.display()))?;
            merged.unfamiliar.iter().try_for_each(|path| findings.doubtful("model", path))?;
            merged.doubtful_references.iter().try_for_each(|doubt| findings.doubtful("model", doubt))
        }
        Err(failure) => findings.problem("model", &failure),
    }
}

/// A client that the API accepts, and the workspace behind it.
async fn connect(arguments: &CheckArguments, clock: Arc<dyn Clock>) -> Result<(Client, Workspace), Failure> {
    let client = Client::new(&arguments.connection.settings()?, clock)?;
    let workspace = client.workspace().await?;
    Ok((client, workspace))
}

/// Tells whose token it is, and what the answer's headers say.
fn about_workspace(
    findings: &mut Findings,
    arguments: &CheckArguments,
    client: &Client,
    workspace: &Workspace,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let untold = || "not told".to_owned();
    findings.fine("token", &format!("accepted, API version {}", client.version()))?;
    findings.fine("workspace", &format!("{} ({})", workspace.name, workspace.id))?;
    findings.fine("region", &workspace.region.clone().unwrap_or_else(untold))?;
    findings.fine("time zone", &workspace.timezone.clone().unwrap_or_else(untold))?;
    let difference_s = client.server_now().as_second() - clock.now().as_second();
    let remark = if difference_s.abs() > CLOCK_DIFFERENCE_MAX_S {
        "; a sync goes by the server's clock, yet look at this machine's"
    } else {
        ""
    };
    findings.fine("clock", &format!("the server's differs by {difference_s} s{remark}"))?;
    let allowed = grouped(client.budget().allowed_per_window().into());
    let share = arguments.connection.budget_share();
    findings
        .fine("rate limit", &format!("a sync may send {allowed} requests per 10 s, {share} % of the limit"))
}

/// Asks every feed of the catalogue once, for as little as possible.
async fn about_feeds(findings: &mut Findings, client: &Client) -> Result<(), Failure> {
    let mut records: HashMap<&str, Value> = HashMap::new();
    for feed in feeds().filter(|feed| feed.is_in(client.version())) {
        // What changed, a sweep, and a record in doubt are asked where the list is.
        if matches!(feed.reading, Reading::Updates(_) | Reading::Sweep | Reading::OnDoubt) {
            continue;
        }
        let remark = feed.cost.map(|cost| format!("; read with --also {} only: {cost}", feed.name));
        let remark = remark.unwrap_or_default();
        let record = feed.parent.and_then(|parent| identity(records.get(parent)?, feed.asked_by));
        if feed.reading == Reading::PerType {
            findings.fine(feed.name, "not asked: it is read for each type of custom objects")?;
            continue;
        }
        if matches!(feed.reading, Reading::Export(_)) {
            let made = format!("not asked: it is made by jobs, and a check starts none{remark}");
            findings.fine(feed.name, &made)?;
            continue;
        }
        if feed.parent.is_some() && record.is_none() {
            findings.fine(feed.name, &format!("not asked: there is no record to ask it for{remark}"))?;
            continue;
        }
        match ask(client, feed, record.as_deref()).await {
            Ok(asked) => {
                findings.fine(feed.name, &format!("{}{remark}", asked.found))?;
                if let Some(first) = asked.first {
                    records.entry(feed.resource).or_insert(first);
                }
            }
            Err(error) => findings.problem(feed.name, &Failure::Client(error))?,
        }
    }
    Ok(())
}

/// What a record has in a member that others are asked by.
fn identity(record: &Value, member: &str) -> Option<String> {
    match record.get(member)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What one request for a feed came to.
struct Asked {
    found: String,
    /// The first record, to ask for what hangs on it.
    first: Option<Value>,
}

/// Asks for one page of one record where that can be said.
async fn ask(client: &Client, feed: &Feed, id: Option<&str>) -> Result<Asked, ClientError> {
    let (request, paging) = cheapest(feed, id);
    let (answer, ()) = client.send(&request, || ()).await?;
    let Some(list) = feed.list else { return Ok(Asked { found: "can be read".to_owned(), first: None }) };
    let page = answer.page(&request, list, paging, &Position::First)?;
    let total = page.total_count.map(|total| format!(", {} in all", grouped(total)));
    let first = match feed.reading {
        Reading::Backfill(_) | Reading::Snapshot => serde_json::from_slice::<Value>(&answer.body)
            .ok()
            .and_then(|body| body.get(list)?.get(0).cloned()),
        Reading::Definitions(_)
        | Reading::Updates(_)
        | Reading::Sweep
        | Reading::Deletions
        | Reading::PerType
        | Reading::PerRecord(_)
        | Reading::OnDoubt
        | Reading::Export(_) => None,
    };
    Ok(Asked { found: format!("can be read{}", total.unwrap_or_default()), first })
}

/// The cheapest request that shows whether a feed can be read, and how its answer is paged.
fn cheapest(feed: &Feed, id: Option<&str>) -> (Request, Paging) {
    // There is one scroll at a time, and it lives for a minute: a check must not be in the way of a sync.
    if feed.paging == Paging::Scroll {
        let counting =
            count_questions(&[], &[]).into_iter().find(|question| question.subject == feed.resource);
        if let Some(question) = counting {
            return (question.request, Paging::Pages);
        }
    }
    let page_size = feed.page_size.min(1);
    let smallest = Feed { page_size, ..*feed };
    (smallest.request(&Question { id, ..Question::default() }, &Position::First), feed.paging)
}

/// Looks at the destination without changing it.
fn about_destination(
    uri: &str,
    asked: AskedRules<'_>,
    references: Option<References>,
    workspace: Option<&Workspace>,
) -> Result<String, Failure> {
    let mut destination = Target::new(uri)?.open_waiting(LOCK_WAIT)?;
    if let Some(references) = references {
        destination.ask_references(references);
    }
    let rules = rules::merged_for(&remembered_rules(destination.as_mut())?, asked)?.rules;
    let stored = check_destination(destination.as_mut(), &rules)?;
    let described = destination.describe();
    if let Some(workspace) = workspace {
        check_workspace(destination.as_ref(), stored.as_ref(), &workspace.id)?;
    }
    Ok(match stored {
        None => format!("{described}, nothing loaded yet"),
        Some(checkpoint) => format!(
            "{described}, workspace {}, loaded up to entry {} of journal {}",
            checkpoint.workspace, checkpoint.seq, checkpoint.journal
        ),
    })
}
