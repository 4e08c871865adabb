//! `POST /contacts/search` and `POST /conversations/search`: what a body asks for, and which records match.

mod condition;
mod contact_fields;
mod conversation_fields;
mod evaluate;
mod instants;
mod query;

pub(crate) use contact_fields::ContactSearch;
pub(crate) use conversation_fields::ConversationSearch;
pub(crate) use evaluate::{TotalCache, search};
pub(crate) use instants::Granularity;
pub(crate) use query::{Request, SearchError};
