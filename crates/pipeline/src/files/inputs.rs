//! What is to be read: files, folders, patterns and the standard input, as places that can be read twice, also at once.

use crate::error::PipelineError;
use flate2::read::MultiGzDecoder;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What stands for the standard input.
const STANDARD_INPUT: &str = "-";
/// How names of files end that a folder is searched for, each also with one of [`COMPRESSED`] behind.
const ENDINGS: [&str; 3] = [".json", ".ndjson", ".jsonl"];
/// How names of compressed files end. What a file is decides its content.
const COMPRESSED: [&str; 2] = [".gz", ".zst"];
/// The first bytes of gzip.
const GZIP: &[u8] = &[0x1F, 0x8B];
/// The first bytes of Zstandard.
const ZSTANDARD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// Bytes read at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// One file, or what was read in place of one.
#[derive(Debug)]
pub(crate) struct Input {
    /// Its name, for messages.
    pub(crate) name: String,
    place: Place,
}

/// Where the content is.
#[derive(Debug)]
enum Place {
    /// In a file, which must not change between the passes of a load.
    File(PathBuf, Stamp),
    /// In a temporary file without a name: it came from where it can be read only once.
    Spooled(Mutex<File>),
}

/// One of several who read a spooled file at once, each from a place of its own.
struct Reader<'f> {
    file: &'f Mutex<File>,
    /// Where it goes on reading.
    offset: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.offset))?;
        let length = file.read(buffer)?;
        self.offset += length as u64;
        Ok(length)
    }
}

/// What shows that a file has changed.
type Stamp = (u64, Option<SystemTime>);

/// The stamp of a file now.
fn stamp(metadata: &Metadata) -> Stamp {
    (metadata.len(), metadata.modified().ok())
}

/// The inputs that `named` stand for, in that order: a folder for the files in it and below, a pattern for what it
/// matches, both sorted by path.
///
/// # Errors
/// [`PipelineError::File`] for what cannot be read, [`PipelineError::NothingFound`] for a folder or pattern without files.
pub(crate) fn inputs(named: &[PathBuf]) -> Result<Vec<Input>, PipelineError> {
    let mut inputs = Vec::new();
    for name in named {
        if name == Path::new(STANDARD_INPUT) {
            let spooled = spool(io::stdin().lock()).map_err(|cause| file_error(name, cause))?;
            inputs
                .push(Input { name: STANDARD_INPUT.to_owned(), place: Place::Spooled(Mutex::new(spooled)) });
            continue;
        }
        for file in files(name)? {
            inputs.push(input(file)?);
        }
    }
    Ok(inputs)
}

/// The files that a name stands for.
fn files(name: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let nothing = || PipelineError::NothingFound { name: name.display().to_string() };
    let mut found = Vec::new();
    if name.is_dir() {
        gather(name, &mut found)?;
        found.sort();
        return if found.is_empty() { Err(nothing()) } else { Ok(found) };
    }
    // A file may be called like a pattern.
    let pattern = name.to_str().filter(|text| !name.exists() && text.contains(['*', '?', '[']));
    let Some(matches) = pattern.and_then(|pattern| glob::glob(pattern).ok()) else {
        return Ok(vec![name.to_owned()]);
    };
    for path in matches {
        let path = path.map_err(|error| {
            let path = error.path().to_owned();
            file_error(&path, error.into())
        })?;
        if path.is_dir() {
            gather(&path, &mut found)?;
        } else {
            found.push(path);
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() { Err(nothing()) } else { Ok(found) }
}

/// Adds the files with documents in a folder and below it. Hidden ones are left alone, and links to folders, which may
/// lead in circles.
fn gather(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), PipelineError> {
    let error = |cause| file_error(folder, cause);
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy().to_ascii_lowercase();
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type().map_err(error)?.is_dir() {
            gather(&path, found)?;
        } else if has_ending(&name) && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a file of this name, in lower case, is one with documents.
fn has_ending(name: &str) -> bool {
    let bare = COMPRESSED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

/// The input that a file is: what is no regular file, a pipe say, can be read only once and is spooled.
fn input(path: PathBuf) -> Result<Input, PipelineError> {
    let error = |cause| file_error(&path, cause);
    let metadata = std::fs::metadata(&path).map_err(error)?;
    let name = path.display().to_string();
    let place = if metadata.is_file() || metadata.is_dir() {
        File::open(&path).map_err(error)?;
        Place::File(path, stamp(&metadata))
    } else {
        Place::Spooled(Mutex::new(File::open(&path).and_then(spool).map_err(error)?))
    };
    Ok(Input { name, place })
}

/// Keeps what can be read once in a temporary file.
fn spool(mut source: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut source, &mut file)?;
    Ok(file)
}

/// The error of a file.
fn file_error(path: &Path, cause: io::Error) -> PipelineError {
    PipelineError::File { file: path.display().to_string(), cause }
}

impl Input {
    /// The content from the beginning, unpacked.
    ///
    /// # Errors
    /// [`PipelineError::File`], and [`PipelineError::FileChanged`] for a file that is not as it was.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + '_>, PipelineError> {
        let error = |cause| PipelineError::File { file: self.name.clone(), cause };
        match &self.place {
            Place::File(path, known) => {
                let file = File::open(path).map_err(error)?;
                if stamp(&file.metadata().map_err(error)?) != *known {
                    return Err(PipelineError::FileChanged { file: self.name.clone() });
                }
                unpacked(file).map_err(error)
            }
            Place::Spooled(file) => unpacked(Reader { file, offset: 0 }).map_err(error),
        }
    }
}

/// What a file holds, unpacked if its first bytes say that it is compressed.
fn unpacked<'f>(file: impl Read + 'f) -> io::Result<Box<dyn Read + 'f>> {
    let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
    let head = file.fill_buf()?;
    Ok(if head.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(file))
    } else if head.starts_with(ZSTANDARD) {
        Box::new(zstd::stream::read::Decoder::with_buffer(file)?)
    } else {
        Box::new(file)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_files_with_documents_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("b/c")).unwrap();
        for name in [
            "z.json",
            "b/c/a.NDJSON.gz",
            "b/d.jsonl.zst",
            "b.json",
            ".hidden.json",
            "notes.txt",
            "a.json.bak",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = files(folder.path()).unwrap();
        let relative = found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap());
        assert_eq!(relative.collect::<Vec<_>>(), ["b/c/a.NDJSON.gz", "b/d.jsonl.zst", "b.json", "z.json"]);
    }
}
