//! The model engine as its users meet it: documents in, tables out, and documents again.

mod article;
mod documents;
mod front_end;
mod keys;
mod order;
mod recorded;
mod replacement;
mod reversible;
mod stability;
mod tables;
mod variants;
mod wildcards;
