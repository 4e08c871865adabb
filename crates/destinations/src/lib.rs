//! Where the tables live: the [`Destination`] contract, and one folder per database with the same set of files.
//!
//! This is the only crate that knows SQL dialects. What it does **not** know: Intercom, HTTP, the journal, the rules
//! of the model. It is given settled tables and rows, and a checkpoint to store with them.

pub mod contract;
pub mod error;
pub mod package;
pub mod uri;

pub use contract::Destination;
pub use error::DestinationError;
