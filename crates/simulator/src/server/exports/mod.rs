//! Exports, which are made as jobs: started, asked about until they are over, and fetched as a file (API notes,
//! section 14).

mod file;
mod job;
pub(super) mod messages;
pub(super) mod reporting;

pub(super) use job::Jobs;
