//! The sha256 digest of a file, and whether it is the known one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// The sha256 digest of a file in lower-case hexadecimal digits.
pub(super) fn sha256(path: &Path) -> Result<String, Failure> {
    let mut file = File::open(path).map_err(Failure::file("open", path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut buffer).map_err(Failure::file("read", path))?;
        if length == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&buffer[..length]);
    }
}

/// Fails unless the file has the known digest; says so when none is known.
pub(super) fn check(path: &Path, known: Option<&str>) -> Result<(), Failure> {
    let found = sha256(path)?;
    match known {
        None => eprintln!("xtask: no digest is known for this platform; sha256 {found} is taken on trust"),
        Some(expected) if expected == found => {}
        Some(expected) => {
            return Err(Failure::Digest { path: path.to_path_buf(), expected: expected.to_owned(), found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::store::Scratch;
    use super::*;

    /// The digest of the three bytes `abc` that the standard itself gives as its first example.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_file_with_another_digest_is_refused_with_both_digests_named() {
        let scratch = Scratch::create().expect("a scratch folder");
        let path = scratch.folder.join("library");
        fs::write(&path, "abc").expect("writable");
        assert_eq!(sha256(&path).expect("readable"), ABC);
        check(&path, Some(ABC)).expect("the right digest");
        check(&path, None).expect("no digest to compare with");

        fs::write(&path, "abd").expect("writable");
        let text = check(&path, Some(ABC)).expect_err("another digest").to_string();
        let found = sha256(&path).expect("readable");
        for part in [ABC, &found, &path.display().to_string(), super::super::GIVEN_FOLDER] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
    }
}
