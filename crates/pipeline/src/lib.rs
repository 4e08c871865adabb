//! A run: plan → extract → journal → shred → load, and the events that tell of it.
//!
//! [`sync()`] reads a workspace into a destination; [`load_files()`] takes documents from files instead. Both tell an
//! [`event::Observer`] what happens, and return a [`report::RunReport`]. [`export()`] goes the other way, from
//! tables to documents; [`verify()`] holds tables against the API and [`repair()`] mends them; [`remodel()`] makes tables anew under other rules; [`profile_files()`] and [`profile_journal()`] measure documents.
//!
//! What this crate does **not** know: HTTP details, SQL dialects, and how anything is shown to a person.

mod delivery;
pub mod error;
mod estimate;
pub mod event;
mod export;
mod extract;
mod files;
mod forget;
mod history;
mod load;
mod profile;
mod readiness;
mod remembrance;
mod remodel;
pub mod report;
mod retention;
mod shred;
mod sync;
mod verify;

pub use delivery::{Delivery, Undelivered};
pub use error::PipelineError;
pub use estimate::{Estimate, FeedCost, estimate};
pub use export::export;
pub use extract::SweepAges;
pub use files::{BROKEN_LINE, FileLoad, file_resource, load_files};
pub use forget::{ForgetReport, contacts_with_email, forget};
pub use history::Since;
pub use profile::{profile_files, profile_journal};
pub use readiness::{check_destination, check_references, check_workspace};
pub use remembrance::{prefix_in_force, remembered_prefix, remembered_rules};
pub use remodel::{Remodel, remodel};
pub use retention::{Retention, open_journal, prune_journal, release_destination};
pub use sync::{ReadingSettings, Run, SyncSettings, sync, sync_all};
pub use verify::{
    Finding, FindingKind, LISTED_MAX_DEFAULT, Open, ResourceProof, VerifyReport, VerifySettings, repair,
    verify,
};
