//! What a journal holds, in words and as JSON.

use super::grid::{Alignment, Grid};
use super::quantity::{bytes, grouped};
use jiff::Timestamp;
use relatable_journal::{Compacted, Extent, Overview, Pruned};
use serde_json::{Map, Value, json};

/// How far a destination has loaded a journal.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// It has loaded nothing at all.
    Nothing,
    /// Up to this entry.
    UpTo(i64),
    /// It was last loaded from another journal, in this file.
    Other(String),
}

/// A journal as it is shown.
#[derive(Debug)]
pub(crate) struct JournalView {
    pub(crate) file: String,
    pub(crate) destination: String,
    pub(crate) overview: Overview,
    pub(crate) loaded: Loaded,
    /// All entries.
    pub(crate) all: Extent,
    /// Those that the destination has not loaded.
    pub(crate) not_loaded: Extent,
    /// By queue.
    pub(crate) work_left: Vec<(String, u64)>,
    pub(crate) cursors: Vec<(String, String)>,
}

impl JournalView {
    /// For people.
    pub(crate) fn text(&self) -> String {
        let overview = &self.overview;
        let mut grid = Grid::new(&[Alignment::Left, Alignment::Left]);
        let kept = if overview.is_partial {
            "answers received earlier are not in it"
        } else {
            "all that was received"
        };
        grid.row([
            "journal",
            &format!("{}, of workspace {}, format {}", self.file, overview.workspace, overview.format),
        ]);
        grid.row(["on disk", &bytes(overview.file_bytes)]);
        grid.row(["holds", kept]);
        grid.row(["entries", &extent(&self.all)]);
        let loaded = match &self.loaded {
            Loaded::Nothing => format!("nothing, by {}", self.destination),
            Loaded::UpTo(seq) => format!("up to {}, by {}", grouped(seq.unsigned_abs()), self.destination),
            Loaded::Other(file) => format!("{} was last loaded from {file}", self.destination),
        };
        grid.row(["loaded", &loaded]);
        grid.row(["not loaded", &extent(&self.not_loaded)]);
        let left: Vec<String> =
            self.work_left.iter().map(|(queue, count)| format!("{queue} {}", grouped(*count))).collect();
        let left = if left.is_empty() { "nothing".to_owned() } else { left.join(", ") };
        grid.row(["to be asked", &left]);
        let mut text = grid.text("");
        if !self.cursors.is_empty() {
            let mut grid = Grid::new(&[Alignment::Left, Alignment::Left]);
            self.cursors.iter().for_each(|(stream, state)| grid.row([stream, state]));
            text = format!("{text}\n\ncursors\n{}", grid.text("  "));
        }
        text
    }

    /// For programs, one document.
    pub(crate) fn json(&self) -> String {
        let overview = &self.overview;
        let checkpoint = match &self.loaded {
            Loaded::Nothing => Value::Null,
            Loaded::UpTo(seq) => json!({ "entry": seq }),
            Loaded::Other(file) => json!({ "other_journal": file }),
        };
        let cursors: Map<String, Value> =
            self.cursors.iter().map(|(stream, state)| (stream.clone(), json!(state))).collect();
        let work_left: Map<String, Value> =
            self.work_left.iter().map(|(queue, count)| (queue.clone(), json!(count))).collect();
        json!({
            "journal": self.file,
            "id": overview.id,
            "workspace": overview.workspace,
            "format": overview.format,
            "is_partial": overview.is_partial,
            "file_bytes": overview.file_bytes,
            "last_entry": overview.last_seq,
            "entries": extent_json(&self.all),
            "checkpoint": checkpoint,
            "not_loaded": extent_json(&self.not_loaded),
            "work_left": work_left,
            "cursors": cursors,
        })
        .to_string()
    }
}

/// What went and what that gave back, for people.
pub(crate) fn pruned(pruned: Pruned, compacted: Compacted) -> String {
    let freed = compacted.before_bytes.saturating_sub(compacted.after_bytes);
    format!(
        "{} of {} went; {} are free again, and the journal takes {}",
        if pruned.entries == 1 {
            "1 entry".to_owned()
        } else {
            format!("{} entries", grouped(pruned.entries))
        },
        bytes(pruned.stored_bytes),
        bytes(freed),
        bytes(compacted.after_bytes)
    )
}

/// The same for programs.
pub(crate) fn pruned_json(pruned: Pruned, compacted: Compacted) -> String {
    json!({
        "entries": pruned.entries,
        "stored_bytes": pruned.stored_bytes,
        "file_bytes_before": compacted.before_bytes,
        "file_bytes_after": compacted.after_bytes,
    })
    .to_string()
}

/// Some entries in words.
fn extent(extent: &Extent) -> String {
    let (Some((first, last)), Some((from_us, to_us))) = (extent.seqs, extent.requested_us) else {
        return "none".to_owned();
    };
    let number = |seq: i64| grouped(seq.unsigned_abs());
    format!(
        "{} ({} to {}), {} in {}, asked for from {} to {}",
        grouped(extent.entries),
        number(first),
        number(last),
        bytes(extent.body_bytes),
        bytes(extent.stored_bytes),
        moment(from_us),
        moment(to_us)
    )
}

/// Some entries as JSON.
fn extent_json(extent: &Extent) -> Value {
    json!({
        "count": extent.entries,
        "body_bytes": extent.body_bytes,
        "stored_bytes": extent.stored_bytes,
        "first": extent.seqs.map(|(first, _)| first),
        "last": extent.seqs.map(|(_, last)| last),
        "first_requested_at": extent.requested_us.map(|(first, _)| moment(first)),
        "last_requested_at": extent.requested_us.map(|(_, last)| moment(last)),
    })
}

/// A moment, to the second.
fn moment(us: i64) -> String {
    Timestamp::from_microsecond(us)
        .map_or_else(|_| us.to_string(), |moment| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
