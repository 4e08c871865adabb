//! One job: started as soon as no other is in the way, asked about until it is over, and its file fetched.

use super::super::Extraction;
use super::unpack::is_whole;
use crate::error::PipelineError;
use crate::event::RunEvent;
use relatable_intercom::ClientError;
use relatable_intercom::answer::Answer;
use relatable_intercom::catalogue::{Export, Feed, JobState, JobStatus};
use relatable_intercom::request::Request;
use std::time::Duration;

/// How often a job that fails is started, and a file that comes broken is fetched.
const ATTEMPTS_MAX: u32 = 3;
/// The first wait before a job is asked about again; each further one is twice as long.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// The longest of these waits.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// How long a job may take, in seconds.
const JOB_MAX_S: i64 = 3_600;
/// How long jobs of others are waited for, in seconds.
const TAKEN_MAX_S: i64 = 900;

/// What a job came to.
pub(super) enum Made {
    /// A file.
    File(Answer),
    /// There is nothing in its range.
    Nothing,
    /// The token may not start it.
    LeftOut,
}

/// A wait that becomes longer, up to a bound in all.
struct Patience<'a> {
    extraction: &'a Extraction,
    began_s: i64,
    most_s: i64,
    next: Duration,
}

impl<'a> Patience<'a> {
    fn new(extraction: &'a Extraction, most_s: i64) -> Patience<'a> {
        Patience { extraction, began_s: extraction.clock.now().as_second(), most_s, next: WAIT_FIRST }
    }

    /// Waits; false once it has lasted too long.
    async fn wait(&mut self, reason: Option<String>) -> bool {
        let left_s = self.most_s - (self.extraction.clock.now().as_second() - self.began_s);
        let Ok(left) = u64::try_from(left_s) else { return false };
        if left == 0 {
            return false;
        }
        if let Some(reason) = reason {
            self.extraction.observer.event(&RunEvent::Waiting { reason, seconds: left });
        }
        self.extraction.clock.sleep(self.next.min(Duration::from_secs(left))).await;
        self.next = (self.next * 2).min(WAIT_MAX);
        true
    }
}

impl Extraction {
    /// Has the API make an export. `what` says which, for people.
    pub(super) async fn made(
        &self,
        feed: &'static Feed,
        export: Export,
        start: &Request,
        what: &str,
    ) -> Result<Made, PipelineError> {
        for attempt in 1.. {
            let outcome = match self.job(export, start, what).await? {
                Ok(status) => match status.state {
                    JobState::Complete => self.file(export, &status.id).await,
                    JobState::Empty => return Ok(Made::Nothing),
                    JobState::Failed | JobState::UnderWay if attempt < ATTEMPTS_MAX => continue,
                    JobState::Failed | JobState::UnderWay => {
                        let (what, outcome) = (what.to_owned(), status.word);
                        return Err(PipelineError::JobFailed { what, outcome, attempts: attempt });
                    }
                },
                Err(error) => Err(error),
            };
            match outcome {
                Ok(answer) => return Ok(Made::File(answer)),
                // It is forgotten: made anew it will be there.
                Err(ClientError::NotFound { .. }) if attempt < ATTEMPTS_MAX => {}
                Err(error) => {
                    self.skip_or_stop(feed, error)?;
                    break;
                }
            }
        }
        Ok(Made::LeftOut)
    }

    /// Starts a job and waits until it is over; what was told of it last.
    async fn job(
        &self,
        export: Export,
        start: &Request,
        what: &str,
    ) -> Result<Result<JobStatus, ClientError>, PipelineError> {
        let mut status = match self.started(start, what).await? {
            Ok(status) => status,
            Err(error) => return Ok(Err(error)),
        };
        let mut patience = Patience::new(self, JOB_MAX_S);
        while status.state == JobState::UnderWay {
            if !patience.wait(None).await {
                return Err(PipelineError::JobEndless { what: what.to_owned(), waited_s: JOB_MAX_S });
            }
            let request = export.status(&status.id, &self.workspace);
            let answered = self.client.send(&request, || ()).await;
            match answered.and_then(|(answer, ())| JobStatus::of(&answer, &request)) {
                Ok(told) => status = told,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(status))
    }

    /// Starts a job, as soon as those of others are over.
    async fn started(
        &self,
        start: &Request,
        what: &str,
    ) -> Result<Result<JobStatus, ClientError>, PipelineError> {
        let mut patience = Patience::new(self, TAKEN_MAX_S);
        loop {
            match self.client.send(start, || ()).await {
                Ok((answer, ())) => return Ok(JobStatus::of(&answer, start)),
                Err(ClientError::TooManyJobs { .. }) => {}
                Err(error) => return Ok(Err(error)),
            }
            let reason = format!("{what} waits for exports of others in the workspace");
            if !patience.wait(Some(reason)).await {
                return Err(PipelineError::JobsTaken { what: what.to_owned(), waited_s: TAKEN_MAX_S });
            }
        }
    }

    /// Fetches the file that a job made.
    async fn file(&self, export: Export, job: &str) -> Result<Answer, ClientError> {
        let request = export.file(job, &self.workspace);
        for _ in 0..ATTEMPTS_MAX {
            let (answer, ()) = self.client.send(&request, || ()).await?;
            if is_whole(&answer.body) {
                return Ok(answer);
            }
        }
        let what = format!("its file is cut off or damaged, {ATTEMPTS_MAX} times in a row");
        Err(ClientError::Unexpected { place: request.place().to_owned(), what })
    }
}
