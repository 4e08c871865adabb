//! What goes wrong around a load, and what it leaves.

use crate::bench::{Bench, table};
use crate::child;
use crate::client::Engine;
use relatable_destinations::package::TableChange;
use relatable_destinations::{DestinationError, open_waiting};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A destination with one contact.
fn with_a_contact(engine: Engine) -> Bench {
    let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
    bench.load(vec![contact(&bench, "1")]);
    bench
}

/// A change with one contact.
fn contact(bench: &Bench, id: &str) -> TableChange {
    bench.rows("contacts", &["id", "name"], json!([[id, "Ann"]]))
}

/// The destination works, and holds exactly the first contact and then one more.
fn check_unharmed(mut bench: Bench) {
    assert_eq!(bench.destination.checkpoint().expect("checkpoint").expect("claimed").seq, 1);
    assert_eq!(bench.read("SELECT id FROM contacts"), ["1"]);
    bench.destination.claim("w1", "j1").expect("claim");
    bench.seq = 1;
    bench.load(vec![contact(&bench, "2")]);
    assert_eq!(bench.read("SELECT id FROM contacts ORDER BY id"), ["1", "2"]);
}

pub(crate) fn an_error_of_the_producer_leaves_nothing(engine: Engine) {
    let mut bench = with_a_contact(engine);
    bench.tables.push(table("tags", &["id"], &[]));
    let mut changes = vec![Ok(contact(&bench, "3").into()), Err("the journal is broken".into())].into_iter();
    bench.seq = 2;
    let error = bench.load_produced(&mut changes).expect_err("the producer failed");
    assert!(
        matches!(&error, DestinationError::Producer(cause) if cause.to_string() == "the journal is broken")
    );
    bench.tables.truncate(1);
    engine.run(&bench.path, "CREATE TABLE tags (mine INTEGER)");
    check_unharmed(bench);
}

pub(crate) fn a_handle_dropped_in_a_load_leaves_nothing(engine: Engine) {
    let mut bench = with_a_contact(engine);
    let change = contact(&bench, "3");
    bench.seq = 2;
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut produced = 0;
        let mut changes = std::iter::from_fn(|| {
            produced += 1;
            if produced == 1 { Some(Ok(change.clone().into())) } else { panic!("on purpose, within a load") }
        });
        let _ = bench.load_produced(&mut changes);
    }));
    assert!(unwound.is_err());
    bench.destination = bench.another();
    check_unharmed(bench);
}

pub(crate) fn a_process_killed_in_a_load_leaves_nothing(engine: Engine) {
    if let Some(folder) = child::folder() {
        let mut bench = Bench::new(engine, vec![table("contacts", &["id"], &["name"])]);
        bench.path = folder.join("tables");
        bench.destination = bench.another();
        bench.destination.claim("w1", "j1").expect("claim");
        let changes = [contact(&bench, "3"), contact(&bench, "4")];
        let mut changes = changes
            .into_iter()
            .map(|change| Ok(change.into()))
            .chain(std::iter::from_fn(|| std::process::abort()));
        bench.seq = 2;
        let _ = bench.load_produced(&mut changes);
        return;
    }
    let bench = with_a_contact(engine);
    let folder = bench.path.parent().expect("a folder").to_path_buf();
    let case = "a_process_killed_in_a_load_leaves_nothing";
    let output = child::command(engine, case, &folder).output().expect("a child");
    assert!(!output.status.success(), "the child lived");
    check_unharmed(bench);
}

/// Runs a case as a child with a small disk; says so where that cannot be had.
#[expect(clippy::print_stderr, reason = "a test that could not run must say so")]
fn on_small_disk(engine: Engine, case: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mut command) = child::command_on_small_disk(engine, case, folder.path()) else {
        eprintln!("not tested: this machine does not let a test mount a file system ({case})");
        return;
    };
    let output = command.output().expect("a child");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// A bench on the small disk, with a contact.
fn bench_in(engine: Engine, folder: &Path) -> Bench {
    let mut bench = Bench::unclaimed(engine, vec![table("contacts", &["id"], &["name"])]);
    bench.path = folder.join("tables");
    bench.destination = bench.another();
    bench.destination.claim("w1", "j1").expect("claim");
    bench.load(vec![contact(&bench, "1")]);
    bench
}

pub(crate) fn a_full_disk_is_named_and_harms_nothing(engine: Engine) {
    let Some(folder) = child::folder() else {
        return on_small_disk(engine, "a_full_disk_is_named_and_harms_nothing");
    };
    let mut bench = bench_in(engine, &folder);
    // Text that does not compress, from a fixed seed.
    let mut state = 7_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:016x}", state ^ (state >> 29))
    };
    let rows: Vec<_> = (0..40_000)
        .map(|number| json!([format!("n{number}"), (0..12).map(|_| noise()).collect::<String>()]))
        .collect();
    let change = bench.rows("contacts", &["id", "name"], json!(rows));
    let error = bench.try_load(vec![change]).expect_err("the disk is full");
    assert!(matches!(&error, DestinationError::Full { .. }), "{error:?}");
    check_unharmed(bench);
}

pub(crate) fn a_read_only_place_is_named(engine: Engine) {
    let Some(folder) = child::folder() else {
        return on_small_disk(engine, "a_read_only_place_is_named");
    };
    let mut bench = bench_in(engine, &folder);
    let mount = |mode: &str| {
        let options = format!("remount,{mode}");
        let status = std::process::Command::new("mount").args(["-o", &options]).arg(&folder).status();
        assert!(status.expect("mount").success(), "{mode}");
    };
    // A file held open would keep the file system busy.
    bench.destination = Bench::unclaimed(engine, vec![]).destination;
    mount("ro");
    for name in ["tables", "new"] {
        let uri = format!("{}:{}", engine.scheme(), folder.join(name).display());
        let claimed = open_waiting(&uri, Duration::ZERO).and_then(|mut handle| handle.claim("w1", "j1"));
        let error = claimed.expect_err("read-only");
        assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{name}: {error:?}");
        let checked = open_waiting(&uri, Duration::ZERO).and_then(|mut handle| handle.check(&[]));
        let error = checked.expect_err("read-only");
        assert!(matches!(&error, DestinationError::ReadOnly { .. }), "{name}: {error:?}");
    }
    mount("rw");
    bench.destination = bench.another();
    check_unharmed(bench);
}

pub(crate) fn a_lock_is_waited_for_and_then_named(engine: Engine) {
    if let Some(folder) = child::folder() {
        hold(engine, &folder.join("tables"));
        return;
    }
    let bench = with_a_contact(engine);
    let folder: PathBuf = bench.path.parent().expect("a folder").to_path_buf();
    let mut child = child::command(engine, "a_lock_is_waited_for_and_then_named", &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut said = BufReader::new(child.stdout.take().expect("stdout")).lines();
    assert!(said.by_ref().any(|line| line.expect("a line").contains("holding")), "the child holds nothing");
    let began = Instant::now();
    let error = bench.another().claim("w1", "j1").expect_err("locked");
    assert!(began.elapsed() >= Duration::from_millis(400), "it was not waited for");
    match &error {
        DestinationError::Locked { holder, .. } => {
            let named = engine.of(String::new(), format!("PID {}", child.id()), "of the server".to_owned());
            assert!(!holder.is_empty() && holder.contains(&named), "{holder}");
        }
        other => panic!("{other:?}"),
    }
    // The holder lets go while we wait.
    let uri = engine.uri(&bench.path);
    let mut patient = open_waiting(&uri, Duration::from_secs(30)).expect("open");
    let claimed = std::thread::spawn(move || patient.claim("w1", "j1"));
    std::thread::sleep(Duration::from_millis(200));
    drop(child.stdin.take());
    said.for_each(drop);
    assert!(child.wait().expect("the child ends").success());
    claimed.join().expect("the thread").expect("claim");
    check_unharmed(bench);
}

/// Holds the file for writing until the parent closes this process's input.
#[expect(clippy::print_stdout, reason = "the parent waits for this line")]
fn hold(engine: Engine, path: &Path) {
    let wait = || {
        println!("holding");
        std::io::stdin().lines().for_each(drop);
    };
    match engine {
        #[cfg(feature = "sqlite")]
        Engine::Sqlite => {
            let connection = rusqlite::Connection::open(path).expect("open");
            connection.execute_batch("BEGIN IMMEDIATE").expect("begin");
            wait();
        }
        #[cfg(feature = "duckdb")]
        Engine::DuckDb => {
            let _connection = duckdb::Connection::open(path).expect("open");
            wait();
        }
        #[cfg(feature = "postgres")]
        Engine::Postgres => {
            let mut client = crate::client::connect(path);
            let sql =
                "BEGIN; SELECT pg_advisory_xact_lock(hashtext('relatable'), hashtext(current_schema()))";
            client.batch_execute(sql).expect("the lock");
            wait();
        }
        #[cfg(feature = "mysql")]
        Engine::MySql => {
            let database = crate::mysql_client::database(path);
            crate::mysql_client::with(Some(database), async |conn: &mut mysql_async::Conn| {
                use mysql_async::prelude::Queryable;
                let sql = "SELECT GET_LOCK(CONCAT('relatable.', LEFT(SHA2(DATABASE(), 256), 40)), 0)";
                assert_eq!(conn.query_first::<i64, _>(sql).await?, Some(1));
                wait();
                Ok(())
            });
        }
    }
}

pub(crate) fn what_is_no_database_is_named_and_left(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |path: &Path| {
        let uri = format!("{}:{}", engine.scheme(), path.display());
        open_waiting(&uri, Duration::ZERO).err().unwrap_or_else(|| panic!("{uri} opened"))
    };
    let text = folder.path().join("text");
    let content = "this is a letter, not a database. ".repeat(400);
    std::fs::write(&text, &content).expect("write");
    assert!(matches!(open(&text), DestinationError::NotADatabase { .. }), "{:?}", open(&text));
    assert_eq!(std::fs::read_to_string(&text).expect("read"), content);
    let error = open(folder.path());
    assert!(matches!(&error, DestinationError::Open { .. }), "{error:?}");
    let error = open(&folder.path().join("missing").join("file"));
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("missing"), "{cause}");
    assert!(!folder.path().join("missing").exists());
}

pub(crate) fn readers_get_in_between_loads(engine: Engine) {
    let mut bench = with_a_contact(engine);
    let mut reader = bench.another();
    for number in 2..6 {
        let rows = reader.query("SELECT count(*) AS n FROM contacts").expect("query").rows;
        assert_eq!(rows, [[Some((number - 1).to_string())]]);
        bench.load(vec![contact(&bench, &number.to_string())]);
        assert_eq!(bench.read("SELECT count(*) FROM contacts"), [number.to_string()]);
    }
}
