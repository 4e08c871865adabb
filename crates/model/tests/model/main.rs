//! The model engine as its users meet it: documents in, tables out, and documents again.

#![expect(
    clippy::print_stdout,
    reason = "a test prints the seed that replays it, and what it had to leave out"
)]

mod answers;
mod batches;
mod broken;
mod documents;
mod entries;
mod evolve;
mod fuzz;
mod hostile;
mod json_suite;
mod keys;
mod kinds;
mod lists;
mod mutations;
mod names;
mod order;
mod prefix;
mod profile;
mod protect;
mod recorded;
mod refusals;
mod reversible;
mod rule_guide;
mod rule_sets;
mod tables;
mod unfamiliar;
mod variants;
mod wide;
mod wildcards;
