//! Documents as data: one a line, to the standard output or into a file.

use crate::failure::Failure;
use relatable_faults::{EXPORT_NAMED, EXPORT_OPENED, EXPORT_WRITTEN};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Ending of a file's name while it is written.
const PART_ENDING: &str = ".part";

/// Writes documents. A file appears under its name when it is whole.
pub(crate) struct DocumentWriter {
    out: BufWriter<Box<dyn Write>>,
    /// The file as it is written, and where it goes.
    file: Option<(PathBuf, PathBuf)>,
    count: u64,
    failed: Option<io::Error>,
}

impl DocumentWriter {
    /// A writer to this file, or to the standard output.
    ///
    /// # Errors
    /// [`Failure::OutputFile`] when the file cannot be made.
    pub(crate) fn new(file: Option<&Path>) -> Result<DocumentWriter, Failure> {
        let Some(file) = file else {
            return Ok(DocumentWriter {
                out: BufWriter::new(Box::new(io::stdout())),
                file: None,
                count: 0,
                failed: None,
            });
        };
        let mut part = file.as_os_str().to_owned();
        part.push(PART_ENDING);
        let part = PathBuf::from(part);
        let made = File::create(&part).and_then(|made| {
            relatable_faults::reach(EXPORT_OPENED)?;
            Ok(made)
        });
        let made = made.map_err(|cause| Failure::OutputFile { file: file.to_path_buf(), cause })?;
        Ok(DocumentWriter {
            out: BufWriter::new(Box::new(made)),
            file: Some((part, file.to_path_buf())),
            count: 0,
            failed: None,
        })
    }

    /// Writes one document; a break where no more can be written.
    pub(crate) fn line(&mut self, document: &impl Display) -> ControlFlow<()> {
        match writeln!(self.out, "{document}") {
            Ok(()) => {
                self.count += 1;
                ControlFlow::Continue(())
            }
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Ends the writing; answers how many documents were written. A reader that went away had enough.
    ///
    /// # Errors
    /// [`Failure::Output`] or [`Failure::OutputFile`] when not all could be written.
    pub(crate) fn finish(mut self) -> Result<u64, Failure> {
        let outcome = self.failed.take().map_or_else(|| self.out.flush(), Err);
        match (outcome, self.file) {
            (Ok(()), None) => Ok(self.count),
            (Err(error), None) if error.kind() == ErrorKind::BrokenPipe => Ok(self.count),
            (Err(cause), None) => Err(Failure::Output(cause)),
            (outcome, Some((part, file))) => match outcome.and_then(|()| name(&part, &file)) {
                Ok(()) => Ok(self.count),
                Err(cause) => Err(Failure::OutputFile { file, cause }),
            },
        }
    }
}

/// Gives a whole file its own name.
fn name(part: &Path, file: &Path) -> io::Result<()> {
    relatable_faults::reach(EXPORT_WRITTEN)?;
    std::fs::rename(part, file)?;
    relatable_faults::reach(EXPORT_NAMED)
}
