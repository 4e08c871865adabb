//! Which version of DuckDB a library file is, without loading it.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// A version as three numbers, comparable.
type Version = (u32, u32, u32);

/// The version of the library, such as `1.5.6`; nothing when the file holds no version at all.
///
/// A library holds its own version and those of all earlier releases (it knows which storage format each one
/// wrote), each as a C string `v1.2.3`: so the highest one is its own.
pub(super) fn of(path: &Path) -> Result<Option<String>, Failure> {
    let bytes = fs::read(path).map_err(Failure::file("read", path))?;
    Ok(highest(&bytes).map(|(major, minor, patch)| format!("{major}.{minor}.{patch}")))
}

/// The highest version among the C strings of the bytes.
fn highest(bytes: &[u8]) -> Option<Version> {
    bytes.split(|byte| *byte == 0).filter_map(parse).max()
}

/// Reads `v1.2.3` and nothing else.
fn parse(string: &[u8]) -> Option<Version> {
    let text = std::str::from_utf8(string.strip_prefix(b"v")?).ok()?;
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    let version = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_string_is_the_library_s_own() {
        let cases: [(&[u8], Option<Version>); 5] = [
            (b"\x7fELF\0v1.5.6\0Development\0v1.5.5\0v0.10.3\0", Some((1, 5, 6))),
            (b"v1.5.6\0v1.10.0\0v1.9.9\0", Some((1, 10, 0))),
            (b"\0v2.0.0\0v1.5.6\0", Some((2, 0, 0))),
            (b"xv1.5.6\0v1.5.6-dev\0v1.5\0v1.5.6.7\0\xffv1.5.6\0", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(highest(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
