//! Writes made-up conversations as NDJSON, the same ones each time: something of any size to load.
//!
//! `cargo run -p relatable-model --example conversations -- MEGABYTES > conversations.ndjson`

#[path = "../benches/shredding/conversations.rs"]
mod conversations;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let Some(megabytes) = std::env::args().nth(1).and_then(|text| text.parse::<usize>().ok()) else {
        writeln!(io::stderr(), "usage: conversations MEGABYTES")?;
        return Ok(ExitCode::FAILURE);
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for document in conversations::generate(megabytes * 1_000_000) {
        out.write_all(&document)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
