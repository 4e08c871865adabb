//! The client: a request in, a checked answer out, or an error that says what, where and why.

use crate::answer::Answer;
use crate::budget::{Budget, RateHeaders};
use crate::clock::Clock;
use crate::error::{Cause, ClientError};
use crate::request::{Method, Outcome, Request};
use crate::retry;
use crate::server_clock::ServerClock;
use bytes::Bytes;
use jiff::Timestamp;
use relatable_faults::{REQUEST_ANSWERED, REQUEST_SENDING};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::error::Error as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The version asked for where nothing else is said.
pub const VERSION_DEFAULT: &str = "2.16";
/// The versions that can be asked for: the catalogue and the model know what is different in them.
pub const VERSIONS: &[&str] = &["2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "Preview"];
/// Share of the API's rate limit used where nothing else is said, in percent.
pub const SHARE_PERCENT_DEFAULT: u32 = 80;
/// Requests under way at once where nothing else is said.
pub const CONNECTIONS_DEFAULT: usize = 48;
/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest body accepted, in bytes.
const BODY_BYTES_MAX: usize = 512 * 1024 * 1024;

/// How to reach a workspace.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme and host, `https://api.intercom.io` say.
    pub base_url: String,
    /// The access token.
    pub token: SecretString,
    /// The `Intercom-Version` sent with every request.
    pub version: String,
    /// Share of the rate limit used, 1 to 100.
    pub share_percent: u32,
    /// Requests that may start in ten seconds at most, whatever the share; without it, the share alone counts.
    pub requests_max: Option<u32>,
    /// Requests under way at once.
    pub connections: usize,
}

/// The base URL of a region (API notes §1.1).
pub fn region_url(region: &str) -> Option<&'static str> {
    match region {
        "us" => Some("https://api.intercom.io"),
        "eu" => Some("https://api.eu.intercom.io"),
        "au" => Some("https://api.au.intercom.io"),
        _ => None,
    }
}

/// Counts of a client's work so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, attempts counted one by one.
    pub requests: u64,
    /// Bytes of bodies received, decompressed.
    pub received_bytes: u64,
    /// Answers that refused for the rate limit.
    pub refused: u64,
}

/// A connection to one workspace, shared by all readers of a run.
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    version: String,
    budget: Budget,
    clock: Arc<dyn Clock>,
    slots: Semaphore,
    server_clock: ServerClock,
    requests: AtomicU64,
    received_bytes: AtomicU64,
    refused: AtomicU64,
}

/// What one attempt came to.
enum Attempt {
    Done(Answer),
    /// Nothing to use: ask again, unless it was the last attempt allowed.
    Again {
        error: ClientError,
        attempts_max: u32,
        wait: bool,
    },
    Failed(ClientError),
}

impl Client {
    /// A client for the workspace that the token belongs to.
    ///
    /// # Errors
    /// [`ClientError::Setup`] when the base URL, the token or the version cannot be sent.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Client, ClientError> {
        static CRYPTOGRAPHY: Once = Once::new();
        CRYPTOGRAPHY.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let setup = |reason: &str| ClientError::Setup { reason: reason.to_owned() };
        let base_url = settings.base_url.trim_end_matches('/').to_owned();
        if !base_url.starts_with("https://") && !base_url.starts_with("http://") {
            return Err(setup("the base URL must begin with https:// or http://"));
        }
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", settings.token.expose_secret());
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| {
            setup("the token has characters that no token has; was a line break copied with it?")
        })?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let version = HeaderValue::from_str(&settings.version)
            .map_err(|_| setup("the API version must be like 2.16, or Preview"))?;
        headers.insert("Intercom-Version", version);
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("relatable/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| setup(&error.to_string()))?;
        Ok(Client {
            http,
            base_url,
            version: settings.version.clone(),
            budget: Budget::new(clock.clone(), settings.share_percent, settings.requests_max),
            slots: Semaphore::new(settings.connections.max(1)),
            server_clock: ServerClock::new(clock.clone()),
            clock,
            requests: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// The version asked for.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The budget, for progress and reports.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What has been sent and received so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            received_bytes: self.received_bytes.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// The server's clock, as far as its `Date` headers told it.
    pub fn server_now(&self) -> Timestamp {
        self.server_clock.now()
    }

    /// Sends a request until it is answered, within the budget. `sending` is called just before each attempt goes out;
    /// what it returned for the attempt that was answered comes back with the answer.
    ///
    /// # Errors
    /// [`ClientError`], after as many attempts as [`retry`] allows for the failure.
    pub async fn send<T>(
        &self,
        request: &Request,
        sending: impl FnMut() -> T,
    ) -> Result<(Answer, T), ClientError> {
        self.send_within(request, u32::MAX, sending).await
    }

    /// [`send`](Self::send), where a server or connection that fails is asked `server_attempts_max` times at most, if that
    /// is fewer than it would be anyway.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_within<T>(
        &self,
        request: &Request,
        server_attempts_max: u32,
        mut sending: impl FnMut() -> T,
    ) -> Result<(Answer, T), ClientError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let outcome = {
                let _slot = self.slots.acquire().await;
                let _place = self.budget.place().await;
                let token = sending();
                match self.attempt(request, attempts).await {
                    Attempt::Done(answer) => return Ok((answer, token)),
                    other => other,
                }
            };
            match outcome {
                Attempt::Again { error, attempts_max, wait }
                    if attempts >= attempts_max || wait && attempts >= server_attempts_max =>
                {
                    return Err(error);
                }
                Attempt::Again { wait: true, .. } => self.clock.sleep(retry::wait_after(attempts)).await,
                Attempt::Again { .. } | Attempt::Done(_) => {}
                Attempt::Failed(error) => return Err(error),
            }
        }
    }

    /// Sends a request once.
    async fn attempt(&self, request: &Request, attempts: u32) -> Attempt {
        let url = format!("{}{}", self.base_url, request.path);
        let builder = match (request.method, &request.body) {
            (Method::Get, _) => self.http.get(url),
            (Method::Post, body) => {
                let text = body.as_ref().map(ToString::to_string).unwrap_or_default();
                self.http.post(url).header(CONTENT_TYPE, "application/json").body(text)
            }
        };
        let builder = match request.outcome {
            Outcome::File => builder.header(ACCEPT, "application/octet-stream"),
            Outcome::Document | Outcome::Job => builder,
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let requested_at = self.server_now();
        let (status, headers, body) = match receive(builder).await {
            Ok(received) => received,
            Err(error) => return self.broken(request, attempts, error),
        };
        self.received_bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        let server_now = self.learn_time(&headers);
        let rate = rate_headers(&headers);
        if status == StatusCode::TOO_MANY_REQUESTS && request.outcome == Outcome::Job && is_cap(&body, rate) {
            self.budget.learn(rate, server_now);
            return Attempt::Failed(ClientError::TooManyJobs { place: request.place().to_owned() });
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.budget.refused(rate, server_now);
            let error = ClientError::RateLimited { place: request.place().to_owned(), attempts };
            return Attempt::Again { error, attempts_max: retry::RATE_ATTEMPTS_MAX, wait: false };
        }
        self.budget.learn(rate, server_now);
        judge(request, status, &body, attempts).map_or_else(
            |again| again,
            |()| Attempt::Done(Answer { body: body.to_vec(), requested_at, answered_at: server_now }),
        )
    }

    /// What a connection that failed comes to.
    fn broken(&self, request: &Request, attempts: u32, broken: Broken) -> Attempt {
        let host = self.base_url.split("://").nth(1).unwrap_or(&self.base_url).to_owned();
        let (refused, cause): (bool, Cause) = match broken {
            Broken::Connection(error) => {
                let error = error.without_url();
                (error.source().is_some() && error.is_connect(), Box::new(error))
            }
            Broken::Fault(fault) => (false, Box::new(fault)),
        };
        let attempts_max = if refused { retry::CONNECTION_ATTEMPTS_MAX } else { retry::SERVER_ATTEMPTS_MAX };
        let place = request.place().to_owned();
        let error = ClientError::Unreachable { host, place, attempts, cause };
        Attempt::Again { error, attempts_max, wait: true }
    }

    /// Takes the server's clock from an answer's headers.
    fn learn_time(&self, headers: &HeaderMap) -> Timestamp {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let server =
            date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|zoned| zoned.timestamp());
        if let Some(server) = server {
            self.server_clock.learn(server);
        }
        self.server_now()
    }
}

/// Why there is no answer.
enum Broken {
    /// The connection failed.
    Connection(reqwest::Error),
    /// A test let it fail.
    Fault(std::io::Error),
}

/// Sends a request and reads its answer to the end.
async fn receive(builder: reqwest::RequestBuilder) -> Result<(StatusCode, HeaderMap, Bytes), Broken> {
    relatable_faults::reach(REQUEST_SENDING).map_err(Broken::Fault)?;
    let response = builder.send().await.map_err(Broken::Connection)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(Broken::Connection)?;
    relatable_faults::reach(REQUEST_ANSWERED).map_err(Broken::Fault)?;
    Ok((status, headers, body))
}

/// Whether an answer can be used; if not, what to do about it.
fn judge(request: &Request, status: StatusCode, body: &[u8], attempts: u32) -> Result<(), Attempt> {
    let place = request.place().to_owned();
    if status.is_success() {
        return match unusable(body, request.outcome) {
            None => Ok(()),
            Some(what) => {
                let error = ClientError::Unusable { place, what, attempts };
                Err(Attempt::Again { error, attempts_max: retry::SERVER_ATTEMPTS_MAX, wait: true })
            }
        };
    }
    let code = error_code(body);
    Err(match status.as_u16() {
        401 => Attempt::Failed(ClientError::Unauthorized { place, code }),
        402 | 403 => Attempt::Failed(ClientError::Forbidden { place, code }),
        404 => Attempt::Failed(ClientError::NotFound { place, code }),
        410 => Attempt::Failed(ClientError::Merged { place }),
        status @ (408 | 500..=599) => Attempt::Again {
            error: ClientError::Server { place, status, attempts },
            attempts_max: retry::SERVER_ATTEMPTS_MAX,
            wait: true,
        },
        status => Attempt::Failed(ClientError::Refused { place, status, code }),
    })
}

/// What is wrong with the body of a success, if anything is (API notes §3: empty and non-JSON bodies occur).
fn unusable(body: &[u8], outcome: Outcome) -> Option<&'static str> {
    let trimmed = body.trim_ascii();
    if trimmed.is_empty() {
        return Some("an empty body");
    }
    if body.len() > BODY_BYTES_MAX {
        return Some("a body beyond all bounds");
    }
    if trimmed.starts_with(b"<") {
        return Some("an HTML page");
    }
    if outcome == Outcome::File {
        return None;
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(trimmed).is_err().then_some("a cut or malformed body")
}

/// Whether a job is refused for the jobs that are under way, and not for the rate limit: the message speaks of those jobs,
/// or the headers say that the limit is not used up (API notes §2, §14).
fn is_cap(body: &[u8], rate: RateHeaders) -> bool {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = value.pointer("/errors/0/message").and_then(serde_json::Value::as_str).unwrap_or_default();
    message.contains("pending") || rate.remaining.is_some_and(|remaining| remaining > 0)
}

/// The API's word for an error: the first code of its error list.
fn error_code(body: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return "no JSON".to_owned() };
    let code = value.pointer("/errors/0/code").and_then(serde_json::Value::as_str);
    code.unwrap_or("no code").to_owned()
}

/// The rate limit's headers (API notes §2).
fn rate_headers(headers: &HeaderMap) -> RateHeaders {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    RateHeaders {
        limit: number("X-RateLimit-Limit").and_then(|limit| u32::try_from(limit).ok()),
        remaining: number("X-RateLimit-Remaining").map(|rest| u32::try_from(rest.max(0)).unwrap_or(u32::MAX)),
        reset_s: number("X-RateLimit-Reset"),
    }
}
