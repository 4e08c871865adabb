//! Whole runs against a simulated workspace over real HTTP, checked from outside our own code.

mod harness;
mod smoke;
