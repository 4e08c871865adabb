//! `plan`: what a first sync would read, how many requests that takes, and how long.

use crate::arguments::PlanArguments;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::render::{self, Alignment, Grid, duration, grouped};
use crate::rules::{self, AskedRules};
use relatable_intercom::Client;
use relatable_intercom::clock::Clock;
use relatable_pipeline::{Estimate, FeedCost, estimate};
use std::sync::Arc;

/// Asks the workspace and prints what a first sync would cost.
pub(super) async fn run(arguments: &PlanArguments, clock: Arc<dyn Clock>) -> Result<ExitCode, Failure> {
    let client = Client::new(&arguments.connection.settings()?, clock).map_err(Failure::Client)?;
    client.workspace().await.map_err(Failure::Client)?;
    let rules = rules::merged(AskedRules::default())?.rules;
    let estimate = estimate(&client, &rules, &arguments.reading.settings()).await?;
    if arguments.json {
        let text = serde_json::to_string(&estimate).unwrap_or_default();
        render::data(&text)?;
        return Ok(ExitCode::Success);
    }
    render::data(&table(&estimate))?;
    render::talk(&format!(
        "{} requests, {} at {} requests per 10 s; later syncs ask for what changed",
        grouped(estimate.requests),
        duration(estimate.seconds()),
        grouped(estimate.requests_per_window.into()),
    ));
    let left_out = estimate.feeds.iter().any(|feed| feed.problem.is_some() && feed.is_read);
    Ok(if left_out { ExitCode::Access } else { ExitCode::Success })
}

/// The costs, a line per feed.
fn table(estimate: &Estimate) -> String {
    let mut grid =
        Grid::new(&[Alignment::Left, Alignment::Left, Alignment::Right, Alignment::Right, Alignment::Left]);
    grid.row(["feed", "resource", "records", "requests", ""]);
    for cost in &estimate.feeds {
        let number = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), grouped);
        grid.row([
            cost.feed.clone(),
            cost.resource.clone(),
            number(cost.records),
            number(cost.requests),
            remark(cost),
        ]);
    }
    grid.text("")
}

/// What is to be said of a feed beside its numbers.
fn remark(cost: &FeedCost) -> String {
    match (&cost.problem, &cost.cost, cost.is_read) {
        (Some(problem), _, _) => problem.clone(),
        (None, Some(words), false) => {
            format!("{words}; not read without `--also {}`", cost.resource)
        }
        (None, Some(words), true) => words.clone(),
        (None, None, false) => "not selected".to_owned(),
        (None, None, true) => String::new(),
    }
}
