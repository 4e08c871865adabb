//! Events in words, for lines and for progress alike.

use super::quantity::{counted, grouped};
use relatable_pipeline::event::{LoadStage, RunEvent};

/// An event worth a line of its own, as a line.
pub(super) fn line(event: &RunEvent) -> Option<String> {
    match event {
        RunEvent::RunStarted { workspace, workspace_name, destination, resumed, .. } => {
            let goes_on = if *resumed { ", going on where an earlier run stopped" } else { "" };
            let workspace = named(workspace, workspace_name);
            Some(format!("writing to {destination}, {workspace}{goes_on}"))
        }
        RunEvent::ResourceRead { resource, records } => {
            Some(format!("{resource}: {}", counted(*records, "record")))
        }
        RunEvent::Skipped { feed, reason, .. } => Some(format!("skipped {feed}: {reason}")),
        RunEvent::Waiting { reason, seconds } => Some(format!("waiting up to {seconds} s: {reason}")),
        RunEvent::Load { stage: LoadStage::Committed, rows, .. } => {
            Some(rows.map_or_else(|| "loaded".to_owned(), |rows| format!("loaded {}", counted(rows, "row"))))
        }
        RunEvent::Undelivered { destination, error } => {
            Some(format!("going on without {destination}: {error}"))
        }
        RunEvent::VerifyStarted { workspace, workspace_name, destination, seed, .. } => {
            let workspace = named(workspace, workspace_name);
            Some(format!("verifying {destination} against {workspace}, with --seed {seed}"))
        }
        RunEvent::Repaired { .. }
        | RunEvent::Finding { .. }
        | RunEvent::ResourceVerified { .. }
        | RunEvent::VerifyFinished { .. }
        | RunEvent::Request { .. }
        | RunEvent::Progress { .. }
        | RunEvent::Load {
            stage: LoadStage::Surveying | LoadStage::Shredding | LoadStage::Loading | LoadStage::Committing,
            ..
        }
        | RunEvent::RunFinished { .. }
        | RunEvent::RunFailed { .. } => None,
    }
}

/// What a load under way is doing; `None` once it is done.
pub(super) fn load_state(from: i64, to: i64, stage: LoadStage) -> Option<String> {
    let doing = match stage {
        LoadStage::Surveying => "surveying",
        LoadStage::Shredding => "shredding",
        LoadStage::Loading => "loading",
        LoadStage::Committing => "committing",
        LoadStage::Committed => return None,
    };
    if to == 0 {
        // Files have no answers.
        return Some(doing.to_owned());
    }
    let answers = u64::try_from(to - from + 1).unwrap_or_default();
    Some(format!("{doing} {}", counted(answers, "answer")))
}

/// How much of a resource is still to come beyond its list.
pub(super) fn to_fetch(waiting: u64) -> String {
    if waiting == 0 { String::new() } else { format!("{} to fetch", grouped(waiting)) }
}

/// A workspace by its name and code.
fn named(workspace: &str, name: &str) -> String {
    if name.is_empty() || name == workspace {
        format!("workspace {workspace}")
    } else {
        format!("workspace {name} ({workspace})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_worth_a_line_have_one() {
        let load = |stage, rows| RunEvent::Load { destination: "here".into(), from: 1, to: 9, stage, rows };
        let read = RunEvent::ResourceRead { resource: "contacts".into(), records: 2_000 };
        let waiting = RunEvent::Waiting { reason: "rate limit".into(), seconds: 7 };
        for (event, expected) in [
            (read, Some("contacts: 2,000 records")),
            (waiting, Some("waiting up to 7 s: rate limit")),
            (load(LoadStage::Committed, Some(1)), Some("loaded 1 row")),
            (load(LoadStage::Loading, Some(1)), None),
        ] {
            assert_eq!(line(&event).as_deref(), expected);
        }
        assert_eq!(load_state(0, 0, LoadStage::Surveying).unwrap(), "surveying");
        assert_eq!(load_state(3, 4, LoadStage::Loading).unwrap(), "loading 2 answers");
        assert_eq!(named("abc", "Acme"), "workspace Acme (abc)");
    }
}
