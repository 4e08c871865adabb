//! The headers that every answer carries, and how its body is delivered.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LINK};
use axum::response::Response;
use futures_util::stream;

use super::Shared;
use super::gate::{Answer, INTERCOM_VERSION};
use super::limiter::Verdict;
use super::version::Version;

/// The three rate-limit headers as texts.
pub(super) struct Rate {
    pub(super) limit: Option<String>,
    pub(super) remaining: Option<String>,
    pub(super) reset: Option<String>,
}

impl From<Verdict> for Rate {
    fn from(verdict: Verdict) -> Rate {
        Rate {
            limit: Some(verdict.limit.to_string()),
            remaining: Some(verdict.remaining.to_string()),
            reset: Some(verdict.reset_s.to_string()),
        }
    }
}

/// How a body reaches the client.
pub(super) enum Delivery {
    /// At once.
    Whole,
    /// In pieces, with a pause before each.
    Drip { pieces: u32, pause: Duration },
    /// Half of it, then the connection closes.
    CutOff,
}

impl Delivery {
    fn body(&self, bytes: Vec<u8>) -> Body {
        match *self {
            Delivery::Whole => Body::from(bytes),
            Delivery::Drip { pieces, pause } => {
                let size = bytes.len().div_ceil(pieces.max(1) as usize).max(1);
                let pieces: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
                let pieces = stream::unfold(pieces.into_iter(), move |mut rest| async move {
                    let piece = rest.next()?;
                    tokio::time::sleep(pause).await;
                    Some((Ok::<_, Infallible>(piece), rest))
                });
                Body::from_stream(pieces)
            }
            Delivery::CutOff => {
                let half = bytes[..bytes.len() / 2].to_vec();
                let end = io::Error::from(io::ErrorKind::ConnectionAborted);
                // The pause lets the first half reach the client before the connection closes.
                let pieces = stream::unfold([Ok(half), Err(end)].into_iter(), |mut rest| async move {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    Some((rest.next()?, rest))
                });
                Body::from_stream(pieces)
            }
        }
    }
}

/// What the headers of an answer say beside its kind.
pub(super) struct Heading {
    /// The version that was asked for.
    pub(super) version: Option<HeaderValue>,
    /// How far the clock that writes `Date` is ahead.
    pub(super) ahead_s: i64,
    pub(super) rate: Rate,
}

impl Heading {
    /// An answer with its headers.
    pub(super) fn respond(
        self,
        answer: Answer,
        delivery: Delivery,
        shared: &Shared,
        request_id: &str,
    ) -> Response {
        let length = answer.body.len();
        let mut response = Response::new(delivery.body(answer.body));
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
        headers.insert(CONTENT_LENGTH, length.into());
        let default_version = || Version::parse(None).map(Version::text);
        let version = self.version.and_then(|version| version.to_str().ok().map(str::to_owned));
        let texts = [
            (DATE, Some(shared.clock.http_date(self.ahead_s))),
            (HeaderName::from_static(INTERCOM_VERSION), version.or_else(default_version)),
            (HeaderName::from_static("x-request-id"), Some(request_id.to_owned())),
            (LINK, answer.link),
            (HeaderName::from_static("x-ratelimit-limit"), self.rate.limit),
            (HeaderName::from_static("x-ratelimit-remaining"), self.rate.remaining),
            (HeaderName::from_static("x-ratelimit-reset"), self.rate.reset),
        ];
        for (name, text) in texts {
            if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}
