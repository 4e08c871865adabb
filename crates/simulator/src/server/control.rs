//! The paths under `/_simulator/`, for tests of other processes and languages, and the router of it all.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::{Shared, gate};
use crate::fault::Fault;
use crate::mutation::{Logged, Mutation, Touched};
use crate::resource::Resource;
use crate::stats::Stats;
use crate::truth::{Counts, Documents, Truth};

/// Documents are streamed in pieces of about this size.
const PIECE_BYTES: usize = 64 * 1024;

/// All paths of the server.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_simulator/truth", get(counts))
        .route("/_simulator/truth/{resource}", get(documents))
        .route("/_simulator/stats", get(stats))
        .route("/_simulator/mutate", post(mutate))
        .route("/_simulator/faults", post(inject))
        .route("/_simulator/clock", post(advance))
        .route("/_simulator/log", get(log))
        .route("/_simulator/conduct", post(conduct))
        .fallback(gate::answer)
        .with_state(shared)
}

/// Of which moment the truth is asked: the present unless one of the two is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Moment {
    /// After all mutations up to the end of this second, epoch seconds.
    at_s: Option<i64>,
    /// After this many mutations.
    after: Option<usize>,
}

impl Moment {
    /// The truth of it.
    fn truth(&self, shared: Arc<Shared>) -> Truth {
        match (self.at_s, self.after) {
            (Some(at_s), _) => Truth::at(&shared, at_s),
            (None, Some(after)) => Truth::after(&shared, after),
            (None, None) => Truth::new(shared),
        }
    }
}

async fn counts(State(shared): State<Arc<Shared>>, Query(moment): Query<Moment>) -> Json<Counts> {
    Json(moment.truth(shared).counts())
}

async fn documents(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(moment): Query<Moment>,
) -> Response {
    let Some(resource) = Resource::from_name(&name) else {
        return (StatusCode::NOT_FOUND, Json(json!({"error": "no such resource"}))).into_response();
    };
    let mut documents = moment.truth(shared).documents(resource);
    let pieces = std::iter::from_fn(move || piece(&mut documents)).map(Ok::<_, Infallible>);
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    ([(CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// Some lines; none when there are no more documents.
fn piece(documents: &mut Documents) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    while lines.len() < PIECE_BYTES {
        let Some(document) = documents.next_node() else { break };
        lines.extend_from_slice(&document.to_bytes());
        lines.push(b'\n');
    }
    (!lines.is_empty()).then_some(lines)
}

async fn stats(State(shared): State<Arc<Shared>>) -> Json<Stats> {
    Json(shared.tally.stats())
}

async fn mutate(
    State(shared): State<Arc<Shared>>,
    Json(mutation): Json<Mutation>,
) -> Result<Json<Touched>, Response> {
    let touched = shared.mutate(mutation);
    touched.map(Json).map_err(|error| {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"error": error.to_string()}))).into_response()
    })
}

async fn inject(State(shared): State<Arc<Shared>>, Json(fault): Json<Fault>) -> StatusCode {
    shared.faults.add(fault);
    StatusCode::NO_CONTENT
}

/// How far the clock moves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: u64,
}

async fn advance(State(shared): State<Arc<Shared>>, Json(advance): Json<Advance>) -> Json<serde_json::Value> {
    shared.clock.advance(advance.advance_s);
    Json(json!({"now_s": shared.clock.now_s()}))
}

async fn log(State(shared): State<Arc<Shared>>) -> Json<Vec<Logged>> {
    Json(shared.log())
}

/// How the server behaves from now on; what is not given stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conduct {
    latency_ms: Option<u64>,
    index_lag_s: Option<u64>,
    host_skew_s: Option<Vec<i64>>,
}

async fn conduct(State(shared): State<Arc<Shared>>, Json(conduct): Json<Conduct>) -> StatusCode {
    if let Some(ms) = conduct.latency_ms {
        shared.set_latency(ms);
    }
    if let Some(seconds) = conduct.index_lag_s {
        shared.set_index_lag(seconds);
    }
    if let Some(skew_s) = conduct.host_skew_s {
        shared.set_host_skew(skew_s);
    }
    StatusCode::NO_CONTENT
}
