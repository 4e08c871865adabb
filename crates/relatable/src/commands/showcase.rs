//! What the demo shows at its end: which tables there are, and three questions with their real answers.

use crate::failure::Failure;
use crate::render::{self, Alignment, Grid, grouped};
use crate::target::Target;
use relatable_destinations::Destination;
use relatable_destinations::package::Answer;
use relatable_model::rules::{Rules, TablePrefix};
use std::collections::HashSet;

/// A question in words and in SQL that every destination understands.
struct Question {
    words: &'static str,
    sql: &'static str,
}

/// The questions.
const QUESTIONS: [Question; 3] = [
    Question {
        words: "Who handles most conversations, and how many parts does a typical one take?",
        sql: include_str!("../../queries/teammates.sql"),
    },
    Question {
        words: "Which tags are on most contacts, and are those users or leads?",
        sql: include_str!("../../queries/tags.sql"),
    },
    Question { words: "Which companies talk to us most?", sql: include_str!("../../queries/companies.sql") },
];

/// Prints what is where; names there begin with `prefix`, and those in `rules` do.
///
/// # Errors
/// [`Failure::Destination`] when it cannot be read back, [`Failure::Output`] when it cannot be printed.
pub(super) fn show(target: &Target, prefix: &TablePrefix, rules: &Rules) -> Result<(), Failure> {
    let mut destination = target.open()?;
    render::data(&format!("\n{} now holds\n", destination.describe()))?;
    render::data(&tables(destination.as_mut())?)?;
    for question in &QUESTIONS {
        let sql = over_prefixed(question.sql, prefix, rules);
        let answer = destination.query(&sql)?;
        let sql: Vec<String> = sql.trim_end().lines().map(|line| format!("  {line}")).collect();
        render::data(&format!("\n{}\n\n{}\n\n{}", question.words, sql.join("\n"), grid(&answer).text("  ")))?;
    }
    let mut further = Grid::new(&[Alignment::Left, Alignment::Left]);
    further.row([
        match target.file() {
            Some(file) => format!("{} {}", target.shell(), file.display()),
            None => target.shell().to_owned(),
        },
        "ask your own questions".to_owned(),
    ]);
    further.row(["relatable model show", "what every table and column means"]);
    further.row(["relatable help sync", "how to read your own workspace"]);
    render::data(&format!("\nTo look further\n\n{}", further.text("  ")))
}

/// Every table with its number of rows.
fn tables(destination: &mut dyn Destination) -> Result<String, Failure> {
    let mut names: Vec<String> = Vec::new();
    for remembered in destination.remembered()? {
        if !names.contains(&remembered.table) {
            names.push(remembered.table);
        }
    }
    let counts: Vec<String> = names.iter().map(|name| format!("(SELECT count(*) FROM \"{name}\")")).collect();
    let answer = destination.query(&format!("SELECT {}", counts.join(", ")))?;
    let counts = answer.rows.into_iter().next().unwrap_or_default();
    let mut grid = Grid::new(&[Alignment::Left, Alignment::Right]);
    grid.row(["table", "rows"]);
    for (name, count) in names.into_iter().zip(counts) {
        let count = count.and_then(|count| count.parse().ok()).unwrap_or_default();
        grid.row([name, grouped(count)]);
    }
    Ok(grid.text("  "))
}

/// SQL with `prefix` before each of the tables and views that the rules know by that name.
fn over_prefixed(sql: &str, prefix: &TablePrefix, rules: &Rules) -> String {
    let names: HashSet<&str> = rules.asked_names().into_iter().map(|(_, name)| name).collect();
    let mut text = String::with_capacity(sql.len());
    let mut is_table = false;
    for word in sql.split_inclusive(char::is_whitespace) {
        if is_table && names.contains(prefix.before(word.trim_end()).as_str()) {
            text += prefix.as_str();
        }
        text += word;
        is_table = ["FROM", "JOIN"].contains(&word.trim_end());
    }
    text
}

/// An answer as a table; columns that hold only numbers stand right.
fn grid(answer: &Answer) -> Grid {
    let numeric = |column: usize| {
        let mut cells = answer.rows.iter().filter_map(|row| row[column].as_deref());
        cells.all(|cell| cell.parse::<f64>().is_ok())
    };
    let alignments: Vec<Alignment> = (0..answer.columns.len())
        .map(|column| if numeric(column) { Alignment::Right } else { Alignment::Left })
        .collect();
    let mut grid = Grid::new(&alignments);
    grid.row(answer.columns.iter().map(String::as_str));
    for row in &answer.rows {
        grid.row(row.iter().map(|cell| cell.as_deref().unwrap_or("")));
    }
    grid
}
