//! What the simulator promises, asked over real HTTP.

mod catalogue;
mod client;
mod control;
mod departures;
mod description;
mod documents;
mod events;
mod exports;
mod faults;
mod limits;
mod paging;
mod search;
mod size;
mod versions;
