//! The searches over contacts, companies, conversations and tickets: what a body asks for, and which records match.

mod company_fields;
mod condition;
mod contact_fields;
mod conversation_fields;
mod evaluate;
mod instants;
mod query;
mod ticket_fields;

pub(crate) use company_fields::CompanySearch;
pub(crate) use contact_fields::ContactSearch;
pub(crate) use conversation_fields::ConversationSearch;
pub(crate) use evaluate::{TotalCache, search};
pub(crate) use instants::Granularity;
pub(crate) use query::{Request, SearchError};
pub(crate) use ticket_fields::TicketSearch;
