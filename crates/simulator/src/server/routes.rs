//! Which endpoint answers which path.

use axum::http::StatusCode;

use super::call::Call;
use super::endpoints::ENDPOINTS;
use super::listing::{Listing, Nested, One};
use super::problem::Problem;
use super::version::Version;
use crate::document::Node;

/// What a file is served as, and the only thing that may be accepted for it.
pub(super) const OCTETS: &str = "application/octet-stream";

/// Answers a call.
pub(super) type Handler = fn(&Call<'_>) -> Result<Node, Problem>;

/// Answers a call with a file.
pub(super) type FileHandler = fn(&Call<'_>) -> Result<Vec<u8>, Problem>;

/// What a call is answered with.
pub(super) enum Served {
    Document(Node),
    /// The bytes of a file, for those who accept nothing else.
    File(Vec<u8>),
}

/// An endpoint.
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    /// The path with a name in braces in place of an id.
    pub(super) pattern: &'static str,
    /// The first version that has it.
    pub(super) since: Version,
    pub(super) answer: Answer,
}

/// How an endpoint answers.
pub(super) enum Answer {
    /// In its own way.
    By(Handler),
    /// With a list of a collection.
    List(Listing),
    /// With one record of a collection.
    One(One),
    /// With a list of what hangs on a record.
    Nested(Nested),
    /// With one of what hangs on a record.
    Inner(Nested),
    /// With a file.
    File(FileHandler),
}

impl Endpoint {
    /// Answers a call; a version that does not have the endpoint says so (API notes, section 1.3).
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Served, Problem> {
        if call.version < self.since {
            let message = "Requested resource is not available in current API version.";
            return Err(Problem::bad_request("intercom_version_invalid", message));
        }
        let document = match &self.answer {
            Answer::By(handler) => handler(call),
            Answer::List(listing) => listing.answer(call),
            Answer::One(one) => one.answer(call),
            Answer::Nested(nested) => nested.answer(call),
            Answer::Inner(nested) => nested.one(call),
            Answer::File(_) if call.accept != OCTETS => {
                let message = format!("The Accept header must be {OCTETS}");
                return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message));
            }
            Answer::File(handler) => return handler(call).map(Served::File),
        };
        document.map(Served::Document)
    }
}

/// An endpoint that was found for a path.
pub(super) struct Route<'a> {
    pub(super) endpoint: &'static Endpoint,
    pub(super) id: &'a str,
    pub(super) inner_id: &'a str,
}

/// Finds the endpoint; none if there is none for this method and path. Literal paths come before those with ids.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<Route<'a>> {
    ENDPOINTS.iter().filter(|endpoint| endpoint.method == method).find_map(|endpoint| {
        let mut ids = [""; 2];
        let mut known = 0;
        let mut wanted = endpoint.pattern.split('/');
        let mut given = path.trim_end_matches('/').split('/');
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(Route { endpoint, id: ids[0], inner_id: ids[1] }),
                (Some(wanted), Some(given)) if wanted.starts_with('{') => {
                    *ids.get_mut(known)? = given;
                    known += 1;
                }
                (Some(wanted), Some(given)) if wanted == given => {}
                _ => return None,
            }
        }
    })
}
