//! Flags about people who are to be forgotten.

use clap::Args;
use std::path::PathBuf;

/// Flags of `forget`.
#[derive(Debug, Args)]
#[command(after_help = "\
What goes: the contact with everything split from it; its notes, events and
whatever else is about it; conversations and tickets in which it is the only
contact. In others what it wrote, its name and address; and its id, address,
phone number and full name from every text, unless another contact has the
same. What other people wrote about it stays otherwise. All answers in the
journal are rewritten, and the files of both, so that nothing of it is left in
them. Of the contact a salted hash of its id is remembered: later runs store
nothing of it. `relatable forget` may be run again, after a crash say.")]
pub(crate) struct ForgetArguments {
    /// Ids of the contacts, with commas between
    #[arg(long, value_name = "IDS", value_delimiter = ',', required_unless_present = "email",
          value_parser = contact_id)]
    pub(crate) contact: Vec<String>,
    /// The contacts with these e-mail addresses, with commas between
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    pub(crate) email: Vec<String>,
    /// Where the tables are: sqlite:FILE, duckdb:FILE, postgres://… or mysql://…
    #[arg(long, value_name = "URI")]
    pub(crate) to: String,
    /// The journal [default: the destination's file with .journal]
    #[arg(long, value_name = "PATH")]
    pub(crate) journal: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// An id of a contact: it is looked for everywhere, so nothing short may be taken for one.
fn contact_id(text: &str) -> Result<String, String> {
    let is_id = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Ok(text.to_owned()) } else { Err("ids of contacts are 24 hexadecimal digits".to_owned()) }
}
