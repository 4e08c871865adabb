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

/// A bar whose end is known. What does not fit the terminal is cut at the end.
const KNOWN: &str = "{prefix:<23} {bar:6} {count:>7} of {total:<7} {rate:>8} {left:>8} {wide_msg}";
/// A bar whose end nobody knows.
const UNKNOWN: &str = "{prefix:<23} {spinner:<6} {count:>7}    {total:<7} {rate:>8} {left:>8} {wide_msg}";
/// A bar that is done.
const DONE: &str = "{prefix:<23} {msg:<6} {count:>7}";
/// The line below the bars.
const STATUS: &str = "{spinner} {elapsed:>4}  {wide_msg}";
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
    /// Once all records are listed and it shows the requests for each of them: how many there were.
    details: Option<u64>,
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
        if waiting > 0 && total.is_some_and(|total| records >= total) {
            shown.show_details(waiting);
        } else {
            shown.show_list(records, total, waiting);
        }
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
            Bar { bar: self.bars.insert_from_back(1, bar), template: UNKNOWN, details: None }
        })
    }
}

impl Bar {
    /// Shows how many records have been listed.
    fn show_list(&mut self, records: u64, total: Option<u64>, waiting: u64) {
        if self.details.take().is_some() {
            self.bar.reset();
        }
        if records < self.bar.position() {
            // Files are read twice; how fast the second time is, the first does not tell.
            self.bar.reset();
        }
        if let Some(total) = total.filter(|_| self.bar.length() != total) {
            self.bar.set_length(total);
        }
        self.turn(if self.bar.length().is_some() { KNOWN } else { UNKNOWN });
        self.bar.set_position(records);
        self.bar.set_message(words::to_fetch(waiting));
    }

    /// Shows how many of the requests for single records have been made.
    fn show_details(&mut self, waiting: u64) {
        if self.details.is_none() {
            self.bar.reset();
        }
        let all = self.details.unwrap_or_default().max(waiting);
        self.details = Some(all);
        self.turn(KNOWN);
        self.bar.set_length(all);
        self.bar.set_position(all - waiting);
        self.bar.set_message("details");
    }

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
            RunEvent::RunStarted { .. }
            | RunEvent::VerifyStarted { .. }
            | RunEvent::Skipped { .. }
            | RunEvent::Undelivered { .. } => {
                words::line(event).iter().for_each(|line| self.say(line));
            }
            RunEvent::Request { .. }
            | RunEvent::Finding { .. }
            | RunEvent::ResourceVerified { .. }
            | RunEvent::VerifyFinished { .. }
            | RunEvent::Repaired { .. } => {}
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
            // What failed is said in full where the program ends.
            RunEvent::RunFailed { .. } => self.close(),
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
            let rate = rate(state).map(|rate| format!("{}/s", quantity::grouped(rate.round() as u64)));
            put(text, &rate.unwrap_or_default());
        })
        .with_key("left", |state: &ProgressState, text: &mut dyn Write| {
            put(text, &time_left(state).unwrap_or_default());
        })
}

/// Records per second since the bar began, as long as it is under way.
fn rate(state: &ProgressState) -> Option<f64> {
    let seconds = state.elapsed().as_secs_f64();
    let is_done = state.len().is_some_and(|total| state.pos() >= total);
    (seconds >= 1.0 && state.pos() > 0 && !is_done).then(|| state.pos() as f64 / seconds)
}

/// How long the rest takes at the rate so far.
fn time_left(state: &ProgressState) -> Option<String> {
    let rest = state.len()?.saturating_sub(state.pos());
    let seconds = (rest as f64 / rate(state)?).ceil() as u64;
    Some(if seconds >= 60 {
        format!("{} min left", seconds.div_ceil(60))
    } else {
        format!("{seconds} s left")
    })
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
