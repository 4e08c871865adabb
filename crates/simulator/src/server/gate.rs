//! What every request of the API goes through: tally, budget, faults, latency, version, token; and the headers
//! that every answer carries.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LINK};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::call::Call;
use super::limiter::{Verdict, WINDOW_S};
use super::problem::Problem;
use super::version::Version;
use super::{Peer, Shared, routes};
use crate::document::Node;
use crate::fault::FaultKind;

/// No request of the API is longer than this.
const BODY_BYTES_MAX: usize = 1 << 20;

/// The header that names the version.
const INTERCOM_VERSION: &str = "intercom-version";

/// An answer before the headers common to all.
struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    link: Option<String>,
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
    let version_header = request.headers().get(INTERCOM_VERSION).cloned();

    let answer = if verdict.admitted {
        let fault = shared.faults.strike(&path);
        if let Some(FaultKind::Delay { ms }) = fault {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        tokio::time::sleep(shared.latency()).await;
        match fault {
            Some(FaultKind::Reset) => {
                peer.reset();
                Answer { status: StatusCode::OK, content_type: "text/plain", body: Vec::new(), link: None }
            }
            fault => spoil(served(&shared, request, &request_id).await, fault, &request_id),
        }
    } else {
        shared.tally.reject();
        let problem =
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "Exceeded rate limit");
        refused(&problem, &request_id)
    };
    respond(answer, &shared, verdict, &request_id, version_header)
}

/// The right answer.
async fn served(shared: &Shared, request: Request, request_id: &str) -> Answer {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    match handle(shared, &parts.method, &parts.uri, &parts.headers, &body) {
        Ok(document) => {
            Answer { status: StatusCode::OK, content_type: JSON, body: document.to_bytes(), link: None }
        }
        Err(problem) => refused(&problem, request_id),
    }
}

const JSON: &str = "application/json; charset=utf-8";

fn handle(
    shared: &Shared,
    method: &axum::http::Method,
    uri: &axum::http::Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Node, Problem> {
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
    let query = axum::extract::Query::try_from_uri(uri)
        .map_err(|_| Problem::bad_request("bad_request", "malformed query string"))?;
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(body).map_err(|_| Problem::bad_request("bad_request", "malformed JSON"))?
    };
    let now_s = shared.clock.now_s();
    route.endpoint.answer(&Call {
        shared,
        version,
        path: uri.path(),
        id: route.id,
        inner_id: route.inner_id,
        query: query.0,
        body,
        now_s,
    })
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
        Some(FaultKind::Delay { .. } | FaultKind::Reset) | None => answer,
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

/// Adds the headers that every answer carries.
fn respond(
    answer: Answer,
    shared: &Shared,
    verdict: Verdict,
    request_id: &str,
    version: Option<HeaderValue>,
) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    let default_version =
        || HeaderValue::try_from(Version::parse(None).map(Version::text).unwrap_or_default());
    let version = version.map_or_else(default_version, Ok);
    let texts = [
        (DATE, HeaderValue::try_from(shared.clock.http_date())),
        (HeaderName::from_static(INTERCOM_VERSION), version),
        (HeaderName::from_static("x-request-id"), HeaderValue::try_from(request_id)),
    ];
    for (name, value) in texts {
        if let Ok(value) = value {
            headers.insert(name, value);
        }
    }
    if let Some(link) = answer.link.and_then(|link| HeaderValue::try_from(link).ok()) {
        headers.insert(LINK, link);
    }
    headers.insert("x-ratelimit-limit", verdict.limit.into());
    headers.insert("x-ratelimit-remaining", verdict.remaining.into());
    headers.insert("x-ratelimit-reset", verdict.reset_s.into());
    response
}
