//! What every request of the API goes through: tally, budget, faults, latency, version, token.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::call::Call;
use super::heading::{Delivery, Heading, Rate};
use super::limiter::WINDOW_S;
use super::problem::Problem;
use super::routes::{OCTETS, Served};
use super::version::Version;
use super::{Peer, Shared, routes};
use crate::document::Node;
use crate::fault::FaultKind;

/// No request of the API is longer than this.
const BODY_BYTES_MAX: usize = 1 << 20;

/// The header that names the version.
pub(super) const INTERCOM_VERSION: &str = "intercom-version";

/// An answer before the headers common to all.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// A `Link` header that goes with it.
    pub(super) link: Option<String>,
}

/// Answers any request of the API.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    let now_s = shared.clock.now_s();
    let pattern =
        routes::find(request.method().as_str(), &path).map_or("(unknown)", |route| route.endpoint.pattern);
    let _under_way =
        shared.tally.begin(format!("{} {pattern}", request.method()), now_s - now_s.rem_euclid(WINDOW_S));
    let verdict = shared.limiter.judge(now_s);
    let request_id = shared.request_id();
    let mut heading = Heading {
        version: request.headers().get(INTERCOM_VERSION).cloned(),
        ahead_s: shared.host_skew(),
        rate: Rate::from(verdict),
    };
    let mut delivery = Delivery::Whole;

    let answer = if verdict.admitted {
        let fault = shared.faults.strike(&path);
        interfere(&shared, fault.as_ref()).await;
        tokio::time::sleep(shared.latency()).await;
        match &fault {
            Some(FaultKind::Reset) => peer.reset(),
            Some(FaultKind::CutOff) => delivery = Delivery::CutOff,
            Some(FaultKind::Drip { pieces, pause_ms }) => {
                delivery = Delivery::Drip { pieces: *pieces, pause: Duration::from_millis(*pause_ms) };
            }
            Some(FaultKind::ClockAhead { seconds }) => heading.ahead_s = *seconds,
            Some(FaultKind::RateLimited { limit, remaining, reset }) => {
                heading.rate =
                    Rate { limit: limit.clone(), remaining: remaining.clone(), reset: reset.clone() };
            }
            _ => {}
        }
        let from_start = fault == Some(FaultKind::SamePage);
        spoil(served(&shared, request, from_start, &request_id).await, fault, &request_id)
    } else {
        shared.tally.reject();
        over_limit(&request_id)
    };
    heading.respond(answer, delivery, &shared, &request_id)
}

/// What a fault does before the request is answered.
async fn interfere(shared: &Shared, fault: Option<&FaultKind>) {
    match fault {
        Some(FaultKind::Delay { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        // A mutation may have become impossible by others; then nothing changes.
        Some(FaultKind::Mutate { mutation }) => drop(shared.mutate(mutation.clone())),
        Some(FaultKind::JobFails) => shared.jobs.fail_next(),
        Some(FaultKind::JobTaken { seconds }) => {
            shared.jobs.take(shared.clock.now_ms() + i64::from(*seconds) * 1000);
        }
        Some(FaultKind::ScrollExpired) => shared.scroll.expire(),
        Some(FaultKind::ScrollTaken { seconds }) => {
            shared.scroll.take(shared.clock.now_ms() + i64::from(*seconds) * 1000);
        }
        _ => {}
    }
}

/// The right answer; that of the first page if `from_start`.
async fn served(shared: &Shared, request: Request, from_start: bool, request_id: &str) -> Answer {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    match handle(shared, &parts.method, &parts.uri, &parts.headers, &body, from_start) {
        Ok(served) => {
            let (content_type, body) = match served {
                Served::File(bytes) => (OCTETS, bytes),
                Served::Document(Node::Text(text)) => {
                    ("text/plain; charset=utf-8", text.into_owned().into_bytes())
                }
                Served::Document(document) => (JSON, document.to_bytes()),
            };
            Answer { status: StatusCode::OK, content_type, body, link: None }
        }
        Err(problem) => refused(&problem, request_id),
    }
}

fn over_limit(request_id: &str) -> Answer {
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "Exceeded rate limit");
    refused(&problem, request_id)
}

const JSON: &str = "application/json; charset=utf-8";

fn handle(
    shared: &Shared,
    method: &axum::http::Method,
    uri: &axum::http::Uri,
    headers: &HeaderMap,
    body: &Bytes,
    from_start: bool,
) -> Result<Served, Problem> {
    let version = headers.get(INTERCOM_VERSION).map(|version| version.to_str().unwrap_or_default());
    let version = Version::parse(version).ok_or_else(|| {
        Problem::bad_request("intercom_version_invalid", "The requested version could not be found")
    })?;
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if authorization.and_then(|value| value.strip_prefix("Bearer ")) != Some(&shared.token) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Access Token Invalid"));
    }
    let route = routes::find(method.as_str(), uri.path())
        .ok_or_else(|| Problem::not_found("not_found", "The requested resource does not exist"))?;
    let query = axum::extract::Query::try_from_uri(uri);
    let axum::extract::Query(mut query): axum::extract::Query<HashMap<String, String>> =
        query.map_err(|_| Problem::bad_request("bad_request", "malformed query string"))?;
    let mut body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(body).map_err(|_| Problem::bad_request("bad_request", "malformed JSON"))?
    };
    if from_start {
        query.retain(|name, _| !matches!(name.as_str(), "page" | "starting_after" | "cursor" | "before"));
        if let Some(pagination) = body.get_mut("pagination").and_then(Value::as_object_mut) {
            pagination.remove("starting_after");
        }
    }
    if let Some(most) = shared.page_records_max {
        shorten(&mut query, &mut body, most);
    }
    let now_s = shared.clock.now_s();
    route.endpoint.answer(&Call {
        shared,
        version,
        path: uri.path(),
        accept: headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default(),
        id: route.id,
        inner_id: route.inner_id,
        query,
        body,
        now_s,
    })
}

/// Makes of a page that is asked for one of at most so many records.
fn shorten(query: &mut HashMap<String, String>, body: &mut Value, most: u64) {
    if let Some(asked) = query.get_mut("per_page")
        && asked.parse().is_ok_and(|asked: u64| asked > most)
    {
        *asked = most.to_string();
    }
    let asked = body.get_mut("pagination").and_then(|pagination| pagination.get_mut("per_page"));
    if let Some(asked) = asked.filter(|asked| asked.as_u64().is_some_and(|asked| asked > most)) {
        *asked = most.into();
    }
}

fn refused(problem: &Problem, request_id: &str) -> Answer {
    let body = problem.body(request_id).to_string().into_bytes();
    Answer { status: problem.status, content_type: JSON, body, link: problem.link.clone() }
}

/// What a fault makes of the right answer.
fn spoil(mut answer: Answer, fault: Option<FaultKind>, request_id: &str) -> Answer {
    match fault {
        Some(FaultKind::Html { status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            let page = format!(
                "<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n"
            );
            Answer { status, content_type: "text/html", body: page.into_bytes(), link: None }
        }
        Some(FaultKind::EmptyBody) => Answer { status: StatusCode::OK, body: Vec::new(), ..answer },
        Some(FaultKind::Truncated) => {
            answer.body.truncate(answer.body.len() / 2);
            answer
        }
        Some(FaultKind::Status { code, error_code }) => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            refused(&Problem::new(status, error_code, "ordered by a test"), request_id)
        }
        Some(FaultKind::NewMember { name, value }) => {
            let body = with_member(&answer.body, &name, &value).unwrap_or(answer.body);
            Answer { body, ..answer }
        }
        Some(FaultKind::RateLimited { .. }) => over_limit(request_id),
        Some(_) | None => answer,
    }
}

/// An answer in which each record of its list has one member more; `None` for one without a list.
fn with_member(body: &[u8], name: &str, value: &Value) -> Option<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let records = answer.as_object_mut()?.values_mut().find_map(Value::as_array_mut)?;
    for record in records.iter_mut().filter_map(Value::as_object_mut) {
        record.insert(name.to_owned(), value.clone());
    }
    Some(answer.to_string().into_bytes())
}
