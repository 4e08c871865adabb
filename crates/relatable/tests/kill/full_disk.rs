//! A disk that is full stops a run with its name, damages nothing, and the next run goes on to the whole.

use crate::SCROLL_LEASE_S;
use crate::disturbance::dump::Engine;
use crate::disturbance::{compare, simulator};
use crate::secrets::{TOKEN, search};
use crate::victim::Victim;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs the program on a small disk of memory, which the script gives room once it is told to go on, and again. What
/// each run said, its code, and what was on the disk after it are left in the folder `$OUT`.
const SCRIPT: &str = r#"
mount -t tmpfs -o size="$SIZE" tmpfs "$0" || exit 99
"$@" 2>"$OUT/said.1"; echo $? >"$OUT/code.1.part"
cp -r "$0" "$OUT/disk.1" && mv "$OUT/code.1.part" "$OUT/code.1"
while [ ! -e "$OUT/go" ]; do sleep 0.1; [ -d "$OUT" ] || exit 98; done
mount -o remount,size=1g "$0" || exit 99
"$@" 2>"$OUT/said.2"; echo $? >"$OUT/code.2"
cp -r "$0" "$OUT/disk.2"
"#;
/// A disk that no engine's tables fit on, however well it packs them.
const SIZE_MAX_BYTES: u64 = 1 << 20;
/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What lies on the small disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Small {
    Tables,
    Journal,
}

#[test]
fn a_full_disk_is_named_and_the_next_run_with_room_brings_the_whole() {
    let permitted = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !permitted.is_ok_and(|status| status.success()) {
        println!("not tested: this machine does not let a test mount a file system");
        return;
    }
    check(Engine::Sqlite, Small::Tables, 7, "no space is left for SQLite file ");
    check(Engine::Sqlite, Small::Journal, 9, "journal");
    #[cfg(feature = "duckdb")]
    check(Engine::DuckDb, Small::Tables, 7, "no space is left for DuckDB file ");
}

/// Checks one engine with one of its files on the small disk, far smaller than that file would become.
fn check(engine: Engine, small: Small, code: i32, said: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = simulator(&runtime, 250);
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    Victim::start(&simulator.base_url(), engine, &undisturbed, &[]).finish();
    simulator.advance_clock(SCROLL_LEASE_S);
    let expected = engine.dump(&undisturbed);
    let grown = match small {
        Small::Tables => undisturbed.clone(),
        Small::Journal => undisturbed.with_extension("journal"),
    };
    let size = (std::fs::metadata(&grown).unwrap().len() / 8).min(SIZE_MAX_BYTES);
    let mut child = start(folder.path(), size, &simulator.base_url(), engine, small);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let began = Instant::now();
    while !folder.path().join("code.1").exists() {
        assert!(began.elapsed() < PATIENCE && child.try_wait().unwrap().is_none(), "{engine:?}, {small:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let told = read("said.1");
    search(&["sync"], "", &told);
    assert_eq!(read("code.1").trim(), code.to_string(), "{engine:?}, {small:?}: {told}");
    assert!(told.contains(said) && told.contains("hint: free some space"), "{engine:?}, {small:?}: {told}");
    let tables = |disk: &str| match small {
        Small::Tables => folder.path().join(disk).join("tables"),
        Small::Journal => folder.path().join("tables"),
    };
    // Whatever was loaded by then can be read, and is whole.
    if tables("disk.1").exists() {
        engine.dump(&tables("disk.1"));
    }
    simulator.advance_clock(SCROLL_LEASE_S);
    std::fs::write(folder.path().join("go"), "").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(read("code.2").trim(), "0", "{engine:?}, {small:?}: {}", read("said.2"));
    compare(&expected, &engine.dump(&tables("disk.2")), "with room");
}

/// Starts the script in `folder`.
fn start(folder: &Path, size_bytes: u64, base_url: &str, engine: Engine, small: Small) -> Child {
    let disk = folder.join("disk");
    std::fs::create_dir(&disk).unwrap();
    let on = |is_small: bool| if is_small { disk.as_path() } else { folder };
    let tables = on(small == Small::Tables).join("tables");
    let journal = on(small == Small::Journal).join("tables.journal");
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT])
        .arg(&disk)
        .args([env!("CARGO_BIN_EXE_relatable"), "sync", "--quiet", "--base-url", base_url, "--to"])
        .arg(engine.uri(&tables))
        .arg("--journal")
        .arg(journal)
        .env("SIZE", size_bytes.to_string())
        .env("OUT", folder)
        .env("INTERCOM_TOKEN", TOKEN)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
