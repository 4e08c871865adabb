//! Events as JSON lines: one object per event, with the moment as `time`, out at once.

use super::talk;
use jiff::Timestamp;
use relatable_intercom::clock::Clock;
use relatable_pipeline::event::{Observer, RunEvent};
use serde::Serialize;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// A consumer of events that writes them as JSON lines.
pub(super) struct Json<W> {
    /// Where they go; nowhere after the last event or a failure.
    out: Mutex<Option<W>>,
    clock: Arc<dyn Clock>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    time: Timestamp,
    #[serde(flatten)]
    event: &'a RunEvent,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub(super) fn new(out: W, clock: Arc<dyn Clock>) -> Self {
        Json { out: Mutex::new(Some(out)), clock }
    }
}

impl<W: Write + Send> Observer for Json<W> {
    fn event(&self, event: &RunEvent) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = out.as_mut() else { return };
        let line = Line { time: self.clock.now(), event };
        let written = serde_json::to_vec(&line).map_err(std::io::Error::from).and_then(|mut bytes| {
            bytes.push(b'\n');
            writer.write_all(&bytes)?;
            writer.flush()
        });
        if let Err(error) = &written {
            // The run is worth more than its telling.
            talk(&format!("warning: events are no longer written, the run goes on: {error}"));
        }
        let is_last = matches!(event, RunEvent::RunFinished { .. } | RunEvent::RunFailed { .. });
        if is_last || written.is_err() {
            *out = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use relatable_intercom::clock::SystemClock;
    use relatable_pipeline::event::RequestStage;

    #[test]
    fn an_event_is_one_line_with_its_name_and_time() {
        let mut out = Vec::new();
        let json = Json::new(&mut out, Arc::new(SystemClock));
        let (feed, resource) = ("notes".to_owned(), "notes".to_owned());
        json.event(&RunEvent::Request { feed, resource, stage: RequestStage::Journalled });
        json.event(&RunEvent::Waiting { reason: "line\nbreak".into(), seconds: 1 });
        drop(json);
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["event"], "request");
        assert_eq!(lines[0]["stage"], "journalled");
        assert!(lines[1]["time"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }
}
