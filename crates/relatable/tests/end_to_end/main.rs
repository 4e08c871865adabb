//! Whole runs against a simulated workspace over real HTTP, checked from outside our own code.

mod client;
mod comparison;
mod harness;
mod oracle;
mod truth;
