//! Whole runs against a simulated workspace over real HTTP, checked from outside our own code.

mod client;
mod clock;
mod comparison;
mod counts;
mod departures;
mod dump;
mod economy;
mod export;
mod exports;
mod freshness;
mod harness;
mod history;
mod incomplete;
mod keys;
mod lost_journal;
mod missing;
mod modes;
#[cfg(feature = "mysql")]
mod mysql;
mod oracle;
mod permissions;
#[cfg(feature = "postgres")]
mod postgres;
mod references;
mod schedules;
#[expect(dead_code, reason = "here each run is searched for the people of its own workspace")]
#[path = "../secrets/mod.rs"]
mod secrets;
mod selection;
mod shrinking;
mod strategies;
mod traps;
mod truth;
mod twice;
mod typed_columns;
mod verification;
mod versions;
mod windows;
mod wire;
