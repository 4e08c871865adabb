//! Obtaining DuckDB's shared library, because compiling DuckDB from source takes most of an hour.
//!
//! The sources, in this order: a given folder, the one already in `.duckdb/`, the system's, the npm package,
//! the download built into the crate `libduckdb-sys`. A library of another version is never used; one from npm
//! must also have the known digest. Whatever is found is copied to `.duckdb/` in the workspace, which
//! `.cargo/config.toml` names as the place to link from.

mod digest;
mod platform;
mod sources;
mod store;
mod version;

use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::failure::Failure;
use crate::workspace::Workspace;
use platform::Platform;
use store::Store;
pub(crate) use store::stage;

/// The version of DuckDB that the crate `duckdb` of this workspace speaks.
const VERSION: &str = "1.5.6";
/// The version of `libduckdb-sys` in this workspace; its second number spells the version of DuckDB.
const CRATE_VERSION: &str = "1.10506.1";
/// The variable that names a folder with a library to use.
const GIVEN_FOLDER: &str = "RELATABLE_DUCKDB_DIR";

/// Returns the path of a library in `.duckdb/`, obtaining it first where needed; nothing when every source
/// fails and DuckDB has to be compiled. A given folder that cannot be used and a wrong digest are errors.
pub(crate) fn obtain(workspace: &Workspace) -> Result<Option<PathBuf>, Failure> {
    let Some(platform) = Platform::host() else {
        eprintln!("xtask: no prebuilt DuckDB library is known for this platform");
        return Ok(None);
    };
    let store = Store::new(workspace.root.join(".duckdb"), platform.library);
    let begin = Instant::now();
    if let Some(folder) = env::var_os(GIVEN_FOLDER).filter(|folder| !folder.is_empty()) {
        return store.put(&sources::given(Path::new(&folder), &platform)?).map(Some);
    }
    if let Some(library) = store.present()? {
        return Ok(Some(library));
    }
    let Some(library) = find(workspace, &store, &platform)? else {
        return Ok(None);
    };
    eprintln!("xtask: DuckDB {VERSION} obtained in {:.1} s", begin.elapsed().as_secs_f32());
    Ok(Some(library))
}

/// Tries the sources outside of the workspace; the failure of one leads to the next.
fn find(workspace: &Workspace, store: &Store, platform: &Platform) -> Result<Option<PathBuf>, Failure> {
    if let Some(library) = sources::system(platform)? {
        return store.put(&library).map(Some);
    }
    let scratch = store::Scratch::create()?;
    if let Some(package) = &platform.package {
        match sources::npm(package, platform, &scratch.folder) {
            Ok(library) => {
                digest::check(&library, package.digest)?;
                return store.put(&library).map(Some);
            }
            Err(failure) => eprintln!("xtask: not from npm: {failure}"),
        }
    }
    match sources::crate_download(workspace, platform, &scratch.folder) {
        Ok(library) => store.put(&library).map(Some),
        Err(failure) => {
            eprintln!("xtask: not by download: {failure}");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_here_are_those_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock").replace("\r\n", "\n");
        let entry = format!("name = \"libduckdb-sys\"\nversion = \"{CRATE_VERSION}\"");
        assert!(lock.contains(&entry), "Cargo.lock has another libduckdb-sys than {CRATE_VERSION}");

        let numbers: Vec<u32> = VERSION.split('.').map(|number| number.parse().expect("a number")).collect();
        let spelled = numbers[0] * 10_000 + numbers[1] * 100 + numbers[2];
        assert_eq!(CRATE_VERSION.split('.').nth(1), Some(spelled.to_string().as_str()));
    }
}
