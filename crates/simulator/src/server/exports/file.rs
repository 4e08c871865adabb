//! The files that exports are fetched as. Written by hand where that is little, so that who reads them with a library
//! does not read what the same library wrote.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A table of values separated by commas, with a line for its columns.
pub(super) fn table(columns: &[&str], rows: &[Vec<Option<String>>]) -> Vec<u8> {
    let mut text = String::new();
    line(&mut text, columns.iter().copied());
    for row in rows {
        line(&mut text, row.iter().map(|cell| cell.as_deref().unwrap_or_default()));
    }
    text.into_bytes()
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}

/// Packed with gzip.
pub(super) fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// An archive of one file, packed with gzip.
pub(super) fn archive(name: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, name, bytes)?;
    packed(&archive.into_inner()?)
}
