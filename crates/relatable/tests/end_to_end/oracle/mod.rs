//! What the tables must hold, worked out from the workspace's whole documents by code of its own: the tables are
//! written out here by hand, so that neither the rules nor the engine under test vouch for themselves.

mod account;
mod attributes;
mod cell;
mod companies;
mod conversations;
mod coverage;
mod expectation;
mod exports;
mod knowledge;
mod people;
mod settings;
mod table;
mod tickets;

pub(crate) use cell::{Cell, Kind, Stored};
pub(crate) use coverage::members_without_column;
pub(crate) use expectation::{ExpectedTable, expected_tables, expected_tables_with};
pub(crate) use exports::exported_tables;
pub(crate) use table::Table;

/// Every table but `counts`, which is made of totals and not of documents.
pub(crate) fn tables() -> Vec<Table> {
    let parts = [
        people::tables(),
        companies::tables(),
        account::tables(),
        conversations::tables(),
        tickets::tables(),
        knowledge::tables(),
        settings::tables(),
    ];
    parts.into_iter().flatten().collect()
}
