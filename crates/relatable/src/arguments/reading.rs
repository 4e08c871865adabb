//! What of a workspace is read, as flags say it.

use super::resource::ResourceParser;
use crate::rules::resource_names;
use clap::Args;
use jiff::{SpanRelativeTo, Timestamp, Unit};
use relatable_pipeline::{ReadingSettings, Since, SweepAges};

/// Flags that say what of a workspace is read.
#[derive(Debug, Args)]
pub(crate) struct ReadingArguments {
    /// Only these resources, with commas between [default: all that cost little]
    #[arg(long, value_name = "RESOURCES", value_delimiter = ',', hide_possible_values = true,
          long_help = select_help(),
          value_parser = ResourceParser::new())]
    select: Option<Vec<String>>,
    /// These, too, although they cost many requests; `relatable plan` tells how many
    #[arg(long, value_name = "RESOURCES", value_delimiter = ',')]
    also: Vec<String>,
    /// Only history that changed since a day (2025-01-31) or moment; of one
    /// resource with its name before (conversations=2025-01-31); `all` for everything
    #[arg(long, value_name = "[RESOURCE=]DATE", value_delimiter = ',', value_parser = since)]
    since: Vec<Since>,
    /// Read everything again, to find what is gone and what moved no time of change
    #[arg(long)]
    sweep: bool,
    /// How often records are read completely to find what is gone
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = age_s)]
    sweep_every: i64,
    /// How often everything that hangs on each record is asked for again
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = age_s)]
    details_every: i64,
    /// Mark records that are missing as deleted, however many they are
    #[arg(long)]
    accept_deletions: bool,
    /// Types of custom objects to read, beside those that attributes point at
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    object_types: Vec<String>,
}

impl ReadingArguments {
    /// What is to be read.
    pub(crate) fn settings(&self) -> ReadingSettings {
        ReadingSettings {
            select: self.select.clone(),
            also: self.also.clone(),
            sweep: self.sweep,
            sweeps: SweepAges { records_s: self.sweep_every, details_s: self.details_every },
            since: self.since.clone(),
            object_types: self.object_types.clone(),
            accept_deletions: self.accept_deletions,
        }
    }
}

/// The help of `--select` where there is room: with every name.
pub(super) fn select_help() -> String {
    format!("Only these resources, with commas between [default: all]: {}", resource_names().join(", "))
}

/// A bound of history: `DATE` or `RESOURCE=DATE`, the date a day, a moment or `all`.
fn since(text: &str) -> Result<Since, String> {
    let (resource, date) = match text.split_once('=') {
        Some((resource, date)) => (Some(resource.trim().to_owned()), date.trim()),
        None => (None, text.trim()),
    };
    if date == "all" {
        return Ok(Since { resource, from_s: None });
    }
    // A day begins where UTC has its midnight.
    let day = || format!("{date}T00:00:00Z").parse::<Timestamp>().ok();
    let moment = date.parse::<Timestamp>().ok().or_else(day);
    match moment {
        Some(moment) => Ok(Since { resource, from_s: Some(moment.as_second()) }),
        None => Err(format!(
            "`{date}` is no day like 2025-01-31, no moment like 2025-01-31T12:00:00Z, and not `all`"
        )),
    }
}

/// A time like `24h` or `7d`, in seconds.
pub(super) fn age_s(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time like 90m, 24h or 7d");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let seconds = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    if seconds < 0.0 { Err(wrong()) } else { Ok(seconds as i64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_times_are_understood_or_refused() {
        for (text, resource, from_s) in [
            ("2025-01-31", None, Some(1_738_281_600)),
            ("conversations=2025-01-31T01:00:00Z", Some("conversations"), Some(1_738_285_200)),
            ("all", None, None),
            ("tickets=all", Some("tickets"), None),
        ] {
            assert_eq!(since(text), Ok(Since { resource: resource.map(str::to_owned), from_s }), "{text}");
        }
        for (text, expected) in [("24h", 86_400), ("7d", 604_800), ("90m", 5_400), ("0s", 0)] {
            assert_eq!(age_s(text), Ok(expected), "{text}");
        }
        for text in ["yesterday", "2025-13-01", "", "conversations="] {
            assert!(since(text).is_err(), "{text}");
        }
        for text in ["soon", "-1h", "3"] {
            assert!(age_s(text).is_err(), "{text}");
        }
    }
}
