//! A window on a text that is longer than memory: what has been read and not yet passed.

use std::io::{self, ErrorKind, Read};

/// Bytes read at once, at least.
const READ_BYTES: usize = 256 * 1024;

/// Where something stands in a text: line and column from 1, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Position {
    /// The position behind `text`, which stands here.
    pub(crate) fn behind(self, text: &[u8]) -> Position {
        match memchr::memrchr(b'\n', text) {
            None => Position { column: self.column + text.len() as u64, ..self },
            Some(last) => Position {
                line: self.line + memchr::memchr_iter(b'\n', text).count() as u64,
                column: (text.len() - last) as u64,
            },
        }
    }
}

/// A text, read as it is needed. Offsets count from what has not been passed yet.
pub(crate) struct Window<'a> {
    source: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// Where in the buffer the text begins that has not been passed.
    start: usize,
    /// How much of the buffer is filled.
    end: usize,
    is_complete: bool,
    position: Position,
}

impl<'a> Window<'a> {
    /// A window on the beginning of a text.
    pub(crate) fn new(source: Box<dyn Read + 'a>) -> Window<'a> {
        let position = Position { line: 1, column: 1 };
        Window { source, buffer: Vec::new(), start: 0, end: 0, is_complete: false, position }
    }

    /// Where the text stands that has not been passed.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// What has been read and not passed.
    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads on; `false` at the end of the text.
    pub(crate) fn read_on(&mut self) -> io::Result<bool> {
        if self.is_complete {
            return Ok(false);
        }
        if self.buffer.len() - self.end < READ_BYTES {
            // What was passed makes room; a long value makes the window grow by halves.
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.buffer.len() - self.end < READ_BYTES {
                self.buffer.resize((self.end + self.end / 2).max(4 * READ_BYTES), 0);
            }
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.is_complete = true;
                    return Ok(false);
                }
                Ok(length) => {
                    self.end += length;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The byte at an offset; `None` behind the end of the text.
    pub(crate) fn byte(&mut self, offset: usize) -> io::Result<Option<u8>> {
        while self.start + offset >= self.end {
            if !self.read_on()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.start + offset]))
    }

    /// Passes so many bytes, which have been read.
    pub(crate) fn pass(&mut self, length: usize) {
        self.position = self.position.behind(&self.buffer[self.start..self.start + length]);
        self.start += length;
    }

    /// Passes white space, and returns the byte behind it.
    pub(crate) fn pass_space(&mut self) -> io::Result<Option<u8>> {
        let mut length = 0;
        loop {
            match self.byte(length)? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => length += 1,
                other => {
                    if length > 0 {
                        self.pass(length);
                    }
                    return Ok(other);
                }
            }
        }
    }

    /// The length of the line here without its end, and whether it has one; `None` if it is longer than `length_max`.
    pub(crate) fn line(&mut self, length_max: usize) -> io::Result<Option<(usize, bool)>> {
        let mut searched = 0;
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.text()[searched..]) {
                return Ok(Some((searched + length, true)));
            }
            searched = self.text().len();
            if searched > length_max {
                return Ok(None);
            }
            if !self.read_on()? {
                return Ok(Some((searched, false)));
            }
        }
    }

    /// The length of the value here, as far as quotes and brackets tell; `None` where the text ends before it does, or it
    /// is longer than `length_max`.
    pub(crate) fn value(&mut self, length_max: usize) -> io::Result<Option<usize>> {
        match self.byte(0)? {
            None => Ok(None),
            Some(b'{' | b'[' | b'"') => self.quoted_or_nested(length_max),
            Some(_) => self.bare(length_max),
        }
    }

    /// [`value`](Self::value) for a number or a word, which the text's end may end.
    fn bare(&mut self, length_max: usize) -> io::Result<Option<usize>> {
        let ends = |byte: u8| byte.is_ascii_whitespace() || b",:[]{}\"".contains(&byte);
        let mut length = 0;
        while let Some(byte) = self.byte(length)? {
            if ends(byte) {
                break;
            }
            if length > length_max {
                return Ok(None);
            }
            length += 1;
        }
        Ok(Some(length))
    }

    /// [`value`](Self::value) for a string, a list or an object.
    fn quoted_or_nested(&mut self, length_max: usize) -> io::Result<Option<usize>> {
        let (mut at, mut depth, mut in_string) = (0, 0_usize, false);
        while let Some(byte) = self.byte(at)? {
            if at > length_max {
                return Ok(None);
            }
            at += 1;
            match byte {
                b'\\' if in_string => at += 1,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth -= 1,
                _ => continue,
            }
            if in_string {
                // Nothing else ends or changes a string.
                let rest = &self.buffer[(self.start + at).min(self.end)..self.end];
                at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            } else if depth == 0 {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drip(&'static [u8]);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn a_value_ends_where_its_brackets_and_quotes_do() {
        for (text, expected) in [
            ("{\"a\": [1, \"}]\\\"\"]} ,", Some(18)),
            ("\"a\\\\\" \"", Some(5)),
            ("12, ", Some(2)),
            ("true", Some(4)),
            ("]", Some(0)),
            ("{\"a\": \"", None),
            ("", None),
        ] {
            assert_eq!(Window::new(Box::new(Drip(text.as_bytes()))).value(1000).unwrap(), expected, "{text}");
            assert_eq!(Window::new(Box::new(text.as_bytes())).value(1000).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn the_position_follows_the_text() {
        let mut window = Window::new(Box::new(&b"ab\n\n  cd"[..]));
        window.byte(0).unwrap();
        window.pass(2);
        assert_eq!(window.position(), Position { line: 1, column: 3 });
        assert_eq!(window.pass_space().unwrap(), Some(b'c'));
        assert_eq!(window.position(), Position { line: 3, column: 3 });
    }
}
