//! Events as plain lines, for logs and wherever there is no terminal.

use super::reporter::Ending;
use super::words;
use jiff::Timestamp;
use relatable_intercom::clock::Clock;
use relatable_pipeline::event::{LoadStage, Observer, RunEvent};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Between two lines of the same recurring kind, at least, in seconds.
const PAUSE_S: i64 = 5;

/// A consumer of events that writes lines.
pub(super) struct Lines<W> {
    state: Mutex<State<W>>,
    ending: Ending,
    clock: Arc<dyn Clock>,
}

/// What is known of the run so far.
struct State<W> {
    out: W,
    /// When a load was last told of.
    load_told: Option<Timestamp>,
    /// When waiting was last told of.
    wait_told: Option<Timestamp>,
    /// Rows loaded since a load was last told of.
    rows_untold: u64,
}

impl<W: Write> Lines<W> {
    /// Writes to `out`, and `ending` at the end.
    pub(super) fn new(out: W, ending: Ending, clock: Arc<dyn Clock>) -> Self {
        let state = State { out, load_told: None, wait_told: None, rows_untold: 0 };
        Lines { state: Mutex::new(state), ending, clock }
    }
}

impl<W: Write + Send> Observer for Lines<W> {
    fn event(&self, event: &RunEvent) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let line = match event {
            RunEvent::Load { destination, from, to, stage: stage @ LoadStage::Committed, rows } => {
                state.rows_untold += rows.unwrap_or_default();
                due(&mut state.load_told, now).then(|| {
                    let rows = Some(std::mem::take(&mut state.rows_untold));
                    let destination = destination.clone();
                    RunEvent::Load { destination, from: *from, to: *to, stage: *stage, rows }
                })
            }
            RunEvent::Waiting { .. } => due(&mut state.wait_told, now).then(|| event.clone()),
            RunEvent::RunFinished { report } => {
                // As with all talk, nobody could be told that this did not get through.
                let _ = writeln!(state.out, "{}", self.ending.text(report));
                None
            }
            other => Some(other.clone()),
        };
        if let Some(line) = line.as_ref().and_then(words::line) {
            let _ = writeln!(state.out, "{line}");
        }
    }
}

/// Whether something may be told again, which is then noted.
fn due(told: &mut Option<Timestamp>, now: Timestamp) -> bool {
    let due = told.is_none_or(|told| now.as_second() - told.as_second() >= PAUSE_S);
    if due {
        *told = Some(now);
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;
    use std::time::Duration;

    /// A clock that stands at a second that the test sets.
    struct SetClock(Mutex<i64>);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(*self.0.lock().unwrap()).unwrap()
        }
        fn sleep(&self, _duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn frequent_loads_share_a_line_and_no_row_is_left_uncounted() {
        let clock = Arc::new(SetClock(Mutex::new(100)));
        let mut out = Vec::new();
        let lines = Lines::new(&mut out, Ending::Totals, clock.clone());
        for second in [100, 101, 102, 110] {
            *clock.0.lock().unwrap() = second;
            let (from, to, stage) = (1, 2, LoadStage::Committed);
            lines.event(&RunEvent::Load { destination: "here".into(), from, to, stage, rows: Some(10) });
        }
        drop(lines);
        assert_eq!(String::from_utf8(out).unwrap(), "loaded 10 rows\nloaded 30 rows\n");
    }
}
