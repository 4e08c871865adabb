//! The documents that files hold, and where they stand.

use crate::error::PipelineError;
use crate::shred::{Content, Item, Slice};
use relatable_model::json::{JsonErrorKind, records, values};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What some programs write before the first character of a text; it is no part of it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Documents in the order of their files.
pub(crate) struct Documents {
    /// The documents.
    pub(crate) items: Vec<Item>,
    /// Where the first of them stands.
    pub(crate) first: Option<Origin>,
}

/// Where a document stands.
pub(crate) struct Origin {
    /// The file.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// Reads the documents of files, as those of `resource`.
///
/// # Errors
/// [`PipelineError::File`] and [`PipelineError::FileSyntax`].
pub(crate) fn read(files: &[PathBuf], resource: &str, loaded_at_us: i64) -> Result<Documents, PipelineError> {
    let mut documents = Documents { items: Vec::new(), first: None };
    for file in files {
        let name = file.display().to_string();
        let body = content(file).map_err(|cause| PipelineError::File { file: name.clone(), cause })?;
        let start = if body.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let found = document_ranges(&body[start..]).map_err(|(offset, kind)| PipelineError::FileSyntax {
            line: line_at(&body, start + offset),
            file: name.clone(),
            reason: kind.to_string(),
        })?;
        if let (Some(first), None) = (found.first(), &documents.first) {
            documents.first = Some(Origin { file: name, line: line_at(&body, start + first.start) });
        }
        let body = Arc::new(body);
        documents.items.extend(found.into_iter().map(|range| Item {
            resource: resource.to_owned(),
            key: Vec::new(),
            synced_at_us: loaded_at_us,
            content: Content::Document {
                source: Slice { body: body.clone(), range: start + range.start..start + range.end },
                version: None,
                from_index: false,
                complete: true,
            },
        }));
    }
    Ok(documents)
}

/// The bytes of a file; `-` is standard input.
fn content(file: &Path) -> std::io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut body = Vec::new();
    std::io::stdin().lock().read_to_end(&mut body).map(|_| body)
}

/// The line of an offset, from 1.
fn line_at(body: &[u8], offset: usize) -> usize {
    1 + body[..offset.min(body.len())].iter().filter(|&&byte| byte == b'\n').count()
}

/// Where the documents of a text stand: its values, and the elements of those that are lists.
fn document_ranges(body: &[u8]) -> Result<Vec<Range<usize>>, (usize, JsonErrorKind)> {
    let mut found = Vec::new();
    for value in values(body).map_err(|error| (error.offset, error.kind))? {
        if body[value.start] != b'[' {
            found.push(value);
            continue;
        }
        let elements =
            records(&body[value.clone()], None).map_err(|error| (value.start + error.offset, error.kind))?;
        let shift = |range: Range<usize>| value.start + range.start..value.start + range.end;
        found.extend(elements.unwrap_or_default().into_iter().map(shift));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_however_a_file_is_laid_out() {
        for (text, expected) in [
            ("{\"a\":1}\n{\"a\":2}\n", 2),
            ("[{\"a\":1}, {\"a\":2}]", 2),
            ("{\n \"a\": [1, 2]\n}", 1),
            ("{\"a\":1}{\"a\":2} [{\"a\":3}]", 3),
            ("", 0),
            (" \n", 0),
        ] {
            assert_eq!(document_ranges(text.as_bytes()).unwrap().len(), expected, "{text}");
        }
        assert_eq!(document_ranges(b"{\"a\":1}\n{\"a\":}").unwrap_err().0, 13);
    }
}
