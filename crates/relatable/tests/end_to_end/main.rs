//! Whole runs against a simulated workspace over real HTTP, checked from outside our own code.

mod client;
mod comparison;
mod counts;
mod dump;
mod export;
mod freshness;
mod harness;
mod keys;
mod lost_journal;
mod missing;
mod oracle;
mod permissions;
mod selection;
mod strategies;
mod truth;
mod twice;
mod typed_columns;
mod verification;
