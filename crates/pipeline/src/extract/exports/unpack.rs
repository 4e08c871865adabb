//! Files of exports: tables of texts with commas between, packed with gzip, alone or in an archive. What a file is tells
//! its content and not its name, because something on the way may have unpacked it.

use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::io::{self, Read};

/// How a file begins that is packed with gzip.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// Where an archive says that it is one, and how.
const ARCHIVE: (usize, &[u8]) = (257, b"ustar");
/// What programs put before a text to tell its encoding.
const MARK: char = '\u{feff}';

/// A table: records are read as objects, a member for each column that is not empty.
pub(super) struct Table<R> {
    reader: csv::Reader<R>,
    columns: Vec<String>,
}

impl<R: Read> Table<R> {
    /// Reads the line of the columns.
    pub(super) fn open(text: R) -> csv::Result<Table<R>> {
        let mut reader = csv::ReaderBuilder::new().from_reader(text);
        let columns = reader.headers()?.iter().map(|name| name.trim_start_matches(MARK).to_owned()).collect();
        Ok(Table { reader, columns })
    }

    /// Gives columns other names.
    pub(super) fn renamed(self, rename: impl Fn(String) -> String) -> Table<R> {
        Table { columns: self.columns.into_iter().map(rename).collect(), ..self }
    }

    /// The next record; nothing after the last.
    pub(super) fn next(&mut self) -> csv::Result<Option<Map<String, Value>>> {
        let mut record = csv::StringRecord::new();
        if !self.reader.read_record(&mut record)? {
            return Ok(None);
        }
        let cells = self.columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        Ok(Some(cells.map(|(column, cell)| (column.clone(), Value::from(cell))).collect()))
    }
}

/// A file's content.
pub(super) fn unpacked(file: &[u8]) -> Box<dyn Read + Send + '_> {
    if file.starts_with(GZIP) { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) }
}

/// Whether a file that is packed can be unpacked to its end.
pub(super) fn is_whole(file: &[u8]) -> bool {
    io::copy(&mut unpacked(file), &mut io::sink()).is_ok()
}

/// The texts of all tables in a file, which is an archive or a table itself.
pub(super) fn tables(file: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut content = Vec::new();
    unpacked(file).read_to_end(&mut content)?;
    let (at, word) = ARCHIVE;
    if !content.get(at..).is_some_and(|rest| rest.starts_with(word)) {
        return Ok(vec![content]);
    }
    let mut tables = Vec::new();
    for entry in tar::Archive::new(content.as_slice()).entries()? {
        let mut entry = entry?;
        let is_table = entry.header().entry_type().is_file()
            && entry.path()?.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_table {
            let mut text = Vec::new();
            entry.read_to_end(&mut text)?;
            tables.push(text);
        }
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Value> {
        let mut table = Table::open(text.as_bytes()).unwrap();
        std::iter::from_fn(|| table.next().unwrap()).map(Value::Object).collect()
    }

    #[test]
    fn cells_are_read_as_they_were_written() {
        let text = "\u{feff}id,title,note\r\n1,\"a \"\"b\"\", c\",\r\n2,\"two\nlines\", Åland \r\n";
        let expected = serde_json::json!([
            {"id": "1", "title": "a \"b\", c"},
            {"id": "2", "title": "two\nlines", "note": " Åland "},
        ]);
        assert_eq!(Value::from(rows(text)), expected);
        assert_eq!(rows("id,title\n"), Vec::<Value>::new());
    }

    #[test]
    fn a_table_that_is_broken_is_an_error_and_no_shorter_table() {
        let mut table = Table::open(&b"a,b\n1,2\n3\n"[..]).unwrap();
        assert!(table.next().unwrap().is_some());
        assert!(table.next().is_err(), "a cell is missing");
        let mut table = Table::open(&b"a\n\xff\n"[..]).unwrap();
        assert!(table.next().is_err(), "no text");
    }

    #[test]
    fn a_packed_file_is_whole_or_it_is_not_used() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, b"a\n1\n").unwrap();
        let packed = encoder.finish().unwrap();
        assert!(is_whole(&packed));
        assert!(!is_whole(&packed[..packed.len() - 3]));
        assert_eq!(tables(&packed).unwrap(), [b"a\n1\n"]);
        assert!(is_whole(b"a\n1\n"), "unpacked on the way");
    }
}
