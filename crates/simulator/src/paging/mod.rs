//! How lists are handed out in pages: by cursor, by page number with a link, by scroll.

mod cursor;
mod numbered;
mod scroll;

pub(crate) use cursor::Cursor;
pub(crate) use numbered::{Numbered, PageNumber};
pub(crate) use scroll::{Scroll, ScrollError};
