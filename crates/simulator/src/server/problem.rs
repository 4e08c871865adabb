//! Error answers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::search::SearchError;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    code: String,
    message: String,
    /// A `Link` header that goes with it.
    pub(super) link: Option<String>,
}

impl Problem {
    /// A problem with this status, code and message.
    pub(super) fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { status, code: code.into(), message: message.into(), link: None }
    }

    /// 400.
    pub(super) fn bad_request(code: &str, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404.
    pub(super) fn not_found(code: &str, message: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 410 for a contact that lives on in another.
    pub(super) fn merged(target: &str) -> Problem {
        let message = "This contact has been merged. See the 'Link' header for the canonical contact.";
        let problem = Problem::new(StatusCode::GONE, "contact_merged", message);
        Problem { link: Some(format!("</contacts/{target}>; rel=\"canonical\"")), ..problem }
    }

    /// The body, exactly as the API prints it.
    pub(super) fn body(&self, request_id: &str) -> Value {
        json!({
            "type": "error.list", "request_id": request_id, "errors": [{"code": self.code, "message": self.message}],
        })
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Problem {
        Problem::bad_request(error.code(), error.to_string())
    }
}
