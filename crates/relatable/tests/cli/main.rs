//! What a person meets: the real executable, its words, its exit codes, and where each word goes.

mod api;
mod check;
mod configuration;
mod contract;
mod demo;
mod destination;
mod diff;
mod export;
mod forget;
mod help;
mod holding;
mod journal;
mod load;
mod load_inputs;
mod load_size;
mod model;
mod modes;
#[cfg(feature = "mysql")]
mod mysql;
mod plan;
mod planted;
#[cfg(feature = "postgres")]
mod postgres;
mod prefix;
mod program;
mod protect;
mod references;
mod remodel;
mod retention;
#[path = "../secrets/mod.rs"]
mod secrets;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
mod several;
mod suggest;
mod sync;
mod verify;
