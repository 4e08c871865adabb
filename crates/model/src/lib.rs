//! How JSON documents become keyed, typed tables — and documents again.
//!
//! [`rules`] say what happens at each nested path; [`plan`] compiles them into a tree of paths; [`shred`] runs
//! documents through that tree in one pass, from bytes to Arrow record batches, discovering what the rules do not
//! mention; [`reassemble`] goes the other way; [`normal`] defines when two documents count as the same; [`profile`]
//! measures documents and says what it would choose; [`protect`] replaces values that must not be stored, [`forget`] takes people out; [`evolve`] says what other rules would do to the tables there are.
//!
//! What this crate does **not** know: the network, any database or SQL dialect, and Intercom. It is pure: it neither
//! reads the clock nor touches a file.

pub mod convert;
pub mod evolve;
pub mod forget;
pub mod issue;
pub mod json;
pub mod logical;
pub mod naming;
pub mod normal;
pub mod plan;
pub mod profile;
pub mod protect;
pub mod reassemble;
mod reshape;
pub mod rules;
pub mod schema;
pub mod shred;
pub mod width;
pub mod write_mode;
