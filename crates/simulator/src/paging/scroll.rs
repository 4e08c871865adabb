//! The one scroll over companies that an app may have open (API notes, section 6).

use std::sync::Mutex;

use crate::workspace::{Draw, Kind};

/// A scroll that is not asked for this long is gone.
const LEASE_MS: i64 = 60_000;

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
    /// Continues the scroll with this parameter, or opens one; gives the parameter and the first position of the
    /// page. `end_of` says where a page that begins at a position ends: where it began, if it has no rows, which
    /// closes the scroll.
    pub(crate) fn next(
        &self,
        parameter: Option<&str>,
        now_ms: i64,
        end_of: impl FnOnce(u32) -> u32,
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
        let end = end_of(position);
        let lease = Lease { parameter: parameter.clone(), position: end, expires_ms: now_ms + LEASE_MS };
        *open = (end > position).then_some(lease);
        Ok((parameter, position))
    }

    /// The open scroll is gone, as if nobody had asked for a minute.
    pub(crate) fn expire(&self) {
        *self.open.lock().expect("no holder of the scroll panics") = None;
    }

    /// Another program of the workspace scrolls until a moment; whoever scrolled before has lost.
    pub(crate) fn take(&self, until_ms: i64) {
        let lease = Lease { parameter: "another program's".to_owned(), position: 0, expires_ms: until_ms };
        *self.open.lock().expect("no holder of the scroll panics") = Some(lease);
    }
}
