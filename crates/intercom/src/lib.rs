//! The Intercom API: how to ask, how fast, how its answers are paged, what there is, and what its documents mean.
//!
//! [`Client`] sends requests within the [`budget`], retries what is worth retrying and names every failure;
//! [`catalogue`] lists what can be read, as data; [`models`] holds the curated rules of every resource.
//!
//! What this crate does **not** know: the journal, any database, and in which order a run reads.

pub mod answer;
pub mod attributes;
pub mod budget;
pub mod catalogue;
pub mod client;
pub mod clock;
pub mod error;
pub mod models;
pub mod request;
pub mod retry;
mod server_clock;
pub mod workspace;

pub use client::{Client, Settings};
pub use error::ClientError;
