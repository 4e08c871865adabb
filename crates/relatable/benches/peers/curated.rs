//! The curated rules for documents in files.

use std::path::{Path, PathBuf};

/// Writes the curated rules of a resource into a folder, without what only the API has: versions of records, and the
/// requests that a record is put together from.
pub(crate) fn for_files(resource: &str, folder: &Path) -> PathBuf {
    let curated = format!("{}/../intercom/models/{resource}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&curated).unwrap_or_else(|error| panic!("{curated}: {error}"));
    let kept = text.lines().filter(|line| !line.starts_with("version = ")).map(|line| {
        let Some((before, rest)) = line.split_once("answer = \"") else { return line.to_owned() };
        let (_, behind) = rest.split_once("\", ").expect("another property behind an answer");
        format!("{before}{behind}")
    });
    let file = folder.join(format!("{resource}.toml"));
    std::fs::write(&file, kept.collect::<Vec<_>>().join("\n")).expect("room for rules");
    file
}
