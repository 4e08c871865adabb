//! Which file and which npm package hold the library on which platform.

use std::env::consts::{ARCH, OS};

/// What is known about the library on one platform.
pub(super) struct Platform {
    /// The file name of the shared library.
    pub(super) library: &'static str,
    /// The npm package with the library, where there is one.
    pub(super) package: Option<Package>,
}

/// An npm package that carries the library as a plain file.
#[derive(Debug, PartialEq)]
pub(super) struct Package {
    /// The name, without version.
    pub(super) name: &'static str,
    /// The sha256 digest of the library inside, in hexadecimal digits. Without one only the version of the
    /// library is checked, beside the checksum npm itself applies to the package.
    pub(super) digest: Option<&'static str>,
}

/// The version of the npm packages: DuckDB 1.5.6, first revision of the package.
pub(super) const PACKAGE_VERSION: &str = "1.5.6-r.1";

impl Platform {
    /// The platform this program runs on, unless no prebuilt library fits it.
    pub(super) fn host() -> Option<Self> {
        // The published libraries need the GNU C library.
        if cfg!(target_env = "musl") { None } else { Self::named(OS, ARCH) }
    }

    /// A platform by the names Rust gives to operating systems and processors.
    fn named(system: &str, processor: &str) -> Option<Self> {
        let library = match system {
            "linux" => "libduckdb.so",
            "macos" => "libduckdb.dylib",
            _ => return None,
        };
        let package = match (system, processor) {
            ("linux", "x86_64") => Some(Package {
                name: "@duckdb/node-bindings-linux-x64",
                digest: Some("3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633"),
            }),
            ("linux", "aarch64") => Some(Package { name: "@duckdb/node-bindings-linux-arm64", digest: None }),
            ("macos", "x86_64") => Some(Package { name: "@duckdb/node-bindings-darwin-x64", digest: None }),
            ("macos", "aarch64") => {
                Some(Package { name: "@duckdb/node-bindings-darwin-arm64", digest: None })
            }
            _ => None,
        };
        Some(Self { library, package })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_its_file_and_package() {
        let cases = [
            ("linux", "x86_64", Some(("libduckdb.so", Some("@duckdb/node-bindings-linux-x64")))),
            ("linux", "aarch64", Some(("libduckdb.so", Some("@duckdb/node-bindings-linux-arm64")))),
            ("linux", "riscv64", Some(("libduckdb.so", None))),
            ("macos", "x86_64", Some(("libduckdb.dylib", Some("@duckdb/node-bindings-darwin-x64")))),
            ("macos", "aarch64", Some(("libduckdb.dylib", Some("@duckdb/node-bindings-darwin-arm64")))),
            ("windows", "x86_64", None),
        ];
        for (system, processor, expected) in cases {
            let platform = Platform::named(system, processor);
            let found =
                platform.map(|platform| (platform.library, platform.package.map(|package| package.name)));
            assert_eq!(found, expected, "{system} {processor}");
        }
    }

    #[test]
    fn known_digests_are_sha256() {
        for (system, processor) in [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "aarch64")] {
            let package = Platform::named(system, processor).and_then(|platform| platform.package);
            if let Some(digest) = package.and_then(|package| package.digest) {
                assert!(
                    digest.len() == 64 && digest.chars().all(|digit| digit.is_ascii_hexdigit()),
                    "{digest}"
                );
            }
        }
        assert!(PACKAGE_VERSION.starts_with(super::super::VERSION));
    }
}
