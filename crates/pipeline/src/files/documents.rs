//! Where the documents of a file stand: one per line, one behind the other however they are laid out, in lists, or at a
//! path inside larger ones — without ever holding more of the file than one document and a little beyond.

use super::batch::Standing;
use super::window::{Position, Window};
use crate::error::PipelineError;
use relatable_model::json::{JsonError, JsonErrorKind, decoded, records_at, values};
use relatable_model::shred::HELD_BYTES_MAX;
use std::io;

/// What some programs write before the first character of a text; it is no part of it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// How much of a file is looked at to tell how it is laid out, unless its first line is longer.
const HEAD_BYTES: usize = 1024 * 1024;

/// Bytes of a character at most.
const CHARACTER_BYTES_MAX: usize = 4;
/// Why a document has no records.
pub(crate) const NO_LIST: &str = "what stands where the records should be is no list";

/// Why reading documents ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Nobody takes any more.
    Unwanted,
    /// What went wrong.
    Failed(PipelineError),
}

/// Takes documents: the bytes, where they stand, and as what. `false` ends the reading.
pub(crate) type Take<'t> = dyn FnMut(&[u8], Position, Standing) -> bool + 't;

/// Reads the documents of one file.
pub(crate) struct Documents<'d, 't> {
    name: &'d str,
    window: Window<'d>,
    /// The members that lead to the list of records in each document; empty where the documents are the records.
    path: &'d [String],
    take: &'d mut Take<'t>,
}

impl<'d, 't> Documents<'d, 't> {
    /// Reads the documents of the file `name`.
    pub(crate) fn new(
        name: &'d str,
        window: Window<'d>,
        path: &'d [String],
        take: &'d mut Take<'t>,
    ) -> Documents<'d, 't> {
        Documents { name, window, path, take }
    }

    /// Hands over every document, in order.
    pub(crate) fn read(mut self) -> Result<(), Stop> {
        while self.window.text().len() < BYTE_ORDER_MARK.len() && self.on_file(Window::read_on)? {}
        if self.window.text().starts_with(BYTE_ORDER_MARK) {
            self.window.pass(BYTE_ORDER_MARK.len());
        }
        if self.on_file(Window::pass_space)?.is_none() {
            return Ok(());
        }
        if self.has_document_lines()? { self.lines() } else { self.values() }
    }

    /// Whether each line is a document, as far as the head of the file tells: its first lines are, or the head is no JSON and
    /// [`looks_like_lines`] all the same. A document that goes over several lines, and a list of them, have other lines.
    fn has_document_lines(&mut self) -> Result<bool, Stop> {
        // With a path, a document may well be longer than memory.
        let length_max = if self.path.is_empty() { HELD_BYTES_MAX } else { HEAD_BYTES };
        let Some((first, _)) = self.on_file(|window| window.line(length_max))? else { return Ok(false) };
        while self.window.text().len() < HEAD_BYTES && self.on_file(Window::read_on)? {}
        let head = self.window.text();
        let mut behind = filled_lines(&head[first..]);
        if is_document(&head[..first]) && behind.next().is_none_or(is_document) {
            return Ok(true);
        }
        // Where the head ends, it may be cut within a value or a character.
        let is_cut = head.len() >= HEAD_BYTES;
        let cut = if is_cut { head.len() - CHARACTER_BYTES_MAX } else { usize::MAX };
        if values(head).is_err_and(|error| error.offset < cut) {
            return Ok(looks_like_lines(head));
        }
        // What is whole so far may break later, and a line that does is left out where lines are documents.
        let whole = head.iter().rposition(|byte| *byte == b'\n').unwrap_or_default();
        Ok(is_cut && whole > 0 && filled_lines(&head[..whole]).all(has_documents))
    }

    /// Reads documents that are a line each.
    fn lines(&mut self) -> Result<(), Stop> {
        loop {
            let Some((length, has_end)) = self.on_file(|window| window.line(HELD_BYTES_MAX))? else {
                return Err(self.too_long());
            };
            let line = &self.window.text()[..length];
            let position = self.window.position();
            if !line.trim_ascii().is_empty() {
                let records = if self.path.is_empty() { None } else { Some(records_at(line, self.path)) };
                let taken = match records {
                    // A line that is broken is handed over as it is, and then found to be.
                    None => (self.take)(line, position, Standing::Line),
                    Some(Err(_)) if values(line).is_err() => (self.take)(line, position, Standing::Line),
                    Some(Err(_)) => (self.take)(line, position, Standing::LineWithoutRecords),
                    Some(Ok(records)) => records.into_iter().all(|range| {
                        let position = position.behind(&line[..range.start]);
                        (self.take)(&line[range], position, Standing::Line)
                    }),
                };
                if !taken {
                    return Err(Stop::Unwanted);
                }
            }
            self.window.pass(length + usize::from(has_end));
            if !has_end {
                return Ok(());
            }
        }
    }

    /// Reads documents that stand one behind the other; the elements of lists are documents.
    fn values(&mut self) -> Result<(), Stop> {
        while self.on_file(Window::pass_space)?.is_some() {
            self.records(self.path)?;
        }
        Ok(())
    }

    /// Reads the records at the end of `path` in the value here.
    fn records(&mut self, path: &[String]) -> Result<(), Stop> {
        match (self.on_file(|window| window.byte(0))?, path) {
            (Some(b'['), _) => self.list(|reader| reader.element(path)),
            (Some(b'{'), [first, rest @ ..]) => self.members(first, rest),
            (Some(_), []) if self.path.is_empty() => self.document(),
            (Some(b'n'), _) | (_, [_, ..]) => self.check(),
            _ => Err(self.no_list()),
        }
    }

    /// Reads an element of a list: a record, or something on the way to records.
    fn element(&mut self, path: &[String]) -> Result<(), Stop> {
        if path.is_empty() { self.document() } else { self.records(path) }
    }

    /// Reads a list, whose elements `element` reads.
    fn list(&mut self, mut element: impl FnMut(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        self.window.pass(1);
        if self.on_file(Window::pass_space)? == Some(b']') {
            self.window.pass(1);
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.goes_on(b']')? {
                return Ok(());
            }
        }
    }

    /// Whether a comma stands here and not the end of a list or object; passes it.
    fn goes_on(&mut self, end: u8) -> Result<bool, Stop> {
        let found = self.on_file(Window::pass_space)?;
        match found {
            Some(b',') => {
                self.window.pass(1);
                self.on_file(Window::pass_space)?;
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.window.pass(1);
                Ok(false)
            }
            Some(_) => Err(self.broken(JsonErrorKind::UnexpectedCharacter)),
            None => Err(self.broken(JsonErrorKind::UnexpectedEnd)),
        }
    }

    /// Reads the records at the end of `rest` in the member `name` of the object here, and checks the other members.
    fn members(&mut self, name: &str, rest: &[String]) -> Result<(), Stop> {
        self.window.pass(1);
        if self.on_file(Window::pass_space)? == Some(b'}') {
            self.window.pass(1);
            return Ok(());
        }
        loop {
            let length = self.value_length()?;
            let key = &self.window.text()[..length];
            if key.first() != Some(&b'"') {
                return Err(self.broken(JsonErrorKind::UnexpectedCharacter));
            }
            let is_meant = std::str::from_utf8(&key[1..length - 1]).is_ok_and(|key| *decoded(key) == *name);
            self.check()?;
            if self.on_file(Window::pass_space)? != Some(b':') {
                return Err(self.broken(JsonErrorKind::UnexpectedCharacter));
            }
            self.window.pass(1);
            self.on_file(Window::pass_space)?;
            if is_meant {
                self.records(rest)?;
            } else {
                self.check()?;
            }
            if !self.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    /// Hands over the value here.
    fn document(&mut self) -> Result<(), Stop> {
        let length = self.value_length()?;
        let position = self.window.position();
        if !(self.take)(&self.window.text()[..length], position, Standing::Value) {
            return Err(Stop::Unwanted);
        }
        self.window.pass(length);
        Ok(())
    }

    /// Passes the value here, which is no record but must be well-formed.
    fn check(&mut self) -> Result<(), Stop> {
        let length = self.value_length()?;
        if let Err(error) = values(&self.window.text()[..length]) {
            return Err(self.broken_at(&error));
        }
        self.window.pass(length);
        Ok(())
    }

    /// The length of the value here.
    fn value_length(&mut self) -> Result<usize, Stop> {
        match self.on_file(|window| window.value(HELD_BYTES_MAX))? {
            Some(0) => Err(self.broken(JsonErrorKind::UnexpectedCharacter)),
            Some(length) => Ok(length),
            None if self.window.text().len() > HELD_BYTES_MAX => Err(self.too_long()),
            // What is there says best where it went wrong.
            None => match values(self.window.text()) {
                Err(error) => Err(self.broken_at(&error)),
                Ok(_) => Err(self.broken(JsonErrorKind::UnexpectedEnd)),
            },
        }
    }

    /// Does something with the window that may read on.
    fn on_file<T>(&mut self, does: impl FnOnce(&mut Window<'d>) -> io::Result<T>) -> Result<T, Stop> {
        does(&mut self.window)
            .map_err(|cause| Stop::Failed(PipelineError::File { file: self.name.to_owned(), cause }))
    }

    /// The error that something else than a document stands here.
    fn broken(&self, kind: JsonErrorKind) -> Stop {
        self.broken_at(&JsonError { kind, offset: 0 })
    }

    /// The error of the text here.
    fn broken_at(&self, error: &JsonError) -> Stop {
        let text = self.window.text();
        let position = self.window.position().behind(&text[..error.offset.min(text.len())]);
        self.syntax(position, error.kind.to_string())
    }

    /// The error that something else than a list of records stands here.
    fn no_list(&self) -> Stop {
        self.syntax(self.window.position(), NO_LIST.to_owned())
    }

    /// The error that a document is too long to be held.
    fn too_long(&self) -> Stop {
        let reason = format!("a document is longer than {HELD_BYTES_MAX} bytes");
        self.syntax(self.window.position(), reason)
    }

    /// An error of the file.
    fn syntax(&self, position: Position, reason: String) -> Stop {
        let Position { line, column } = position;
        Stop::Failed(PipelineError::FileSyntax { file: self.name.to_owned(), line, column, reason })
    }
}

/// The lines of a text that have something on them.
fn filled_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty())
}

/// Whether a line is one whole document.
fn is_document(line: &[u8]) -> bool {
    line.first() == Some(&b'{') && values(line).is_ok_and(|found| found.len() == 1)
}

/// Whether a line is whole documents, one or several.
fn has_documents(line: &[u8]) -> bool {
    let are_objects = |found: Vec<std::ops::Range<usize>>| found.into_iter().all(|at| line[at.start] == b'{');
    line.first() == Some(&b'{') && values(line).is_ok_and(are_objects)
}

/// Whether a line is a part of something larger: more must follow, or it ends what began before it.
fn is_part(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.ends_with(b",")
        || line.ends_with(b"{")
        || line.ends_with(b"[")
        || line.starts_with(b"]")
        || line == b"}"
}

/// Whether broken text looks like documents of a line each, some of them broken, rather than like something larger that is:
/// lines are whole documents, and no more of them parts of something larger.
fn looks_like_lines(text: &[u8]) -> bool {
    let documents = filled_lines(text).filter(|line| has_documents(line)).count();
    let parts = filled_lines(text).filter(|line| is_part(line)).count();
    let needed = if text.first() == Some(&b'[') { parts + 1 } else { parts.max(1) };
    documents >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documents of a text, each as `line:column text`, with `!` where it is a line of its own; or where it is broken.
    fn read(text: &str, path: &str) -> Result<Vec<String>, String> {
        let path: Vec<String> = path.split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect();
        let mut found = Vec::new();
        let mut take = |bytes: &[u8], Position { line, column }: Position, standing: Standing| {
            let mark = if standing.is_line() { "!" } else { "" };
            found.push(format!("{mark}{line}:{column} {}", String::from_utf8_lossy(bytes)));
            true
        };
        match Documents::new("f", Window::new(Box::new(text.as_bytes())), &path, &mut take).read() {
            Ok(()) => Ok(found),
            Err(Stop::Failed(error)) => Err(error.to_string()),
            Err(Stop::Unwanted) => unreachable!("all are wanted"),
        }
    }

    #[test]
    fn documents_are_found_however_a_file_is_laid_out() {
        for (text, path, expected) in [
            ("{\"a\":1}\n{\"a\":2}\n", "", vec!["!1:1 {\"a\":1}", "!2:1 {\"a\":2}"]),
            (
                "\u{feff} \n{\"a\":1}\n\n{\"a\":\n{\"a\":2}",
                "",
                vec!["!2:1 {\"a\":1}", "!4:1 {\"a\":", "!5:1 {\"a\":2}"],
            ),
            // The first line is broken, the second is a document.
            ("{\"a\":\n{\"a\":2}\n", "", vec!["!1:1 {\"a\":", "!2:1 {\"a\":2}"]),
            // So is whatever stands where the first documents should be.
            ("1}\n{\"a\":2}\n", "", vec!["!1:1 1}", "!2:1 {\"a\":2}"]),
            ("[INFO] go\n{\"a\":2}\n", "", vec!["!1:1 [INFO] go", "!2:1 {\"a\":2}"]),
            ("{\"a\":\n{\"a\n{\"a\":3}", "", vec!["!1:1 {\"a\":", "!2:1 {\"a", "!3:1 {\"a\":3}"]),
            (
                "{\"a\":1} {\"a\":2}\n{\"a\":3} {\"a\n{\"a\":5}",
                "",
                vec!["!1:1 {\"a\":1} {\"a\":2}", "!2:1 {\"a\":3} {\"a", "!3:1 {\"a\":5}"],
            ),
            // A document over several lines is one, broken or not.
            (
                "{\"l\":[\n{\"a\":1},\n{\"a\":2}\n], \"n\": nul}",
                "",
                vec!["1:1 {\"l\":[\n{\"a\":1},\n{\"a\":2}\n], \"n\": nul}"],
            ),
            ("[{\"a\":1}, {\"a\":2}]", "", vec!["1:2 {\"a\":1}", "1:11 {\"a\":2}"]),
            ("{\n \"a\": [1, 2]\n}\n{}", "", vec!["1:1 {\n \"a\": [1, 2]\n}", "4:1 {}"]),
            ("{}\n{\n\"a\":1\n}", "", vec!["1:1 {}", "2:1 {\n\"a\":1\n}"]),
            ("{}\n{\"a\":1}{}", "", vec!["1:1 {}", "2:1 {\"a\":1}", "2:8 {}"]),
            ("{}\n {}\n[{}]\n", "", vec!["1:1 {}", "2:2 {}", "3:2 {}"]),
            ("{\"a\":[\n{\"b\":1}\n]}", "", vec!["1:1 {\"a\":[\n{\"b\":1}\n]}"]),
            ("{\"a\":1}{\"a\":2} [{\"a\":3}]", "", vec!["1:1 {\"a\":1}", "1:8 {\"a\":2}", "1:17 {\"a\":3}"]),
            ("[1, [2]]", "", vec!["1:2 1", "1:5 [2]"]),
            ("", "", vec![]),
            (" \n", "", vec![]),
            ("{\"d\":{\"i\":[1,{}]},\"x\":[0]}", "d.i", vec!["!1:12 1", "!1:14 {}"]),
            ("{\n\"x\":{\"i\":[9]},\"d\":{\"\\u0069\":[1,\n{}]}}", "d.i", vec!["2:30 1", "3:1 {}"]),
            ("[{\"i\":[1]},{\"i\":null},{},{\"i\":[2]}]", "i", vec!["1:8 1", "1:32 2"]),
            ("{\"i\":[1]}\n{\"i\":\n{\"i\":[2]}", "i", vec!["!1:7 1", "!2:1 {\"i\":", "!3:7 2"]),
        ] {
            assert_eq!(
                read(text, path),
                Ok(expected.iter().map(|text| (*text).to_owned()).collect()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_breaks_off_says_where() {
        for (text, path, expected) in [
            ("[{\"a\":1} {\"a\":2}]", "", "line 1, column 10: unexpected character"),
            (
                "{\"l\":[\n{\"a\":1},\n{\"a\":2}\n], \"n\": nul}",
                "l",
                "line 4, column 9: unexpected character",
            ),
            (
                "[\n{\"a\":1},\n{\"a\":2,\n{\"a\":3}\n]",
                "",
                "line 5, column 2: the text ends before the value does",
            ),
            ("[{\"a\":1},\n]", "", "line 2, column 1: unexpected character"),
            ("[{\"a\":1},\n{\"a\":", "", "line 2, column 6: the text ends before the value does"),
            ("[{\"a\":1}", "", "line 1, column 9: the text ends before the value does"),
            ("{\n\"a\": \"x\n}", "", "line 2, column 8: unescaped control character in a string"),
            ("]", "", "line 1, column 1: unexpected character"),
            ("{\n\"i\": 7}", "i", "line 2, column 6: what stands where the records should be is no list"),
            ("{\n\"x\": nul, \"i\": []}", "i", "line 2, column 6: unexpected character"),
        ] {
            let error = read(text, path).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
