//! Events as bars on a terminal: for each resource how far it is, how fast it goes and how long it takes, and below
//! them what the run is doing or waiting for.

use super::reporter::Ending;
use super::{quantity, words};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use relatable_pipeline::event::{Observer, RunEvent};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A bar whose end is known.
const KNOWN: &str = "{prefix:<20} {bar:12} {count:>9} of {total:<9} {rate:>8} {left:>9}  {msg}";
/// A bar whose end nobody knows.
const UNKNOWN: &str = "{prefix:<20} {spinner:<12} {count:>9}    {total:<9} {rate:>8} {left:>9}  {msg}";
/// A bar that is done.
const DONE: &str = "{prefix:<20} {msg:<12} {count:>9}";
/// The line below the bars.
const STATUS: &str = "{spinner} {elapsed:>4}  {msg}";
/// How often the line below moves, so that a person sees that the program lives.
const TICK: Duration = Duration::from_millis(200);

/// A consumer of events that draws bars on standard error.
pub(super) struct Progress {
    bars: MultiProgress,
    state: Mutex<State>,
    ending: Ending,
}

/// The bar of a resource. It is never finished as long as others may follow, since each change of a finished bar is drawn
/// at once, however many there are.
struct Bar {
    bar: ProgressBar,
    /// Which of the templates it has.
    template: &'static str,
}

/// The bars there are.
struct State {
    resources: HashMap<String, Bar>,
    status: ProgressBar,
    load: Option<String>,
    wait: Option<String>,
}

impl Progress {
    /// Draws from now on, and writes `ending` at the end.
    pub(super) fn new(ending: Ending) -> Progress {
        let bars = MultiProgress::new();
        let status = bars.add(ProgressBar::new_spinner().with_style(style(STATUS)));
        status.enable_steady_tick(TICK);
        let state = State { resources: HashMap::new(), status, load: None, wait: None };
        Progress { bars, state: Mutex::new(state), ending }
    }

    /// Takes the bars away, so that others may write. Nothing is drawn afterwards.
    pub(super) fn close(&self) {
        let state = self.lock();
        state.status.finish_and_clear();
        for resource in state.resources.values() {
            resource.bar.finish_and_clear();
        }
        // What cannot be cleared is on a terminal that is gone.
        let _ = self.bars.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line above the bars.
    fn say(&self, line: &str) {
        // Where nobody can be told, there is nobody to tell that either.
        let _ = self.bars.println(line);
    }

    /// Shows how far a resource is.
    fn advance(&self, resource: &str, records: u64, total: Option<u64>, waiting: u64) {
        let mut state = self.lock();
        let shown = self.bar(&mut state, resource);
        if let Some(total) = total.filter(|_| shown.bar.length() != total) {
            shown.bar.set_length(total);
        }
        shown.turn(if shown.bar.length().is_some() { KNOWN } else { UNKNOWN });
        shown.bar.set_position(records);
        shown.bar.set_message(words::to_fetch(waiting));
        state.wait = None;
        state.show();
    }

    /// Shows that a resource has been read, for now: another feed of it may follow.
    fn finish(&self, resource: &str, records: u64) {
        let mut state = self.lock();
        let shown = self.bar(&mut state, resource);
        shown.turn(DONE);
        shown.bar.set_position(records);
        shown.bar.set_message("read");
    }

    /// The bar of a resource, above the line of what the run is doing.
    fn bar<'a>(&self, state: &'a mut State, resource: &str) -> &'a mut Bar {
        state.resources.entry(resource.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::no_length().with_prefix(resource.to_owned()).with_style(style(UNKNOWN));
            Bar { bar: self.bars.insert_from_back(1, bar), template: UNKNOWN }
        })
    }
}

impl Bar {
    /// Gives it a template, unless it has it.
    fn turn(&mut self, template: &'static str) {
        if self.template != template {
            self.template = template;
            self.bar.set_style(style(template));
        }
    }
}

impl State {
    /// Shows what the run is doing, or why it does nothing.
    fn show(&self) {
        let parts: Vec<&str> = self.load.iter().chain(&self.wait).map(String::as_str).collect();
        self.status.set_message(if parts.is_empty() { "reading".to_owned() } else { parts.join("; ") });
    }
}

impl Observer for Progress {
    fn event(&self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted { .. } | RunEvent::Skipped { .. } => {
                words::line(event).iter().for_each(|line| self.say(line));
            }
            RunEvent::Request { .. } => {}
            RunEvent::Progress { resource, records, total, waiting } => {
                self.advance(resource, *records, *total, *waiting);
            }
            RunEvent::ResourceRead { resource, records } => {
                self.finish(resource, *records);
            }
            RunEvent::Waiting { .. } => {
                let mut state = self.lock();
                state.wait = words::line(event);
                state.show();
            }
            RunEvent::Load { from, to, stage, .. } => {
                let mut state = self.lock();
                state.load = words::load_state(*from, *to, *stage);
                state.show();
            }
            RunEvent::RunFinished { report } => {
                self.close();
                self.say(&self.ending.text(report));
            }
        }
    }
}

/// The style of a template of ours, with the numbers as they are written everywhere else.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates are constants, and a test reads them all")
        .progress_chars("=> ")
        .with_key("count", |state: &ProgressState, text: &mut dyn Write| {
            put(text, &quantity::grouped(state.pos()));
        })
        .with_key("total", |state: &ProgressState, text: &mut dyn Write| {
            put(text, &state.len().map(quantity::grouped).unwrap_or_default());
        })
        .with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
            put(text, &format!("{}/s", quantity::grouped(state.per_sec().round() as u64)));
        })
        .with_key("left", |state: &ProgressState, text: &mut dyn Write| {
            put(text, &time_left(state));
        })
}

/// How long a resource will take, as far as its rate tells.
fn time_left(state: &ProgressState) -> String {
    if state.len().is_none() || state.per_sec() <= 0.0 {
        return String::new();
    }
    let seconds = state.eta().as_secs();
    if seconds >= 60 { format!("{} min left", seconds.div_ceil(60)) } else { format!("{seconds} s left") }
}

/// Writes into a bar's text, which does not fail.
fn put(text: &mut dyn Write, part: &str) {
    let _ = text.write_str(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_understood() {
        for template in [KNOWN, UNKNOWN, DONE, STATUS] {
            let _ = style(template);
        }
    }
}
