//! What becomes of references, as a flag says it.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use relatable_destinations::References;

/// The help of `--references` where there is room: with what each choice means.
const HELP: &str = "\
    What becomes of references between resources: `declare` writes them down, and \
    they may lead to nothing, as to a teammate who was deleted. `enforce` makes them \
    foreign keys (in PostgreSQL, MySQL, MariaDB and SQLite) and keeps a row marked \
    `_is_stub` for what is missing, which no view shows and nothing counts. Tables \
    stay as they were made: `remodel` with the other choice makes them anew. \
    References that depend on a second column are never enforced; those of or to a \
    resource in the mode `history` cannot be [default: as the tables were made; \
    `declare` at first]";

/// The flag that says what becomes of references.
#[derive(Debug, Args)]
pub(crate) struct ReferencesArguments {
    /// Whether references between resources are foreign keys, with a row marked
    /// `_is_stub` for what is missing [default: as the tables were made]
    #[arg(long, value_name = "declare|enforce", hide_possible_values = true, long_help = HELP, value_parser = parser())]
    pub(crate) references: Option<References>,
}

/// Takes one of the words.
fn parser() -> impl TypedValueParser<Value = References> {
    let words =
        [References::Declare, References::Enforce].map(|references| PossibleValue::new(references.name()));
    PossibleValuesParser::new(words).map(|word| References::from_name(&word).unwrap_or_default())
}
