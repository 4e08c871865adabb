//! The one scroll over companies that an app may have open.

use std::sync::Mutex;

use crate::workspace::{Draw, Kind};

/// A scroll that is not asked for this long is gone.
const LEASE_MS: i64 = 60_000;

/// Rows of a scroll's page; nobody can change it.
pub(crate) const SCROLL_PAGE: u32 = 100;

/// Why a scroll is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScrollError {
    /// Another scroll is open.
    Exists,
    /// The parameter is unknown or its lease is over.
    NotFound,
}

/// The lease.
#[derive(Default)]
pub(crate) struct Scroll {
    open: Mutex<Option<Lease>>,
}

struct Lease {
    parameter: String,
    position: u32,
    expires_ms: i64,
}

impl Scroll {
    /// Continues the scroll with this parameter, or opens one; gives the parameter and the first row's position.
    /// `rows` is how many there are at this moment: the page behind the end is empty and closes the scroll.
    pub(crate) fn next(
        &self,
        parameter: Option<&str>,
        rows: u32,
        now_ms: i64,
    ) -> Result<(String, u32), ScrollError> {
        let mut open = self.open.lock().expect("no holder of the scroll panics");
        open.take_if(|lease| lease.expires_ms <= now_ms);
        let (parameter, position) = match (parameter, open.as_ref()) {
            (None, Some(_)) => return Err(ScrollError::Exists),
            (None, None) => (Draw::new(now_ms as u64, Kind::Scroll, 0, 0).uuid(), 0),
            (Some(parameter), Some(lease)) if lease.parameter == parameter => {
                (parameter.to_owned(), lease.position)
            }
            (Some(_), _) => return Err(ScrollError::NotFound),
        };
        let lease = Lease {
            parameter: parameter.clone(),
            position: position.saturating_add(SCROLL_PAGE).min(rows),
            expires_ms: now_ms + LEASE_MS,
        };
        *open = (position < rows).then_some(lease);
        Ok((parameter, position))
    }
}
