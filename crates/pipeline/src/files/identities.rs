//! Which documents come again in a load: found by sorting what identifies them, beyond memory in temporary files.

use relatable_model::shred::Identity;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// Identities kept in memory at most.
const HELD_MAX: usize = 1 << 20;
/// Bytes of one.
const IDENTITY_BYTES: usize = 16;

/// The identities of a load's documents.
#[derive(Debug, Default)]
pub(super) struct Identities {
    held: Vec<Identity>,
    /// Those that were too many to be held, sorted within each file.
    runs: Vec<File>,
}

impl Identities {
    /// Adds those of some documents.
    pub(super) fn extend(&mut self, identities: Vec<Identity>) -> io::Result<()> {
        self.held.extend(identities);
        if self.held.len() >= HELD_MAX { self.spill() } else { Ok(()) }
    }

    /// Writes those held to a file.
    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut run = BufWriter::new(tempfile::tempfile()?);
        for identity in self.held.drain(..) {
            run.write_all(&identity.to_bytes())?;
        }
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.rewind()?;
        self.runs.push(run);
        Ok(())
    }

    /// Those of several documents.
    pub(super) fn repeated(mut self) -> io::Result<Vec<Identity>> {
        if self.runs.is_empty() {
            self.held.sort_unstable();
            return Ok(again(self.held.into_iter()));
        }
        self.spill()?;
        let mut runs: Vec<BufReader<File>> = self.runs.into_iter().map(BufReader::new).collect();
        let mut next = BinaryHeap::new();
        for (place, run) in runs.iter_mut().enumerate() {
            next.extend(read(run)?.map(|identity| Reverse((identity, place))));
        }
        let mut failure = None;
        let merged = std::iter::from_fn(|| {
            let Reverse((identity, place)) = next.pop()?;
            match read(&mut runs[place]) {
                Ok(following) => next.extend(following.map(|following| Reverse((following, place)))),
                Err(error) => failure = Some(error),
            }
            Some(identity)
        });
        let repeated = again(merged);
        failure.map_or(Ok(repeated), Err)
    }
}

/// The next identity of a run.
fn read(run: &mut BufReader<File>) -> io::Result<Option<Identity>> {
    let mut bytes = [0; IDENTITY_BYTES];
    match run.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(Identity::from_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Those that come several times in sorted order, each once.
fn again(sorted: impl Iterator<Item = Identity>) -> Vec<Identity> {
    let mut found: Vec<Identity> = Vec::new();
    let mut previous = None;
    for identity in sorted {
        if previous == Some(identity) && found.last() != Some(&identity) {
            found.push(identity);
        }
        previous = Some(identity);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_found_within_memory_and_beyond_it() {
        let identity = |number: u64| Identity::from_bytes(u128::from(number).to_be_bytes());
        for count in [10_u64, 2 * HELD_MAX as u64 + 5] {
            let mut identities = Identities::default();
            // 3 and the last come again, the former twice.
            let all: Vec<Identity> = (0..count).rev().chain([3, count - 1, 3]).map(identity).collect();
            for chunk in all.chunks(100_000) {
                identities.extend(chunk.to_vec()).unwrap();
            }
            assert_eq!(identities.repeated().unwrap(), [identity(3), identity(count - 1)]);
        }
    }
}
