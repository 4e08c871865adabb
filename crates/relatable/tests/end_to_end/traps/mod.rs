//! The known traps of the API, by the numbers of the API notes' section 17: a reader without caution loses records in
//! them, quietly. Each test sets the trap in a simulated workspace, shows that it is set, and runs the pipeline over it.
//!
//! [`register`] says which test holds which trap. Those without a test do not concern reading, and it says why.

mod answers;
mod departures;
mod knowledge;
mod lists;
mod paging;
mod register;
mod scrolling;
mod searching;
mod stage;
mod tickets;
mod values;

use stage::{Stage, some, words};
