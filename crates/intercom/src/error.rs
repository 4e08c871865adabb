//! What can go wrong between us and the API, one variant per meaning; never with a token or a body in it.

use thiserror::Error;

/// The cause behind a failed request.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A request that did not bring an answer to use.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The client could not be set up: a malformed base URL, version or token.
    #[error("failed to set up the client: {reason}")]
    Setup {
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The token is not accepted (401); the whole run stops.
    #[error("the API does not accept the token ({code}) at {place}")]
    Unauthorized {
        /// Where.
        place: String,
        /// The API's word for it.
        code: String,
    },
    /// The token or plan lacks a permission (402, 403); the resource is skipped and said so.
    #[error("the token may not read {place} ({code})")]
    Forbidden {
        /// Where.
        place: String,
        /// The API's word for it.
        code: String,
    },
    /// There is no such record (any more) (404).
    #[error("{place} does not exist ({code})")]
    NotFound {
        /// Where.
        place: String,
        /// The API's word for it.
        code: String,
    },
    /// The contact was merged into another (410, since version 2.16).
    #[error("{place} was merged into another contact")]
    Merged {
        /// Where.
        place: String,
    },
    /// The API refuses the request as it is (other 4xx).
    #[error("the API refused {place}: status {status}, {code}")]
    Refused {
        /// Where.
        place: String,
        /// The HTTP status.
        status: u16,
        /// The API's word for it.
        code: String,
    },
    /// The server failed each time we asked (5xx, 408).
    #[error("the API failed at {place} {attempts} times in a row, last with status {status}")]
    Server {
        /// Where.
        place: String,
        /// The last HTTP status.
        status: u16,
        /// How often we asked.
        attempts: u32,
    },
    /// The answer was a success without a usable body each time we asked: empty, cut off, or no JSON.
    #[error("the API answered {place} with {what} instead of JSON, {attempts} times in a row")]
    Unusable {
        /// Where.
        place: String,
        /// What came: `an empty body`, `an HTML page` …
        what: &'static str,
        /// How often we asked.
        attempts: u32,
    },
    /// No connection, or it broke, each time we asked.
    #[error("failed to reach {host} for {place} ({attempts} attempts)")]
    Unreachable {
        /// The API's host.
        host: String,
        /// Where.
        place: String,
        /// How often we asked.
        attempts: u32,
        /// What the connection said.
        #[source]
        cause: Cause,
    },
    /// The API kept saying that we ask too much.
    #[error("the API kept refusing {place} for its rate limit, {attempts} times in a row")]
    RateLimited {
        /// Where.
        place: String,
        /// How often we asked.
        attempts: u32,
    },
    /// As many jobs are under way as the API allows at once.
    #[error("{place} starts no further job while others are under way")]
    TooManyJobs {
        /// Where.
        place: String,
    },
    /// The answer is JSON, but not what this endpoint answers.
    #[error("the answer of {place} is not what was expected: {what}")]
    Unexpected {
        /// Where.
        place: String,
        /// What is missing or different.
        what: String,
    },
}

/// What a run does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The run ends; nothing else would fare better.
    StopRun,
    /// The resource is skipped and reported.
    SkipResource,
    /// The record is gone; it is marked and the run goes on.
    RecordGone,
}

impl ClientError {
    /// Whether the API refuses what was asked, and might answer something else: a permission is missing, the request is not
    /// accepted, or there is nothing at that place.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            ClientError::Forbidden { .. } | ClientError::Refused { .. } | ClientError::NotFound { .. }
        )
    }

    /// What to do. Without a catch-all arm: a new kind needs a decision before it compiles.
    pub fn policy(&self) -> Policy {
        match self {
            ClientError::Forbidden { .. } => Policy::SkipResource,
            ClientError::NotFound { .. } | ClientError::Merged { .. } => Policy::RecordGone,
            ClientError::Setup { .. }
            | ClientError::Unauthorized { .. }
            | ClientError::Refused { .. }
            | ClientError::Server { .. }
            | ClientError::Unusable { .. }
            | ClientError::Unreachable { .. }
            | ClientError::RateLimited { .. }
            | ClientError::TooManyJobs { .. }
            | ClientError::Unexpected { .. } => Policy::StopRun,
        }
    }
}
